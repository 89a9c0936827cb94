// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/vr.h"

#include <array>
#include <iterator>

namespace glossator::dicom {
namespace {

// One row per VR of PS3.5 Table 6.2-1.
struct Traits {
  Vr vr;
  char name[3];
  bool long_length;  // PS3.5 Table 7.1-1
  bool string;
  bool character_set;
  bool multi_valued;
  uint8_t size;
};

constexpr Traits kTraits[] = {
    {Vr::AE, "AE", false, true, false, true, 0},  {Vr::AS, "AS", false, true, false, true, 0},
    {Vr::AT, "AT", false, false, false, true, 4}, {Vr::CS, "CS", false, true, false, true, 0},
    {Vr::DA, "DA", false, true, false, true, 0},  {Vr::DS, "DS", false, true, false, true, 0},
    {Vr::DT, "DT", false, true, false, true, 0},  {Vr::FD, "FD", false, false, false, true, 8},
    {Vr::FL, "FL", false, false, false, true, 4}, {Vr::IS, "IS", false, true, false, true, 0},
    {Vr::LO, "LO", false, true, true, true, 0},   {Vr::LT, "LT", false, true, true, false, 0},
    {Vr::OB, "OB", true, false, false, false, 1}, {Vr::OD, "OD", true, false, false, false, 8},
    {Vr::OF, "OF", true, false, false, false, 4}, {Vr::OL, "OL", true, false, false, false, 4},
    {Vr::OV, "OV", true, false, false, false, 8}, {Vr::OW, "OW", true, false, false, false, 2},
    {Vr::PN, "PN", false, true, true, true, 0},   {Vr::SH, "SH", false, true, true, true, 0},
    {Vr::SL, "SL", false, false, false, true, 4}, {Vr::SQ, "SQ", true, false, false, false, 0},
    {Vr::SS, "SS", false, false, false, true, 2}, {Vr::ST, "ST", false, true, true, false, 0},
    {Vr::SV, "SV", true, false, false, true, 8},  {Vr::TM, "TM", false, true, false, true, 0},
    {Vr::UC, "UC", true, true, true, true, 0},    {Vr::UI, "UI", false, true, false, true, 0},
    {Vr::UL, "UL", false, false, false, true, 4}, {Vr::UN, "UN", true, false, false, false, 1},
    {Vr::UR, "UR", true, true, false, false, 0},  {Vr::US, "US", false, false, false, true, 2},
    {Vr::UT, "UT", true, true, true, false, 0},   {Vr::UV, "UV", true, false, false, true, 8},
};

// Asked for each element of each object several times: two letters lead to the row at once.
constexpr size_t SlotOf(uint16_t code) { return (code >> 8 & 31) << 5 | (code & 31); }
constexpr auto kRows = [] {
  std::array<uint8_t, 1024> rows{};  // 0: none, else the row's number from 1
  for (size_t i = 0; i < std::size(kTraits); ++i) {
    rows[SlotOf(static_cast<uint16_t>(kTraits[i].vr))] = static_cast<uint8_t>(i + 1);
  }
  return rows;
}();

const Traits* Find(Vr vr) {
  const size_t row = kRows[SlotOf(static_cast<uint16_t>(vr))];
  return row != 0 && kTraits[row - 1].vr == vr ? &kTraits[row - 1] : nullptr;
}

const Traits& Of(Vr vr) {
  static constexpr Traits kUnknown = {Vr::UN, "UN", true, false, false, false, 1};
  const Traits* found = Find(vr);
  return found == nullptr ? kUnknown : *found;
}

}  // namespace

std::optional<Vr> ParseVr(std::string_view two_letters) {
  if (two_letters.size() != 2) return std::nullopt;
  const Vr vr = static_cast<Vr>(VrCode(two_letters[0], two_letters[1]));
  if (Find(vr) == nullptr) return std::nullopt;
  return vr;
}

std::string_view ToString(Vr vr) { return std::string_view(Of(vr).name, 2); }
bool HasLongLength(Vr vr) { return Of(vr).long_length; }
bool IsString(Vr vr) { return Of(vr).string; }
bool UsesCharacterSet(Vr vr) { return Of(vr).character_set; }
bool IsMultiValued(Vr vr) { return Of(vr).multi_valued; }
size_t ValueSize(Vr vr) { return Of(vr).size; }
char PaddingOf(Vr vr) { return IsString(vr) && vr != Vr::UI ? ' ' : '\0'; }

}  // namespace glossator::dicom
