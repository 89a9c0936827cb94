// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace glossator::dicom {

// 1-64 characters, digits and dots, no empty component, no leading zero (PS3.5 9.1).
bool IsValidUid(std::string_view uid);
// Digits and dots, at most 64: also what old devices make against PS3.5 9.1 (a leading zero, an
// empty component). To be kept and referred to, never to be made.
bool IsBearableUid(std::string_view uid);

// "2.25." and the decimal of a big-endian 128-bit number (PS3.5 B.2).
std::string UidFrom128(const std::array<uint8_t, 16>& number);

}  // namespace glossator::dicom
