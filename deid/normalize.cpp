// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/normalize.h"

#include <cstdint>
#include <cstdlib>

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

// "1", "3", "1-n", "2-2n", "1-99".
bool HasRightCount(const dicom::DictionaryEntry& entry, Vr vr, size_t size) {
  const size_t one = dicom::ValueSize(vr);
  if (one == 0 || size == 0) return true;
  if (size % one != 0) return false;
  const std::string vm(entry.vm);
  const size_t dash = vm.find('-');
  const size_t least = static_cast<size_t>(std::atoi(vm.c_str()));
  const std::string last = dash == vm.npos ? vm : vm.substr(dash + 1);
  const size_t most =
      last.find('n') == last.npos ? static_cast<size_t>(std::atoi(last.c_str())) : SIZE_MAX;
  return size / one >= least && size / one <= most;
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
