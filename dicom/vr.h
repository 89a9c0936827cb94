// SPDX-License-Identifier: GPL-3.0-or-later
// Value Representations (PS3.5 6.2).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace glossator::dicom {

constexpr uint16_t VrCode(char a, char b) {
  return static_cast<uint16_t>(static_cast<uint8_t>(a) << 8 | static_cast<uint8_t>(b));
}

enum class Vr : uint16_t {
  AE = VrCode('A', 'E'),
  AS = VrCode('A', 'S'),
  AT = VrCode('A', 'T'),
  CS = VrCode('C', 'S'),
  DA = VrCode('D', 'A'),
  DS = VrCode('D', 'S'),
  DT = VrCode('D', 'T'),
  FD = VrCode('F', 'D'),
  FL = VrCode('F', 'L'),
  IS = VrCode('I', 'S'),
  LO = VrCode('L', 'O'),
  LT = VrCode('L', 'T'),
  OB = VrCode('O', 'B'),
  OD = VrCode('O', 'D'),
  OF = VrCode('O', 'F'),
  OL = VrCode('O', 'L'),
  OV = VrCode('O', 'V'),
  OW = VrCode('O', 'W'),
  PN = VrCode('P', 'N'),
  SH = VrCode('S', 'H'),
  SL = VrCode('S', 'L'),
  SQ = VrCode('S', 'Q'),
  SS = VrCode('S', 'S'),
  ST = VrCode('S', 'T'),
  SV = VrCode('S', 'V'),
  TM = VrCode('T', 'M'),
  UC = VrCode('U', 'C'),
  UI = VrCode('U', 'I'),
  UL = VrCode('U', 'L'),
  UN = VrCode('U', 'N'),
  UR = VrCode('U', 'R'),
  US = VrCode('U', 'S'),
  UT = VrCode('U', 'T'),
  UV = VrCode('U', 'V'),
};

std::optional<Vr> ParseVr(std::string_view two_letters);
std::string_view ToString(Vr vr);

bool HasLongLength(Vr vr);     // 32-bit length in explicit VR (PS3.5 Table 7.1-1)
bool IsString(Vr vr);          // characters of any kind
bool UsesCharacterSet(Vr vr);  // SH LO ST LT UC UT PN: subject to (0008,0005)
bool IsMultiValued(Vr vr);     // a backslash separates values
size_t ValueSize(Vr vr);       // bytes of one binary value: 1, 2, 4, 8; 0 for strings and SQ
char PaddingOf(Vr vr);         // ' ' for strings, '\0' for UI and binary

}  // namespace glossator::dicom
