// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/dates.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "deid/fold.h"

namespace glossator::deid {
namespace {

using std::chrono::year_month_day;

int Number(std::string_view digits) {
  int value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

std::string Digits(int value, size_t width) {
  std::string text = std::to_string(value);
  return text.size() < width ? text.insert(0, width - text.size(), '0') : text;
}

std::optional<year_month_day> ParseDay(std::string_view eight) {
  if (eight.size() != 8 || !IsDigits(eight)) return std::nullopt;
  const year_month_day day{std::chrono::year(Number(eight.substr(0, 4))),
                           std::chrono::month(static_cast<unsigned>(Number(eight.substr(4, 2)))),
                           std::chrono::day(static_cast<unsigned>(Number(eight.substr(6, 2))))};
  if (!day.ok()) return std::nullopt;
  return day;
}

std::string Compact(const year_month_day& day) {
  return Digits(static_cast<int>(day.year()), 4) +
         Digits(static_cast<int>(static_cast<unsigned>(day.month())), 2) +
         Digits(static_cast<int>(static_cast<unsigned>(day.day())), 2);
}

std::string Moved(const year_month_day& day, const DateRule& rule) {
  if (rule.years_only) return Digits(static_cast<int>(day.year()), 4) + "0101";
  const auto moved = std::chrono::sys_days(day) + std::chrono::days(rule.shift_days);
  return Compact(year_month_day(moved));
}

std::string WithoutDots(std::string_view da) {
  std::string digits;
  const bool dotted = da.size() == 10 && da[4] == '.' && da[7] == '.';
  for (const char c : da) {
    if (!dotted || c != '.') digits += c;
  }
  return digits;
}

// "HHMMSS.FFFFFF" in any allowed precision.
bool IsClock(std::string_view text) {
  const std::string_view whole = text.substr(0, text.find('.'));
  const bool fraction = whole.size() < text.size();
  if (!IsDigits(whole) || whole.size() % 2 != 0 || whole.size() > 6) return false;
  if (fraction &&
      (whole.size() != 6 || text.size() < 8 || text.size() > 13 || !IsDigits(text.substr(7)))) {
    return false;
  }
  if (Number(whole.substr(0, 2)) > 23) return false;
  if (whole.size() > 2 && Number(whole.substr(2, 2)) > 59) return false;
  return whole.size() <= 4 || Number(whole.substr(4, 2)) <= 60;
}

bool IsOffset(std::string_view text) {
  return text.empty() ||
         (text.size() == 5 && (text[0] == '+' || text[0] == '-') && IsDigits(text.substr(1)));
}

constexpr std::array<std::string_view, 12> kMonths{"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};

}  // namespace

std::optional<std::string> MoveDate(std::string_view da, const DateRule& rule) {
  const auto day = ParseDay(WithoutDots(Trim(da)));
  if (!day) return std::nullopt;
  return Moved(*day, rule);
}

std::optional<std::string> MoveDateTime(std::string_view dt, const DateRule& rule) {
  dt = Trim(dt);
  const size_t sign = dt.find_first_of("+-");
  const std::string_view offset = sign == dt.npos ? std::string_view() : dt.substr(sign);
  const std::string_view body = dt.substr(0, sign);
  const std::string_view date = body.substr(0, std::min<size_t>(body.size(), 8));
  const std::string_view clock = body.substr(date.size());
  if (date.size() < 4 || !IsOffset(offset) || (!clock.empty() && !IsClock(clock))) {
    return std::nullopt;
  }
  const auto day = ParseDay(std::string(date) + std::string("00000101").substr(date.size()));
  if (!day) return std::nullopt;
  if (rule.years_only) return Moved(*day, rule).substr(0, 4);
  return Moved(*day, rule).substr(0, date.size()) + std::string(clock) + std::string(offset);
}

bool IsTime(std::string_view tm) {
  std::string text;
  tm = Trim(tm);
  const bool colons = tm.size() >= 8 && tm[2] == ':' && tm[5] == ':';  // ACR-NEMA
  for (const char c : tm) {
    if (!colons || c != ':') text += c;
  }
  return IsClock(text);
}

std::optional<std::string> CapAge(std::string_view as) {
  as = Trim(as);
  if (as.size() != 4 || !IsDigits(as.substr(0, 3)) ||
      std::string_view("DWMY").find(as[3]) == std::string_view::npos) {
    return std::nullopt;
  }
  if (as[3] == 'Y' && Number(as.substr(0, 3)) > 90) return "090Y";
  return std::string(as);
}

std::vector<std::string> SpellingsOf(std::string_view da) {
  const auto day = ParseDay(WithoutDots(Trim(da)));
  if (!day) return {};
  const std::string compact = Compact(*day);
  const std::string y = compact.substr(0, 4), m = compact.substr(4, 2), d = compact.substr(6, 2);
  std::vector<std::string> all{compact, d + m + y, m + d + y};
  const std::string short_m = std::to_string(Number(m)), short_d = std::to_string(Number(d));
  for (const char* mark : {"-", "/", ".", " "}) {
    const std::string s = mark;
    all.insert(all.end(), {y + s + m + s + d, d + s + m + s + y, m + s + d + s + y,
                           short_d + s + short_m + s + y, short_m + s + short_d + s + y});
  }
  const std::string month(kMonths[static_cast<size_t>(Number(m) - 1)]);
  for (const std::string& name : {month, month.substr(0, 3)}) {
    for (const std::string& number : {d, short_d}) {
      all.insert(all.end(), {number + ' ' + name + ' ' + y, name + ' ' + number + ", " + y,
                             name + ' ' + number + ' ' + y, number + '-' + name + '-' + y});
    }
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace glossator::deid
