// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "structured-report/content.h"

namespace glossator::sr {

// A Decimal String: at most 16 characters (PS3.5 Table 6.2-1).
std::string NumericText(double value);

// The double with the fewest digits that is this float: 0.1 of 0.1f.
double ShortestOfFloat(float value);

// A measured value; the exact one beside it when a Decimal String cannot hold it.
Number NumberOf(double value, const Code& unit);
// The exact value when there is one; nullopt when there is none or it does not parse.
std::optional<double> ValueOf(const Number& number);

}  // namespace glossator::sr
