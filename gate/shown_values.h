// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <json/value.h>

#include "dicom/data_set.h"

namespace glossator::gate {

// The texts of an identified data set for a steward's eyes: [{path, keyword, value}], long values
// cut short. For steward.sock and nothing else.
Json::Value ShownValues(const dicom::DataSet& head);

}  // namespace glossator::gate
