// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace glossator::sr {

// A Decimal String: at most 16 characters (PS3.5 Table 6.2-1).
std::string NumericText(double value);

}  // namespace glossator::sr
