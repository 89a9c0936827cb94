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

// Divides a big-endian number by ten in place and gives the remainder.
int DivideByTen(std::array<uint8_t, 16>& number) {
  int remainder = 0;
  for (uint8_t& byte : number) {
    const int dividend = remainder * 256 + byte;
    byte = static_cast<uint8_t>(dividend / 10);
    remainder = dividend % 10;
  }
  return remainder;
}

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
  std::array<uint8_t, 16> rest = number;
  std::string digits;
  do {
    digits.push_back(static_cast<char>('0' + DivideByTen(rest)));
  } while (std::any_of(rest.begin(), rest.end(), [](uint8_t byte) { return byte != 0; }));
  return "2.25." + std::string(digits.rbegin(), digits.rend());
}

}  // namespace glossator::dicom
