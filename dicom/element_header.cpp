// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/element_header.h"

#include "dicom/dictionary.h"
#include "dicom/error.h"

namespace glossator::dicom {
namespace {

uint8_t At(std::string_view bytes, size_t offset) { return static_cast<uint8_t>(bytes[offset]); }

bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }

std::optional<ElementHeader> Finish(ElementHeader header, std::string_view bytes, bool big_endian,
                                    size_t length_at, bool short_length) {
  header.size = static_cast<uint8_t>(length_at + (short_length ? 2 : 4));
  if (bytes.size() < header.size) return std::nullopt;
  header.length =
      short_length ? Load16(bytes, length_at, big_endian) : Load32(bytes, length_at, big_endian);
  return header;
}

std::optional<ElementHeader> ParseExplicit(ElementHeader header, std::string_view bytes,
                                           bool big_endian) {
  if (const auto vr = ParseVr(bytes.substr(4, 2))) {
    header.vr = *vr;
    const bool is_long = HasLongLength(*vr);
    return Finish(header, bytes, big_endian, is_long ? 8 : 6, !is_long);
  }
  // A VR that a later edition may add has a 32-bit length (PS3.5 7.1.2).
  if (IsUpper(bytes[4]) && IsUpper(bytes[5])) return Finish(header, bytes, big_endian, 8, false);
  if (bytes.substr(4, 2) == "??") return Finish(header, bytes, big_endian, 6, true);
  // Some writers slip into implicit VR in the middle of an explicit data set.
  header.vr = VrOf(header.tag);
  return Finish(header, bytes, big_endian, 4, false);
}

}  // namespace

uint16_t Load16(std::string_view bytes, size_t offset, bool big_endian) {
  const uint16_t low = At(bytes, offset);
  const uint16_t high = At(bytes, offset + 1);
  return static_cast<uint16_t>(big_endian ? low << 8 | high : high << 8 | low);
}

uint32_t Load32(std::string_view bytes, size_t offset, bool big_endian) {
  const uint32_t first = Load16(bytes, offset, big_endian);
  const uint32_t second = Load16(bytes, offset + 2, big_endian);
  return big_endian ? first << 16 | second : second << 16 | first;
}

std::optional<ElementHeader> ParseHeader(std::string_view bytes, bool implicit_vr,
                                         bool big_endian) {
  if (bytes.size() < 8) return std::nullopt;
  ElementHeader header;
  header.tag = {Load16(bytes, 0, big_endian), Load16(bytes, 2, big_endian)};
  if (header.is_delimiter()) return Finish(header, bytes, big_endian, 4, false);
  if (!implicit_vr) return ParseExplicit(header, bytes, big_endian);
  header.vr = VrOf(header.tag);
  return Finish(header, bytes, big_endian, 4, false);
}

Content ContentOf(const ElementHeader& header, bool implicit_vr) {
  if (header.vr == Vr::SQ) return Content::kItems;
  if (!header.undefined()) return Content::kValue;
  if (header.tag == tags::PixelData || header.vr == Vr::OB || header.vr == Vr::OW) {
    return Content::kFragments;
  }
  if (header.vr == Vr::UN) return implicit_vr ? Content::kItems : Content::kImplicitItems;
  return Content::kFault;
}

void ThrowAt(uint64_t offset, const std::string& path, std::string_view fault) {
  std::string text = "offset " + std::to_string(offset);
  if (!path.empty()) text += ", " + path;
  throw Error(ErrorKind::kInvalid, text + ": " + std::string(fault));
}

}  // namespace glossator::dicom
