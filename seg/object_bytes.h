// SPDX-License-Identifier: GPL-3.0-or-later
// A Part 10 file taken apart without copying its pixels.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "dicom/data_set.h"
#include "dicom/io.h"

namespace glossator::seg {

struct ObjectBytes {
  dicom::DataSet meta;
  std::string transfer_syntax_uid;
  dicom::DataSet data_set;  // without Pixel Data
  bool has_pixels = false;
  bool encapsulated = false;
  dicom::Vr pixel_vr = dicom::Vr::OB;
  std::string_view pixels;              // native value, in `storage`
  std::vector<std::string> fragments;   // encapsulated, Basic Offset Table first
  std::shared_ptr<const void> storage;  // owns the bytes of `pixels`
};

// Throws Error{kInvalid}.
ObjectBytes TakeApart(std::string part10_bytes, const dicom::Limits& limits = {});
// `bytes` live as long as `storage`.
ObjectBytes TakeApart(std::shared_ptr<const void> storage, std::string_view bytes,
                      const dicom::Limits& limits = {});

// One frame each of RLE Lossless (PS3.5 G) or Deflated Image Frame (PS3.5 A.4.13), exactly
// `frame_bytes` long, else kInvalid.
std::string UnpackRle(std::string_view fragment, size_t frame_bytes, size_t sample_bytes);
std::string InflateFrame(std::string_view fragment, size_t frame_bytes);

}  // namespace glossator::seg
