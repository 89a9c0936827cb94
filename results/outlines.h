// SPDX-License-Identifier: GPL-3.0-or-later
// Masks to closed outlines and back, exactly.
//
// An outline runs along the edges of pixels: its points are corners, (0,0) the top left corner of
// the top left pixel, (columns, rows) the opposite one. Filling it by pixel centers gives the mask
// again. Pixels that touch at a corner only are apart.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace glossator::results {

struct Corner {
  int32_t x = 0;  // column
  int32_t y = 0;  // row
  bool operator==(const Corner&) const = default;
};
using Loop = std::vector<Corner>;  // closed; the first point is not repeated

struct Outlines {
  std::vector<Loop> outer;
  std::vector<Loop> holes;
};

// Not zero is inside. `mask` is rows x columns, row-major; both are at most 65535.
Outlines TraceOutlines(std::span<const uint8_t> mask, uint32_t rows, uint32_t columns);

// Every hole joined to what is around it by a channel without width (PS3.3 C.8.8.6.3), so that each
// loop says all by itself.
std::vector<Loop> TraceKeyholes(std::span<const uint8_t> mask, uint32_t rows, uint32_t columns);

using Point = std::array<double, 2>;  // x, y in corners

// Sets the pixels whose centers lie inside an odd number of the polygons; others stay as they are.
// Points may lie outside of the mask. Throws Error{kInvalid} when the polygons cross the rows more
// often than crossings_max.
void FillPolygons(std::span<const std::vector<Point>> polygons, uint32_t rows, uint32_t columns,
                  std::span<uint8_t> mask, size_t crossings_max = 50'000'000);

}  // namespace glossator::results
