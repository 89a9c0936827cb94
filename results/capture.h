// SPDX-License-Identifier: GPL-3.0-or-later
// Secondary capture with the outlines burned in (PS3.3 A.8.5): for viewers that know nothing else.
// Never to be taken for an original: in color, DERIVED and SECONDARY, Burned In Annotation YES, and
// the words that say so stand in the pixels of every frame.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "dicom/data_set.h"
#include "model/finding.h"
#include "model/ports.h"
#include "results/regions.h"

namespace glossator::results {

// Three bytes a pixel of rows x columns: red, green, blue.
using FrameSource = std::function<void(size_t frame, std::span<uint8_t> rgb)>;

struct CaptureWords {
  std::string banner = "DERIVED - NOT FOR DIAGNOSIS";  // A-Z, 0-9, space and hyphen
  size_t frames_max = 64;  // evenly chosen among those that show something
};

// Frames without any region are left out; the first one stands in when there is no other.
dicom::DataSet EncodeCapture(const Regions& regions, const FrameSource& pixels,
                             const CaptureWords& words, const Identity& identity,
                             const Equipment& equipment, Time now);

// That it says what it is, and that its pixels fit its frames.
std::vector<Finding> VerifyCapture(const dicom::DataSet& capture);

// A frame (from 1) of an image with native pixels, as a viewer would first show it: Modality LUT
// and window applied, or the range of the values when there is none. Throws Error{kUnsupported} on
// compressed pixels, palettes and other photometric interpretations than MONOCHROME and RGB,
// kInvalid when the pixels are shorter than they should be.
void RenderFrame(const dicom::DataSet& image, int64_t frame, std::span<uint8_t> rgb);

// 5 x 7 letters with a black margin, `scale` pixels a dot, from (x, y); what does not fit is cut.
void DrawText(const std::string& text, uint32_t x, uint32_t y, uint32_t scale, uint32_t rows,
              uint32_t columns, std::span<uint8_t> rgb);

}  // namespace glossator::results
