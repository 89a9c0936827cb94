// SPDX-License-Identifier: GPL-3.0-or-later
// The tag, VR and length in front of a value (PS3.5 7.1). Of this room only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "dicom/io.h"
#include "dicom/tag.h"
#include "dicom/vr.h"

namespace glossator::dicom {

inline constexpr uint32_t kUndefinedLength = 0xFFFFFFFF;
inline constexpr Tag kItem{0xFFFE, 0xE000};
inline constexpr Tag kItemDelimitation{0xFFFE, 0xE00D};
inline constexpr Tag kSequenceDelimitation{0xFFFE, 0xE0DD};

uint16_t Load16(std::string_view bytes, size_t offset, bool big_endian);
uint32_t Load32(std::string_view bytes, size_t offset, bool big_endian);

struct ElementHeader {
  Tag tag;
  Vr vr = Vr::UN;
  uint32_t length = 0;
  uint8_t size = 0;  // of the header itself: 8 or 12

  bool undefined() const { return length == kUndefinedLength; }
  bool is_delimiter() const { return tag.group == 0xFFFE; }
};

// nullopt when `bytes` is too short to tell.
std::optional<ElementHeader> ParseHeader(std::string_view bytes, bool implicit_vr, bool big_endian);

// What follows a header.
enum class Content {
  kValue,          // header.length bytes
  kItems,          // a sequence as its surroundings are encoded
  kImplicitItems,  // a sequence in Implicit VR Little Endian inside UN (PS3.5 6.2.2)
  kFragments,      // encapsulated (PS3.5 A.4)
  kFault,          // undefined length where none may be
};
Content ContentOf(const ElementHeader& header, bool implicit_vr);

[[noreturn]] void ThrowAt(uint64_t offset, const std::string& path, std::string_view fault);

}  // namespace glossator::dicom
