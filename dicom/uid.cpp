// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/uid.h"

#include <algorithm>

namespace glossator::dicom {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsComponent(std::string_view text) {
  return !text.empty() && (text.size() == 1 || text[0] != '0') &&
         std::all_of(text.begin(), text.end(), IsDigit);
}

constexpr uint32_t kBillion = 1'000'000'000;  // nine digits at a time
using Number = std::array<uint32_t, 4>;       // the most significant first

// Divides in place and gives the remainder.
uint32_t DivideByBillion(Number& number) {
  uint64_t remainder = 0;
  for (uint32_t& part : number) {
    const uint64_t dividend = remainder << 32 | part;
    part = static_cast<uint32_t>(dividend / kBillion);
    remainder = dividend % kBillion;
  }
  return static_cast<uint32_t>(remainder);
}

bool IsZero(const Number& number) { return number == Number{}; }

}  // namespace

bool IsValidUid(std::string_view uid) {
  if (uid.empty() || uid.size() > 64) return false;
  while (true) {
    const size_t dot = uid.find('.');
    if (!IsComponent(uid.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    uid.remove_prefix(dot + 1);
  }
}

bool IsBearableUid(std::string_view uid) {
  return !uid.empty() && uid.size() <= 64 &&
         std::all_of(uid.begin(), uid.end(), [](char c) { return IsDigit(c) || c == '.'; });
}

std::string UidFrom128(const std::array<uint8_t, 16>& number) {
  Number rest{};
  for (size_t i = 0; i < number.size(); ++i) rest[i / 4] = rest[i / 4] << 8 | number[i];
  std::string digits;  // backwards
  do {
    uint32_t nine = DivideByBillion(rest);
    for (int i = 0; i < 9 && (nine != 0 || !IsZero(rest)); ++i, nine /= 10) {
      digits.push_back(static_cast<char>('0' + nine % 10));
    }
  } while (!IsZero(rest));
  if (digits.empty()) digits = "0";
  return "2.25." + std::string(digits.rbegin(), digits.rend());
}

}  // namespace glossator::dicom
