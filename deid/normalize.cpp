// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/normalize.h"

#include "dicom/error.h"
#include "dicom/io.h"
#include "dicom/transfer_syntax.h"

namespace glossator::deid {
namespace {

using dicom::Vr;

bool IsPixelWord(Vr vr) { return vr == Vr::US || vr == Vr::SS || vr == Vr::OW || vr == Vr::OB; }

void AppendLittle(std::string& out, uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xFF);
}

}  // namespace

std::optional<Vr> TrueVr(const dicom::Element& element, const dicom::DictionaryEntry& entry) {
  if (element.vr == Vr::SQ || element.encapsulated) return std::nullopt;
  if (element.vr == entry.vr || element.vr == Vr::UN) return entry.vr;
  if (dicom::IsString(element.vr) && dicom::IsString(entry.vr)) return entry.vr;
  if (IsPixelWord(element.vr) && IsPixelWord(entry.vr)) return element.vr;
  return std::nullopt;
}

std::optional<std::vector<dicom::DataSet>> ItemsOf(const dicom::Element& element) {
  if (element.vr == Vr::SQ || element.value.empty()) return element.items;
  if (element.vr != Vr::UN) return std::nullopt;
  std::string bytes;
  AppendLittle(bytes, element.tag.group, 2);
  AppendLittle(bytes, element.tag.element, 2);
  AppendLittle(bytes, static_cast<uint32_t>(element.value.size()), 4);
  bytes += element.value;
  try {
    return dicom::Read(bytes, dicom::kImplicitLittleEndian).GetItems(element.tag);
  } catch (const Error&) {  // not items: the caller removes it
    return std::nullopt;
  }
}

}  // namespace glossator::deid
