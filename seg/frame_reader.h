// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dicom/data_set.h"
#include "seg/decode.h"
#include "seg/plane.h"

namespace glossator::seg {

// What one item says, before the shared groups fill in.
struct FrameParts {
  PlaneParts plane;
  uint16_t segment = 0;
  std::vector<FrameReference> sources;
  std::vector<uint32_t> dimension_index_values;
  std::optional<Tile> tile;
};

// Functional groups of the frames; Segment Identification, planes and derivation may be shared or
// per frame. Tolerant: what is missing stays empty.
class FrameReader {
 public:
  explicit FrameReader(const dicom::DataSet* shared);
  SegmentationFrame Of(const dicom::DataSet& per_frame) const;
  SegmentationFrame Join(FrameParts per_frame) const;

 private:
  PlaneReader planes_;
  FrameParts shared_;
};

}  // namespace glossator::seg
