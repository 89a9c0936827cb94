// SPDX-License-Identifier: GPL-3.0-or-later
#include "structured-report/content.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace glossator::sr {
namespace {

constexpr std::pair<ValueType, std::string_view> kNames[] = {
    {ValueType::kText, "TEXT"},         {ValueType::kCode, "CODE"},
    {ValueType::kNum, "NUM"},           {ValueType::kUidRef, "UIDREF"},
    {ValueType::kPName, "PNAME"},       {ValueType::kDateTime, "DATETIME"},
    {ValueType::kDate, "DATE"},         {ValueType::kTime, "TIME"},
    {ValueType::kImage, "IMAGE"},       {ValueType::kComposite, "COMPOSITE"},
    {ValueType::kWaveform, "WAVEFORM"}, {ValueType::kContainer, "CONTAINER"},
    {ValueType::kScoord, "SCOORD"},     {ValueType::kScoord3d, "SCOORD3D"},
    {ValueType::kTcoord, "TCOORD"},     {ValueType::kReference, "by reference"},
    {ValueType::kUnknown, "unknown"},
};

template <class Value>
ContentItem Make(ValueType type, const char* relationship, std::optional<Code> name, Value value) {
  ContentItem item;
  item.type = type;
  item.relationship = relationship;
  item.concept_name = std::move(name);
  item.value = std::move(value);
  return item;
}

}  // namespace

std::string_view NameOf(ValueType type) {
  const auto* found = std::find_if(std::begin(kNames), std::end(kNames),
                                   [type](const auto& entry) { return entry.first == type; });
  return found->second;
}

ValueType ValueTypeFrom(std::string_view name) {
  const auto* found = std::find_if(std::begin(kNames), std::end(kNames),
                                   [name](const auto& entry) { return entry.second == name; });
  return found == std::end(kNames) ? ValueType::kUnknown : found->first;
}

const ContentItem* ContentItem::Child(const Code& name) const {
  const auto found = std::find_if(children.begin(), children.end(),
                                  [&](const ContentItem& child) { return child.Is(name); });
  return found == children.end() ? nullptr : &*found;
}

ContentItem& ContentItem::Add(ContentItem child) { return children.emplace_back(std::move(child)); }

ContentItem Text(const char* relationship, Code name, std::string value) {
  return Make(ValueType::kText, relationship, std::move(name), std::move(value));
}

ContentItem Coded(const char* relationship, Code name, Code value) {
  return Make(ValueType::kCode, relationship, std::move(name), std::move(value));
}

ContentItem Measured(const char* relationship, Code name, Number value) {
  return Make(ValueType::kNum, relationship, std::move(name), std::move(value));
}

ContentItem UidRef(const char* relationship, Code name, std::string uid) {
  return Make(ValueType::kUidRef, relationship, std::move(name), std::move(uid));
}

ContentItem PersonName(const char* relationship, Code name, std::string value) {
  return Make(ValueType::kPName, relationship, std::move(name), std::move(value));
}

ContentItem Image(const char* relationship, std::optional<Code> name, Reference value) {
  return Make(ValueType::kImage, relationship, std::move(name), std::move(value));
}

bool IsWaveform(std::string_view sop_class_uid) {
  return sop_class_uid.starts_with("1.2.840.10008.5.1.4.1.1.9.");
}

ContentItem Container(const char* relationship, Code name, std::string template_id) {
  ContentItem item = Make(ValueType::kContainer, relationship, std::move(name), std::monostate());
  item.template_id = std::move(template_id);
  item.continuity = "SEPARATE";
  return item;
}

}  // namespace glossator::sr
