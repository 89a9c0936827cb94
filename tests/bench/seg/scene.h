// SPDX-License-Identifier: GPL-3.0-or-later
// The two cases of the segmentation benchmark, made in memory.
#pragma once

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "dicom/data_set.h"
#include "seg/description.h"
#include "seg/labels.h"
#include "seg/source.h"

namespace glossator::seg::bench {

inline constexpr uint32_t kSlices = 300;
inline constexpr uint32_t kSide = 512;

inline dicom::DataSet Head(uint32_t slice) {
  namespace tags = dicom::tags;
  dicom::DataSet head;
  head.SetString(tags::SOPClassUID, "1.2.840.10008.5.1.4.1.1.2");
  head.SetString(tags::SOPInstanceUID,
                 "1.2.826.0.1.3680043.10.1234.5678.90.12345678." + std::to_string(slice + 1));
  head.SetString(tags::StudyInstanceUID, "1.2.826.0.1.3680043.10.1234.1");
  head.SetString(tags::SeriesInstanceUID, "1.2.826.0.1.3680043.10.1234.2");
  head.SetString(tags::FrameOfReferenceUID, "1.2.826.0.1.3680043.10.1234.3");
  head.SetString(tags::PatientID, "BENCH");
  head.SetString(tags::PatientName, "Bench^Mark");
  head.SetString(tags::StudyDate, "20240101");
  head.SetString(tags::StudyTime, "120000");
  head.SetString(tags::Modality, "CT");
  head.SetInt(tags::InstanceNumber, slice + 1);
  head.SetInt(tags::Rows, kSide);
  head.SetInt(tags::Columns, kSide);
  head.SetDoubles(tags::ImagePositionPatient, {-200.5, -180.25, -350 + 1.5 * slice});
  head.SetDoubles(tags::ImageOrientationPatient, {1, 0, 0, 0, 1, 0});
  head.SetDoubles(tags::PixelSpacing, {0.78125, 0.78125});
  head.SetDouble(tags::SliceThickness, 1.5);
  return head;
}

inline Description Describe(uint16_t segments) {
  Description description;
  description.series_description = "Benchmark";
  for (uint16_t i = 1; i <= segments; ++i) {
    Segment segment;
    segment.label = i;
    segment.name = "Organ " + std::to_string(i);
    segment.category = {"123037004", "SCT", "Anatomical Structure"};
    segment.type = {"10200004", "SCT", "Liver"};
    segment.algorithm_type = "AUTOMATIC";
    segment.algorithm_name = "bench";
    description.segments.push_back(segment);
  }
  return description;
}

inline Labels EmptyLabels() {
  Labels labels{kSlices, kSide, kSide, LabelType::kUint8, {}};
  labels.bytes.resize(labels.view().bytes());
  return labels;
}

// Ten ellipsoids that do not touch.
inline Labels CaseA() {
  Labels labels = EmptyLabels();
  for (int organ = 0; organ < 10; ++organ) {
    const double cx = 51 + 102 * (organ % 5);
    const double cy = 128 + 256 * (organ / 5);
    const double cz = 60 + 20 * organ;
    for (uint32_t z = 0; z < kSlices; ++z) {
      for (uint32_t y = 0; y < kSide; ++y) {
        for (uint32_t x = 0; x < kSide; ++x) {
          const double dx = (x - cx) / 49;
          const double dy = (y - cy) / 68;
          const double dz = (z - cz) / 52.1;
          if (dx * dx + dy * dy + dz * dz < 1) {
            labels.bytes[(size_t{z} * kSide + y) * kSide + x] = static_cast<uint8_t>(organ + 1);
          }
        }
      }
    }
  }
  return labels;
}

// Blocks of the nearest of 104 seeds in six layers, inside of a body.
inline Labels CaseB() {
  Labels labels = EmptyLabels();
  constexpr std::array<int, 6> kPerLayer = {17, 17, 17, 17, 18, 18};
  int first = 1;
  for (int layer = 0; layer < 6; ++layer) {
    std::vector<std::array<int, 2>> seeds;
    for (int i = 0; i < kPerLayer[layer]; ++i) {
      seeds.push_back({60 + (i * 137 + layer * 53) % 392, 60 + (i * 211 + layer * 97) % 392});
    }
    for (uint32_t y = 0; y < kSide; ++y) {
      for (uint32_t x = 0; x < kSide; ++x) {
        const int dx = static_cast<int>(x) - 256;
        const int dy = static_cast<int>(y) - 256;
        if (dx * dx + dy * dy > 230 * 230) continue;
        int best = 0;
        int nearest = 1 << 30;
        for (int i = 0; i < kPerLayer[layer]; ++i) {
          const int sx = static_cast<int>(x) - seeds[i][0];
          const int sy = static_cast<int>(y) - seeds[i][1];
          if (sx * sx + sy * sy < nearest) nearest = sx * sx + sy * sy, best = i;
        }
        for (uint32_t z = 0; z < 50; ++z) {
          if (z == 49 && best % 3 == 0) continue;
          labels.bytes[((layer * 50 + z) * size_t{kSide} + y) * kSide + x] =
              static_cast<uint8_t>(first + best);
        }
      }
    }
    first += kPerLayer[layer];
  }
  return labels;
}

}  // namespace glossator::seg::bench
