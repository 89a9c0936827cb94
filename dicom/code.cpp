// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/code.h"

namespace glossator::dicom {
namespace {

// PS3.3 8.1: up to 16 characters are a Code Value.
Tag ValueTag(const Code& code) {
  if (code.value.starts_with("urn:") || code.value.starts_with("http")) return tags::URNCodeValue;
  return code.value.size() > 16 ? tags::LongCodeValue : tags::CodeValue;
}

std::string ValueOf(const DataSet& item) {
  for (const Tag tag : {tags::CodeValue, tags::LongCodeValue, tags::URNCodeValue}) {
    if (item.HasValue(tag)) return item.GetString(tag);
  }
  return "";
}

}  // namespace

DataSet ToItem(const Code& code) {
  DataSet item;
  item.elements().reserve(4);
  item.SetString(ValueTag(code), code.value);
  if (!code.scheme.empty()) item.SetString(tags::CodingSchemeDesignator, code.scheme);
  if (!code.scheme_version.empty()) {
    item.SetString(tags::CodingSchemeVersion, code.scheme_version);
  }
  item.SetString(tags::CodeMeaning, code.meaning);
  return item;
}

std::optional<Code> ToCode(const DataSet& item) {
  Code code{ValueOf(item), item.GetString(tags::CodingSchemeDesignator),
            item.GetString(tags::CodeMeaning), item.GetString(tags::CodingSchemeVersion)};
  // A URN names its scheme itself.
  const bool has_scheme = !code.scheme.empty() || item.HasValue(tags::URNCodeValue);
  if (code.value.empty() || !has_scheme) return std::nullopt;
  return code;
}

std::optional<Code> GetCode(const DataSet& parent, Tag tag) {
  const DataSet* item = parent.FirstItem(tag);
  return item == nullptr ? std::nullopt : ToCode(*item);
}

void SetCode(DataSet& parent, Tag tag, const Code& code) {
  std::vector<DataSet> items;  // a braced list would copy the item
  items.push_back(ToItem(code));
  parent.SetItems(tag, std::move(items));
}

}  // namespace glossator::dicom
