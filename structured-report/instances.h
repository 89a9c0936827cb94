// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>

#include "dicom/data_set.h"

namespace glossator::sr {

// Heads of instances by SOP Instance UID; not owned.
using Instances = std::map<std::string, const dicom::DataSet*>;

}  // namespace glossator::sr
