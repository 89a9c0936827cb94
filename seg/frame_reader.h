// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dicom/data_set.h"
#include "seg/decode.h"
#include "seg/plane.h"

namespace glossator::seg {

// Functional groups of the frames; Segment Identification, planes and derivation may be shared or
// per frame. Tolerant: what is missing stays empty.
class FrameReader {
 public:
  explicit FrameReader(const dicom::DataSet* shared);
  SegmentationFrame Of(const dicom::DataSet& per_frame) const;

 private:
  PlaneReader planes_;
  uint16_t segment_ = 0;
  std::vector<FrameReference> sources_;
};

}  // namespace glossator::seg
