// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "structured-report/report.h"

namespace glossator::sr {

// A table for training sets (RFC 4180, UTF-8, CRLF): a row for each measurement and evaluation, and
// one for a group without either. Codes are "value^scheme^meaning". A cell that a spreadsheet would
// take for a formula begins with an apostrophe.
std::string ToCsv(const Report& report);

}  // namespace glossator::sr
