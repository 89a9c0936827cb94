// SPDX-License-Identifier: GPL-3.0-or-later
// Titles of rejection notes (IHE RAD Imaging Object Change Management; PS3.16 CID 7011): what is to
// be done with the objects hangs on the code, and it is the same for every patient. Where a number
// of the patient happens to be the same digits, the code is neither cleaned nor found.
#pragma once

#include <string_view>

#include "deid/sentinel.h"
#include "dicom/data_set.h"

namespace glossator::deid {

// The Code Value of `item` of the sequence `parent`; not what else may stand in it.
bool IsRejectionTitle(dicom::Tag parent, const dicom::DataSet& item);

// True when the encoded data set (little endian) holds an identifier elsewhere than in the code of
// such a title.
bool FindsBesideTitles(const Sentinel& identifiers, std::string_view head);

}  // namespace glossator::deid
