// SPDX-License-Identifier: GPL-3.0-or-later
// Content items (PS3.3 C.17.3) by concept and value type: the Clean Structured Content Option.
#pragma once

#include "deid/tables.h"
#include "dicom/data_set.h"

namespace glossator::deid {

// What to do with the value of the content item `item`; nullopt when Table E.3.4-1 says nothing.
std::optional<Action> ContentItemAction(const dicom::DataSet& item, const Options& options);

// True when some item points at another by its position (0040,DB73): then none may be removed.
bool HasReferencesByPosition(const dicom::DataSet& document);

}  // namespace glossator::deid
