// SPDX-License-Identifier: GPL-3.0-or-later
// How an identifier may look as bytes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace glossator::deid {

// Spellings in UTF-8, unique: as it is, small, capital, without diacritics, transcribed. ASCII
// letters need no variants: the search folds them.
std::vector<std::string> SpellingsOfText(std::string_view utf8);

// "LE" and "BE" without a mark.
std::string ToUtf16(std::string_view utf8, bool big_endian);
// The bytes in the character sets of PS3.3 C.12.1.1.2 that can say it, escapes removed; only
// those that differ from UTF-8 and have at least `bytes_min` bytes.
std::vector<std::string> InOtherSets(std::string_view utf8, size_t bytes_min);

}  // namespace glossator::deid
