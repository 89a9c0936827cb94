// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/icc.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace glossator::deid {
namespace {

constexpr size_t kHeaderSize = 128;
constexpr size_t kTagSize = 12;

// Types of ISO 15076-1 10 that hold numbers only.
constexpr std::string_view kNumericTypes[] = {"XYZ ", "curv", "para", "mft1", "mft2", "mAB ",
                                              "mBA ", "sf32", "uf32", "meas", "view", "sig ",
                                              "chrm", "ui08", "ui16", "ui32"};

uint32_t Big32(std::string_view bytes, size_t at) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<uint8_t>(bytes[at + i]);
  return value;
}

// CMM, date and time, device maker and model, creator, profile ID.
void ClearIdentity(std::string& header) {
  constexpr size_t kFields[][2] = {{4, 4}, {24, 12}, {48, 8}, {80, 20}};
  for (const auto& field : kFields) {
    std::fill_n(header.begin() + static_cast<std::ptrdiff_t>(field[0]), field[1], '\0');
  }
}

}  // namespace

std::optional<std::string> ScrubIccProfile(std::string_view profile) {
  if (profile.size() < kHeaderSize + 4 || profile.substr(36, 4) != "acsp") return std::nullopt;
  const uint64_t count = Big32(profile, kHeaderSize);
  const uint64_t table_end = kHeaderSize + 4 + count * kTagSize;
  if (count > 100 || table_end > profile.size()) return std::nullopt;
  std::string clean(profile.size(), '\0');
  std::copy_n(profile.begin(), table_end, clean.begin());
  ClearIdentity(clean);
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t entry = kHeaderSize + 4 + i * kTagSize;
    const uint64_t offset = Big32(profile, entry + 4), size = Big32(profile, entry + 8);
    if (offset + size > profile.size() || offset < table_end || size < 8) return std::nullopt;
    const std::string_view type = profile.substr(offset, 4);
    const bool numeric = std::find(std::begin(kNumericTypes), std::end(kNumericTypes), type) !=
                         std::end(kNumericTypes);
    std::copy_n(profile.begin() + static_cast<std::ptrdiff_t>(offset), numeric ? size : 4,
                clean.begin() + static_cast<std::ptrdiff_t>(offset));
  }
  return clean;
}

}  // namespace glossator::deid
