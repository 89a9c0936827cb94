// SPDX-License-Identifier: GPL-3.0-or-later
// A Part 10 file taken apart without copying its pixels.
#pragma once

#include <memory>
#include <optional>
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
  std::shared_ptr<const void> storage;  // owns the bytes of `pixels` and `frame_items`
  // The value of the Per-frame Functional Groups Sequence, when it was left as it is.
  std::optional<std::string_view> frame_items;
};

// Throws Error{kInvalid}. `bytes` live as long as `storage`.
ObjectBytes TakeApart(std::string part10_bytes, const dicom::Limits& limits = {});
ObjectBytes TakeApart(std::shared_ptr<const void> storage, std::string_view bytes,
                      const dicom::Limits& limits = {});

// Replaces compressed frames by native pixels, so that they can be looked at. False, and nothing
// changed: not compressed, or in a way that is not known here. Throws Error{kInvalid}.
bool MakeNative(ObjectBytes& object);

// Explicit VR Little Endian with native pixels at the end, which is what we write and most else:
// the per-frame groups stay bytes. `prefix` may end behind the header of Pixel Data, since
// `pixels_at` and `pixel_bytes` say where the value lies in the file. nullopt: something else, or
// more bytes are needed. The views live as long as `prefix`; throws Error{kInvalid}.
struct QuickHead {
  ObjectBytes object;  // without pixels and storage
  uint64_t pixels_at = 0;
  uint64_t pixel_bytes = 0;
};
std::optional<QuickHead> TakeHeadApart(std::string_view prefix, const dicom::Limits& limits = {});

}  // namespace glossator::seg
