// SPDX-License-Identifier: GPL-3.0-or-later
// Where a face ends: for a volume of a head, how deep to cut from the front so that the skin of the
// face is gone and the brain is not touched. Pure numbers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace glossator::pixels {

// Axes of the patient: x to the patient's left, y from the front to the back, z from the top of the
// head downward. Sizes in voxels, steps in mm; values in HU for CT, as stored otherwise.
struct HeadGrid {
  uint32_t nx = 0, ny = 0, nz = 0;
  double dx = 1, dy = 1, dz = 1;
  std::vector<int32_t> values;  // x fastest, then y, then z

  size_t index(uint32_t x, uint32_t y, uint32_t z) const { return (size_t{z} * ny + y) * nx + x; }
  size_t voxels() const { return size_t{nx} * ny * nz; }
};

struct FaceCut {
  std::string fault;         // not empty: this volume cannot be defaced; nothing else is filled
  std::vector<float> depth;  // mm from the front edge of the grid, for each (x, z), x fastest;
                             // 0: nothing is cut there
  std::vector<uint8_t> spares_bone;  // for each z: the cut ends at bone (CT)
  int32_t air_below = 0;             // values under this are air
};

// `seed` is secret: the cut must not tell the surface that was there (the same seed, the same cut).
FaceCut FindFaceCut(const HeadGrid& grid, bool is_ct, uint64_t seed);

// Of every voxel of `mask` (1: tissue) that is not in the largest connected part: 0.
void KeepLargestPart(std::vector<uint8_t>& mask, uint32_t nx, uint32_t ny, uint32_t nz);

}  // namespace glossator::pixels
