// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/characters.h"

namespace glossator::dicom {

std::string FirstCharacters(std::string_view utf8, size_t count) {
  size_t end = 0;
  for (; end < utf8.size(); ++end) {
    const bool continues = (static_cast<unsigned char>(utf8[end]) & 0xC0) == 0x80;
    if (!continues && count-- == 0) break;
  }
  return std::string(utf8.substr(0, end));
}

}  // namespace glossator::dicom
