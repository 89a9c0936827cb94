// SPDX-License-Identifier: GPL-3.0-or-later
// Any file as key objects, presentation state or structure set: reading and verifying answer or
// throw Error, and contours fill a small grid without writing beside it.
#include <cstdint>
#include <string_view>
#include <vector>

#include "dicom/error.h"
#include "dicom/io.h"
#include "results/structure_set.h"
#include "results/verify.h"

namespace {

using namespace glossator;

results::Regions SmallGrid() {
  results::Regions regions;
  regions.rows = 16;
  regions.columns = 12;
  for (int i = 0; i < 3; ++i) {
    results::Plane plane;
    plane.orientation = {1, 0, 0, 0, 1, 0};
    plane.position = {0, 0, 2.5 * i};
    plane.row_spacing = plane.column_spacing = 0.5;
    regions.frames.push_back({{"1.2", "1.2.3", "1.2.4", "1.2.5", {}}, plane});
  }
  return regions;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const results::Regions kGrid = SmallGrid();
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    const dicom::DataSet object = dicom::ReadFile(bytes, {.bytes_max = 1 << 20}).data_set;
    results::Verify(object, &kGrid);
    std::vector<uint8_t> mask(3 * kGrid.frame_pixels());
    for (const auto& region : results::ReadStructureSet(object).regions) {
      results::Rasterize(region, kGrid, mask);
    }
  } catch (const Error&) {
  }
  return 0;
}
