// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dicom/data_set.h"
#include "seg/description.h"

namespace glossator::seg {

// The Segment Sequence and content attributes as a description in UTF-8; Segment::label is the
// segment number. The background (number 0) is left out. Retired codes are modernized.
Description DescriptionOf(const dicom::DataSet& head);

}  // namespace glossator::seg
