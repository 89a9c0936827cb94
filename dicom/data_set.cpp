// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/data_set.h"

#include <algorithm>

#include "dicom/dictionary.h"
#include "dicom/error.h"
#include "dicom/numbers.h"

namespace glossator::dicom {
namespace {

bool Before(const Element& element, Tag tag) { return element.tag < tag; }

// The VR to write a number with: a "US or SS" attribute takes negative numbers as SS.
Vr VrForInteger(Tag tag, int64_t least) {
  const DictionaryEntry* entry = FindEntry(tag);
  return entry != nullptr && entry->us_or_ss && least < 0 ? Vr::SS : VrOf(tag);
}

Vr TextVrOf(Tag tag) {
  const Vr vr = VrOf(tag);
  if (!IsString(vr) && vr != Vr::UN) {
    throw Error(ErrorKind::kInternal, ToString(tag) + " does not hold text");
  }
  return vr;
}

}  // namespace

const Element* DataSet::Find(Tag tag) const {
  const auto found = std::lower_bound(elements_.begin(), elements_.end(), tag, Before);
  return found != elements_.end() && found->tag == tag ? &*found : nullptr;
}

Element* DataSet::Find(Tag tag) {
  return const_cast<Element*>(static_cast<const DataSet&>(*this).Find(tag));
}

bool DataSet::HasValue(Tag tag) const {
  const Element* element = Find(tag);
  if (element == nullptr) return false;
  if (!element->items.empty() || !element->fragments.empty()) return true;
  if (!IsString(element->vr)) return !element->value.empty();
  return !TrimValue(element->value, element->vr).empty();
}

Element& DataSet::Put(Element element) {
  if (elements_.empty() || elements_.back().tag < element.tag) {
    return elements_.emplace_back(std::move(element));
  }
  const auto place = std::lower_bound(elements_.begin(), elements_.end(), element.tag, Before);
  if (place->tag == element.tag) return *place = std::move(element);
  return *elements_.insert(place, std::move(element));
}

void DataSet::Erase(Tag tag) {
  const auto place = std::lower_bound(elements_.begin(), elements_.end(), tag, Before);
  if (place != elements_.end() && place->tag == tag) elements_.erase(place);
}

std::string DataSet::GetString(Tag tag, size_t index) const {
  const Element* element = Find(tag);
  if (element == nullptr || (!IsString(element->vr) && element->vr != Vr::UN)) return "";
  const auto part = PartAt(*element, index);
  return part ? std::string(TrimValue(*part, element->vr)) : "";
}

std::vector<std::string> DataSet::GetStrings(Tag tag) const {
  const Element* element = Find(tag);
  std::vector<std::string> values;
  if (element == nullptr || !HasValue(tag) || !IsString(element->vr)) return values;
  std::string_view rest = element->value;
  while (true) {
    const size_t separator = IsMultiValued(element->vr) ? rest.find('\\') : rest.npos;
    values.emplace_back(TrimValue(rest.substr(0, separator), element->vr));
    if (separator == rest.npos) return values;
    rest.remove_prefix(separator + 1);
  }
}

std::optional<int64_t> DataSet::GetInt(Tag tag, size_t index) const {
  const Element* element = Find(tag);
  return element == nullptr ? std::nullopt : IntegerAt(*element, index);
}

std::optional<double> DataSet::GetDouble(Tag tag, size_t index) const {
  const Element* element = Find(tag);
  return element == nullptr ? std::nullopt : DoubleAt(*element, index);
}

std::vector<double> DataSet::GetDoubles(Tag tag) const {
  std::vector<double> numbers;
  const Element* element = Find(tag);
  if (element == nullptr) return numbers;
  if (IsString(element->vr)) {
    for (const std::string& text : GetStrings(tag)) {
      if (const auto number = ParseDecimal(text)) numbers.push_back(*number);
    }
    return numbers;
  }
  const size_t size = ValueSize(element->vr);
  for (size_t i = 0; size != 0 && i < element->value.size() / size; ++i) {
    if (const auto number = DoubleAt(*element, i)) numbers.push_back(*number);
  }
  return numbers;
}

const std::vector<DataSet>& DataSet::GetItems(Tag tag) const {
  static const std::vector<DataSet> kNone;
  const Element* element = Find(tag);
  return element == nullptr ? kNone : element->items;
}

const DataSet* DataSet::FirstItem(Tag tag) const {
  const std::vector<DataSet>& items = GetItems(tag);
  return items.empty() ? nullptr : &items.front();
}

void DataSet::SetString(Tag tag, std::string_view value) {
  Put({tag, TextVrOf(tag), std::string(value), {}, {}, false});
}

void DataSet::SetStrings(Tag tag, const std::vector<std::string>& values) {
  std::string joined;
  for (size_t i = 0; i < values.size(); ++i) {
    if (i != 0) joined += '\\';
    joined += values[i];
  }
  SetString(tag, joined);
}

void DataSet::SetInt(Tag tag, int64_t value) { SetInts(tag, {value}); }

void DataSet::SetInts(Tag tag, const std::vector<int64_t>& values) {
  const int64_t least = values.empty() ? 0 : *std::min_element(values.begin(), values.end());
  Element element{tag, VrForInteger(tag, least), {}, {}, {}, false};
  for (int64_t value : values) AppendInteger(element.value, tag, element.vr, value);
  Put(std::move(element));
}

void DataSet::SetDouble(Tag tag, double value) { SetDoubles(tag, {value}); }

void DataSet::SetDoubles(Tag tag, const std::vector<double>& values) {
  Element element{tag, VrOf(tag), {}, {}, {}, false};
  for (double value : values) AppendDouble(element.value, tag, element.vr, value);
  Put(std::move(element));
}

void DataSet::SetBytes(Tag tag, Vr vr, std::string bytes) {
  Put({tag, vr, std::move(bytes), {}, {}, false});
}

void DataSet::SetEmpty(Tag tag) { Put({tag, VrOf(tag), {}, {}, {}, false}); }

void DataSet::SetItems(Tag tag, std::vector<DataSet> items) {
  Put({tag, Vr::SQ, {}, std::move(items), {}, false});
}

DataSet& DataSet::AddItem(Tag tag) {
  Element* element = Find(tag);
  if (element == nullptr) element = &Put({tag, Vr::SQ, {}, {}, {}, false});
  return element->items.emplace_back();
}

}  // namespace glossator::dicom
