// SPDX-License-Identifier: GPL-3.0-or-later
// Units in UCUM's case-sensitive notation (PS3.16 7.2.2).
#pragma once

#include <string_view>

namespace glossator::sr {

// The grammar of UCUM terms (parentheses, '.' and '/', exponents, annotations) with the prefixes
// and the atoms that medical imaging uses. False for "sqmm" and other inventions; also false for
// rare atoms that this table lacks.
bool IsUcum(std::string_view unit);

}  // namespace glossator::sr
