// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/again.h"

#include <string>
#include <utility>
#include <vector>

#include "deid/rejection_titles.h"
#include "deid/text.h"

namespace glossator::deid {
namespace {

using dicom::Vr;

constexpr const char* kRemoved = "REMOVED";  // a required value must not be empty

bool IsText(Vr vr) {
  return vr == Vr::LO || vr == Vr::SH || vr == Vr::ST || vr == Vr::LT || vr == Vr::UT ||
         vr == Vr::UC;
}

bool HasSeveralValues(Vr vr) { return vr == Vr::LO || vr == Vr::SH || vr == Vr::UC; }

bool Holds(const std::string& text, const Sentinel& identifiers) {
  return identifiers.FindsInText(text) || identifiers.Finds(text);
}

std::string CleanOne(const std::string& text, const Sentinel& identifiers) {
  if (!Holds(text, identifiers)) return text;
  auto cleaned = CleanText(text, TextRule::kWords, identifiers);
  return cleaned.empty() || Holds(cleaned, identifiers) ? kRemoved : cleaned;
}

std::string CleanValues(const dicom::Element& element, const Sentinel& identifiers) {
  if (!HasSeveralValues(element.vr)) return CleanOne(element.value, identifiers);
  std::string cleaned;
  for (size_t begin = 0; begin <= element.value.size();) {
    const size_t end = std::min(element.value.find('\\', begin), element.value.size());
    cleaned += CleanOne(element.value.substr(begin, end - begin), identifiers);
    if (end < element.value.size()) cleaned += '\\';
    begin = end + 1;
  }
  return cleaned;
}

}  // namespace

size_t CleanTextAgain(dicom::DataSet& cleaned, const Sentinel& identifiers) {
  size_t changed = 0;
  std::vector<std::pair<dicom::DataSet*, dicom::Tag>> open{{&cleaned, {}}};
  while (!open.empty()) {
    const auto [current, parent] = open.back();
    open.pop_back();
    for (auto& element : current->elements()) {
      for (auto& item : element.items) open.emplace_back(&item, element.tag);
      if (!IsText(element.vr) || !Holds(element.value, identifiers)) continue;
      if (element.tag == dicom::tags::CodeValue && IsRejectionTitle(parent, *current)) continue;
      element.value = CleanValues(element, identifiers);
      ++changed;
    }
  }
  return changed;
}

}  // namespace glossator::deid
