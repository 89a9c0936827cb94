// SPDX-License-Identifier: GPL-3.0-or-later
// DA, TM, DT and AS values (PS3.5 Table 6.2-1), single ones.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace glossator::deid {

struct DateRule {
  int shift_days = 0;
  bool years_only = false;
};

// nullopt when the value is not a date. ACR-NEMA's YYYY.MM.DD is understood.
std::optional<std::string> MoveDate(std::string_view da, const DateRule& rule);
// Any precision; time of day and offset from UTC stay (years_only: only the year stays).
std::optional<std::string> MoveDateTime(std::string_view dt, const DateRule& rule);
bool IsTime(std::string_view tm);
// 090Y at most (45 CFR 164.514(b)(2)(i)(C)); nullopt when it is not an age.
std::optional<std::string> CapAge(std::string_view as);

// How people write the date: for the search of a birth date in texts.
std::vector<std::string> SpellingsOf(std::string_view da);

}  // namespace glossator::deid
