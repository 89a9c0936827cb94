// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/rejection_titles.h"

#include <algorithm>
#include <iterator>
#include <string>

namespace glossator::deid {
namespace {

namespace tags = dicom::tags;
using namespace std::string_view_literals;

constexpr std::string_view kTitles[] = {"113001", "113037", "113038", "113039"};

// What stands around the digits: Code Value, then Coding Scheme Designator DCM.
struct Around {
  std::string_view before, after;
};
constexpr Around kEncodings[] = {{"\x08\x00\x00\x01SH\x06\x00"sv,
                                  "\x08\x00\x02\x01SH\x04\x00"
                                  "DCM "sv},
                                 {"\x08\x00\x00\x01\x06\x00\x00\x00"sv,
                                  "\x08\x00\x02\x01\x04\x00\x00\x00"
                                  "DCM "sv}};

std::string WithoutTitles(std::string_view head) {
  std::string without(head);
  for (const std::string_view title : kTitles) {
    for (const auto& [before, after] : kEncodings) {
      const std::string whole = std::string(before).append(title).append(after);
      for (size_t at = 0; (at = without.find(whole, at)) != without.npos; at += whole.size()) {
        std::fill_n(without.begin() + static_cast<std::ptrdiff_t>(at + before.size()), title.size(),
                    ' ');
      }
    }
  }
  return without;
}

}  // namespace

bool IsRejectionTitle(dicom::Tag parent, const dicom::DataSet& item) {
  if (parent != tags::ConceptNameCodeSequence) return false;
  const std::string code = item.GetString(tags::CodeValue);
  return std::find(std::begin(kTitles), std::end(kTitles), code) != std::end(kTitles) &&
         item.GetString(tags::CodingSchemeDesignator) == "DCM";
}

bool FindsBesideTitles(const Sentinel& identifiers, std::string_view head) {
  return identifiers.Finds(head) && identifiers.Finds(WithoutTitles(head));
}

}  // namespace glossator::deid
