// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/encodings.h"

#include <algorithm>

#include "deid/fold.h"
#include "dicom/charset.h"

namespace glossator::deid {
namespace {

constexpr const char* kSingleSets[] = {"ISO_IR 100", "ISO_IR 101", "ISO_IR 109", "ISO_IR 110",
                                       "ISO_IR 144", "ISO_IR 127", "ISO_IR 126", "ISO_IR 138",
                                       "ISO_IR 148", "ISO_IR 203", "ISO_IR 13",  "ISO_IR 166",
                                       "GB18030",    "GBK"};
constexpr const char* kExtensionSets[] = {"ISO 2022 IR 87", "ISO 2022 IR 159", "ISO 2022 IR 149",
                                          "ISO 2022 IR 58"};

void AddUnique(std::vector<std::string>& all, std::string text) {
  if (!text.empty() && std::find(all.begin(), all.end(), text) == all.end()) {
    all.push_back(std::move(text));
  }
}

// ESC, intermediates (0x20-0x2F), one final byte (ISO 2022 6.3).
std::string WithoutEscapes(std::string_view bytes) {
  std::string plain;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] != '\x1B') {
      plain += bytes[i];
      continue;
    }
    for (++i; i < bytes.size() && bytes[i] >= 0x20 && bytes[i] < 0x30;) ++i;
  }
  return plain;
}

void Encode(const std::vector<std::string>& terms, std::string_view utf8, size_t bytes_min,
            std::vector<std::string>& all) {
  const auto encoded = dicom::CharacterSet(terms).Encode(utf8, dicom::Vr::LO);
  if (!encoded) return;
  std::string plain = WithoutEscapes(*encoded);
  if (plain.size() >= bytes_min && plain != utf8) AddUnique(all, std::move(plain));
}

}  // namespace

std::vector<std::string> SpellingsOfText(std::string_view utf8) {
  std::vector<std::string> all{std::string(utf8)};
  if (IsAscii(utf8)) return all;
  AddUnique(all, LowerOf(utf8));
  AddUnique(all, UpperOf(utf8));
  AddUnique(all, Fold(utf8));
  AddUnique(all, Transcribe(utf8));
  return all;
}

std::string ToUtf16(std::string_view utf8, bool big_endian) {
  std::string out;
  const auto unit = [&](char32_t value) {
    const char high = static_cast<char>(value >> 8), low = static_cast<char>(value & 0xFF);
    out += big_endian ? high : low;
    out += big_endian ? low : high;
  };
  for (size_t position = 0; position < utf8.size();) {
    const char32_t c = NextCodePoint(utf8, position);
    if (c < 0x10000) {
      unit(c);
    } else {
      unit(0xD800 + ((c - 0x10000) >> 10));
      unit(0xDC00 + ((c - 0x10000) & 0x3FF));
    }
  }
  return out;
}

std::vector<std::string> InOtherSets(std::string_view utf8, size_t bytes_min) {
  std::vector<std::string> all;
  if (IsAscii(utf8)) return all;
  for (const char* set : kSingleSets) Encode({set}, utf8, bytes_min, all);
  for (const char* set : kExtensionSets) Encode({"", set}, utf8, bytes_min, all);
  return all;
}

}  // namespace glossator::deid
