// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dicom/data_set.h"
#include "seg/decode.h"

namespace glossator::seg {

// One frame's functional groups; Segment Identification and planes may be shared or per frame.
// Tolerant: what is missing stays empty.
SegmentationFrame FrameOf(const dicom::DataSet* shared, const dicom::DataSet& per_frame);

}  // namespace glossator::seg
