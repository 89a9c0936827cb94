// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "dicom/data_set.h"

namespace glossator::sr {

// Any structured report as one HTML page: headings, lists and tables only, no script, no link, no
// resource from elsewhere; every text of the report is escaped.
std::string RenderHtml(const dicom::DataSet& data_set);

}  // namespace glossator::sr
