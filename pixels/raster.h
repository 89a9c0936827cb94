// SPDX-License-Identifier: GPL-3.0-or-later
// Native frames: blanking, and brightness for those who look.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pixels/format.h"

namespace glossator::pixels {

// Overwrites every bit of the covered pixels with the color of an empty screen: black (MONOCHROME1:
// the largest stored value; signed values: the frame's smallest), palette index 0. `frame` has
// format.frame_bytes(), numbers little endian. Pixels of a 422 pair go together.
void Blank(std::string& frame, const Format& format, std::span<const Rectangle> rectangles);

// One plane of numbers, row by row.
struct Gray {
  uint32_t columns = 0;
  uint32_t rows = 0;
  std::vector<uint16_t> values;

  uint16_t at(uint32_t x, uint32_t y) const { return values[size_t{y} * columns + x]; }
};

// Brightness as stored (signed values are moved up so that none is negative; RGB by the weights of
// BT.601; YBR its Y; a palette its index).
Gray Brightness(std::string_view frame, const Format& format);

}  // namespace glossator::pixels
