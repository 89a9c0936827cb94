// SPDX-License-Identifier: GPL-3.0-or-later
// A tilted CT volume with a ring and a block on its slices.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "results/regions.h"
#include "tests/unit/results/fixtures.h"

namespace glossator::results {

inline constexpr uint32_t kRows = 12;
inline constexpr uint32_t kColumns = 11;
inline constexpr size_t kFrames = 4;

inline dicom::DataSet CtHead(size_t slice) {
  namespace tags = dicom::tags;
  dicom::DataSet head =
      HeadOf("1.2.840.10008.5.1.4.1.1.2", "2.25.10" + std::to_string(slice + 1), "2.25.2");
  head.SetString(tags::Modality, "CT");
  head.SetString(tags::FrameOfReferenceUID, "2.25.3");
  head.SetInt(tags::Rows, kRows);
  head.SetInt(tags::Columns, kColumns);
  head.SetInt(tags::SamplesPerPixel, 1);
  head.SetInt(tags::BitsAllocated, 16);
  head.SetInt(tags::BitsStored, 12);
  head.SetInt(tags::HighBit, 11);
  head.SetInt(tags::PixelRepresentation, 0);
  head.SetString(tags::PhotometricInterpretation, "MONOCHROME2");
  head.SetDoubles(tags::PixelSpacing, {0.5, 0.75});
  head.SetDouble(tags::RescaleSlope, 1);
  head.SetDouble(tags::RescaleIntercept, -1024);
  head.SetDouble(tags::WindowCenter, 40);
  head.SetDouble(tags::WindowWidth, 400);
  return head;
}

inline Plane PlaneOf(size_t slice) {
  Plane plane;
  plane.orientation = {1, 0, 0, 0, 0.8, 0.6};
  plane.row_spacing = 0.5;
  plane.column_spacing = 0.75;
  const double step = 2.5 * static_cast<double>(slice);
  plane.position = {-10, 5 - 0.6 * step, 100 + 0.8 * step};
  return plane;
}

using Masks = std::vector<std::vector<uint8_t>>;  // per region: frames x rows x columns

inline Masks TestMasks() {
  Masks masks(2, std::vector<uint8_t>(kFrames * kRows * kColumns, 0));
  const auto set = [&](size_t region, size_t frame, size_t row, size_t column) {
    masks[region][(frame * kRows + row) * kColumns + column] = 1;
  };
  for (size_t frame = 1; frame < 3; ++frame) {
    for (size_t row = 2; row < 7; ++row) {
      for (size_t column = 1; column < 6; ++column) {
        if (row != 4 || column != 3) set(0, frame, row, column);
      }
    }
  }
  for (size_t row = 8; row < 11; ++row) set(1, 2, row, 9);
  set(1, 2, 0, 0);
  return masks;
}

inline MaskSource SourceOf(Masks masks) {
  return [masks = std::move(masks)](size_t region, size_t frame, std::span<uint8_t> mask) {
    const auto begin = masks[region].begin() + static_cast<std::ptrdiff_t>(frame * mask.size());
    std::copy(begin, begin + static_cast<std::ptrdiff_t>(mask.size()), mask.begin());
    return std::find(mask.begin(), mask.end(), 1) != mask.end();
  };
}

inline Regions TestRegions(Masks masks = TestMasks()) {
  Regions regions{.rows = kRows,
                  .columns = kColumns,
                  .frames = {},
                  .frame_of_reference_uid = "2.25.3",
                  .head = CtHead(0),
                  .regions = {},
                  .mask = SourceOf(std::move(masks))};
  for (size_t slice = 0; slice < kFrames; ++slice) {
    regions.frames.push_back({ReferenceTo(CtHead(slice)), PlaneOf(slice)});
  }
  regions.regions = {{.number = 1,
                      .name = "Größe",
                      .category = {"49755003", "SCT", "Morphologically Abnormal Structure"},
                      .type = {"4147007", "SCT", "Mass"},
                      .color = dicom::Rgb{255, 0, 0}},
                     {.number = 2,
                      .name = "Vessel",
                      .category = {"91723000", "SCT", "Anatomical Structure"},
                      .type = {"59820001", "SCT", "Blood vessel"},
                      .algorithm_type = "AUTOMATIC"}};
  return regions;
}

inline std::vector<dicom::DataSet> CtHeads() {
  std::vector<dicom::DataSet> heads;
  for (size_t slice = 0; slice < kFrames; ++slice) heads.push_back(CtHead(slice));
  return heads;
}

}  // namespace glossator::results
