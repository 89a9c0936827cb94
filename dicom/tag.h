// SPDX-License-Identifier: GPL-3.0-or-later
// Data Element Tag (PS3.5 7.1) and the keyword constants of PS3.6.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace glossator::dicom {

struct Tag {
  uint16_t group = 0;
  uint16_t element = 0;

  constexpr auto operator<=>(const Tag&) const = default;
  constexpr uint32_t value() const { return static_cast<uint32_t>(group) << 16 | element; }
  constexpr bool is_private() const { return (group & 1) != 0; }
  // (gggg,0010-00FF) in an odd group: reserves a block (PS3.5 7.8.1).
  constexpr bool is_private_creator() const {
    return is_private() && element >= 0x0010 && element <= 0x00FF;
  }
  constexpr bool is_group_length() const { return element == 0; }
};

// "(0010,0020)", upper-case hexadecimal.
std::string ToString(Tag tag);

}  // namespace glossator::dicom

// `tags::PatientID` and so on: every keyword of dictionary.tsv, generated at build time.
#include "dicom/tags.inc.h"
