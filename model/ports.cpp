// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/ports.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "dicom/error.h"
#include "dicom/uid.h"

namespace glossator {
namespace {

struct Calendar {
  int year;
  unsigned month;
  unsigned day;
  int hour;
  int minute;
  int second;
  int microsecond;
};

Calendar Split(Time time) {
  using namespace std::chrono;
  const auto days = floor<std::chrono::days>(time);
  const year_month_day date{days};
  const hh_mm_ss clock{time - days};
  return {int(date.year()),
          unsigned(date.month()),
          unsigned(date.day()),
          int(clock.hours().count()),
          int(clock.minutes().count()),
          int(clock.seconds().count()),
          int(clock.subseconds().count())};
}

template <class... Args>
std::string Format(const char* format, Args... args) {
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), format, args...);
  return {text.data(), static_cast<size_t>(size)};
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  throw Error(ErrorKind::kInvalid, "not a hexadecimal digit");
}

}  // namespace

Time SystemClock::Now() const {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

void SystemEntropy::Fill(std::span<uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t size = getrandom(bytes.data(), bytes.size(), 0);
    if (size > 0) bytes = bytes.subspan(static_cast<size_t>(size));
  }
}

std::string RandomUids::New() {
  std::array<uint8_t, 16> number{};
  entropy_.Fill(number);
  return dicom::UidFrom128(number);
}

std::string ToDicomDate(Time time) {
  const auto c = Split(time);
  return Format("%04d%02u%02u", c.year, c.month, c.day);
}

std::string ToDicomTime(Time time) {
  const auto c = Split(time);
  return Format("%02d%02d%02d.%06d", c.hour, c.minute, c.second, c.microsecond);
}

std::string ToDicomDateTime(Time time) { return ToDicomDate(time) + ToDicomTime(time) + "+0000"; }

std::string ToIso8601(Time time) {
  const auto c = Split(time);
  return Format("%04d-%02u-%02uT%02d:%02d:%02d.%06dZ", c.year, c.month, c.day, c.hour, c.minute,
                c.second, c.microsecond);
}

size_t FileSystem::File::ReadInto(uint64_t offset, std::span<char> into) {
  const std::string bytes = ReadAt(offset, into.size());
  std::ranges::copy(bytes, into.begin());
  return bytes.size();
}

std::string ToHex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex(bytes.size() * 2, '\0');
  char* at = hex.data();
  for (const unsigned char byte : bytes) {
    *at++ = kDigits[byte >> 4];
    *at++ = kDigits[byte & 15];
  }
  return hex;
}

std::string FromHex(std::string_view hex) {
  if (hex.size() % 2 != 0) throw Error(ErrorKind::kInvalid, "hexadecimal text of odd length");
  std::string bytes;
  bytes.reserve(hex.size() / 2);
  for (size_t i = 0; i < hex.size(); i += 2) {
    bytes += static_cast<char>(HexDigit(hex[i]) << 4 | HexDigit(hex[i + 1]));
  }
  return bytes;
}

}  // namespace glossator
