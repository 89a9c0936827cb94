// SPDX-License-Identifier: GPL-3.0-or-later
// Text is kept word by word, and only words that are known to be harmless: the vocabulary of the
// trade, short numbers, codes like "B30f". Everything else falls, whoever wrote it.
#pragma once

#include <string>
#include <string_view>

#include "deid/dates.h"
#include "deid/sentinel.h"
#include "deid/tables.h"

namespace glossator::deid {

// What may stay of one UTF-8 value; "" when nothing may. Identifiers of the study fall even when
// they are words of the trade; so do times, telephone numbers, addresses, numbers of more than four
// digits, ages over 90, and what follows a title. Dates are moved by `dates`; without it they fall.
std::string CleanText(std::string_view utf8, TextRule rule, const Sentinel& identifiers,
                      const DateRule* dates = nullptr);

// A word or composite like "2i8s", "tfl3d4", "FM3", "DIS2D".
bool IsTechnicalToken(std::string_view word);

// A typo of an identifier of the study among words that are none of the trade or of a maker: for
// texts that are kept as they are.
bool HasNearIdentifier(std::string_view utf8, const Sentinel& identifiers);

// True when a CS value can only be a defined term: words of the trade and technical tokens.
bool IsDefinedTerm(std::string_view value, const Sentinel& identifiers);

}  // namespace glossator::deid
