// SPDX-License-Identifier: GPL-3.0-or-later
// The DICOM JSON model (PS3.18 Annex F).
#include <charconv>
#include <cmath>
#include <cstring>

#include "dicom/base64.h"
#include "dicom/charset.h"
#include "dicom/dictionary.h"
#include "dicom/error.h"
#include "dicom/json.h"
#include "dicom/numbers.h"

namespace glossator::dicom {
namespace {

constexpr const char* kGroups[] = {"Alphabetic", "Ideographic", "Phonetic"};
constexpr int kDepthMax = 64;

[[noreturn]] void Fail(const std::string& key, const char* fault) {
  throw Error(ErrorKind::kInvalid, key + ": " + fault);
}

std::string KeyOf(Tag tag) {
  const std::string text = ToString(tag);
  return text.substr(1, 4) + text.substr(6, 4);
}

std::optional<uint32_t> ParseHex8(std::string_view text) {
  uint32_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  if (text.size() != 8 || fault != std::errc{} || end != text.data() + 8) return std::nullopt;
  return number;
}

Tag TagOf(uint32_t number) {
  return {static_cast<uint16_t>(number >> 16), static_cast<uint16_t>(number)};
}

std::vector<std::string> Split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const size_t at = text.find(separator);
    parts.emplace_back(text.substr(0, at));
    if (at == text.npos) return parts;
    text.remove_prefix(at + 1);
  }
}

bool IsInline(Vr vr) {
  return !IsString(vr) && (!IsMultiValued(vr) || vr == Vr::UN) && vr != Vr::SQ;
}

Json::Value PersonName(const std::string& text) {
  Json::Value name(Json::objectValue);
  const std::vector<std::string> groups = Split(text, '=');
  for (size_t i = 0; i < groups.size() && i < std::size(kGroups); ++i) {
    const std::string_view group = TrimValue(groups[i], Vr::PN);
    if (!group.empty()) name[kGroups[i]] = std::string(group);
  }
  return name;
}

// DS and IS as a number where that is the same text, else as a string (PS3.18 F.2.3.1).
Json::Value DecimalOrText(const std::string& text, Vr vr) {
  if (vr == Vr::IS) {
    const auto integer = ParseInteger(text);
    if (integer && std::to_string(*integer) == text) return Json::Int64(*integer);
  } else {
    const auto number = ParseDecimal(text);
    if (number && ToDecimalString(*number) == text) return *number;
  }
  return text;
}

Json::Value TextValue(const std::string& text, Vr vr) {
  if (text.empty()) return Json::nullValue;
  if (vr == Vr::PN) return PersonName(text);
  if (vr == Vr::DS || vr == Vr::IS) return DecimalOrText(text, vr);
  return text;
}

Json::Value NumberValue(const Element& element, size_t index) {
  if (element.vr == Vr::FL || element.vr == Vr::FD) {
    const double number = *DoubleAt(element, index);
    if (std::isfinite(number)) return number;
    return std::isnan(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity";
  }
  if (element.vr == Vr::UV) {
    uint64_t number;
    std::memcpy(&number, element.value.data() + index * sizeof number, sizeof number);
    return Json::UInt64(number);
  }
  const int64_t number = *IntegerAt(element, index);
  if (element.vr == Vr::AT) return KeyOf(TagOf(static_cast<uint32_t>(number)));
  return Json::Int64(number);
}

Json::Value ValuesOf(const Element& element, const CharacterSet& characters) {
  Json::Value values(Json::arrayValue);
  if (!IsString(element.vr)) {
    for (size_t i = 0; i < CountValues(element); ++i) values.append(NumberValue(element, i));
    return values;
  }
  const bool uses = UsesCharacterSet(element.vr);
  // Decoded before it is split: in some sets a backslash is half of a character.
  const std::string text = uses ? characters.Decode(element.value, element.vr)
                                : CharacterSet({"ISO_IR 192"}).Decode(element.value);
  if (TrimValue(text, element.vr).empty()) return values;
  for (const std::string& part :
       IsMultiValued(element.vr) ? Split(text, '\\') : std::vector<std::string>{text}) {
    values.append(TextValue(std::string(TrimValue(part, element.vr)), element.vr));
  }
  return values;
}

Json::Value ItemsOf(const Element& element, const CharacterSet& characters);

Json::Value ObjectOf(const DataSet& data_set, const CharacterSet& inherited) {
  const bool own = data_set.Has(tags::SpecificCharacterSet);
  const CharacterSet characters = own ? CharacterSet::Of(data_set) : inherited;
  Json::Value object(Json::objectValue);
  for (const Element& element : data_set) {
    if (element.encapsulated) Fail(KeyOf(element.tag), "encapsulated pixels are not for JSON");
    if (element.tag.is_group_length()) continue;  // PS3.18 F.2.2
    Json::Value& member = object[KeyOf(element.tag)];
    member["vr"] = std::string(ToString(element.vr));
    if (element.tag == tags::SpecificCharacterSet) {
      member["Value"].append("ISO_IR 192");
    } else if (element.vr == Vr::SQ) {
      if (!element.items.empty()) member["Value"] = ItemsOf(element, characters);
    } else if (IsInline(element.vr)) {
      if (!element.value.empty()) member["InlineBinary"] = ToBase64(element.value);
    } else if (Json::Value values = ValuesOf(element, characters); !values.empty()) {
      member["Value"] = std::move(values);
    }
  }
  return object;
}

Json::Value ItemsOf(const Element& element, const CharacterSet& characters) {
  Json::Value items(Json::arrayValue);
  for (const DataSet& item : element.items) items.append(ObjectOf(item, characters));
  return items;
}

std::string PersonNameText(const std::string& key, const Json::Value& name) {
  if (!name.isObject()) Fail(key, "a person name is an object");
  std::string text;
  for (const char* group : kGroups) {
    if (name.isMember(group) && !name[group].isString()) Fail(key, "a name group is a string");
    text += name.get(group, "").asString() + '=';
  }
  text.erase(text.find_last_not_of('=') + 1);
  return text;
}

std::string TextOf(const std::string& key, const Json::Value& value, Vr vr) {
  if (value.isNull()) return "";
  if (vr == Vr::PN) return PersonNameText(key, value);
  if (value.isString()) return value.asString();
  const bool decimal = vr == Vr::DS || vr == Vr::IS;
  if (!decimal || !value.isNumeric()) Fail(key, "a string is expected");
  return value.isIntegral() ? WriteJson(value) : ToDecimalString(value.asDouble());
}

double RealOf(const std::string& key, const Json::Value& value) {
  if (value.isNumeric()) return value.asDouble();
  const std::string text = value.isString() ? value.asString() : "";
  if (text == "NaN") return std::nan("");
  if (text == "Infinity" || text == "inf") return HUGE_VAL;
  if (text == "-Infinity" || text == "-inf") return -HUGE_VAL;
  const auto number = ParseDecimal(text);
  if (!number) Fail(key, "a number is expected");
  return *number;
}

int64_t WholeOf(const std::string& key, const Json::Value& value, Vr vr) {
  if (vr == Vr::AT) {
    const auto tag = ParseHex8(value.isString() ? value.asString() : "");
    if (!tag) Fail(key, "a tag is expected");
    return *tag;
  }
  if (value.isInt64()) return value.asInt64();
  const auto number = ParseInteger(value.isString() ? value.asString() : "");
  if (!number) Fail(key, "a whole number is expected");
  return *number;
}

void AppendBinary(Element& element, const std::string& key, const Json::Value& value) {
  if (element.vr == Vr::FL || element.vr == Vr::FD) {
    return AppendDouble(element.value, element.tag, element.vr, RealOf(key, value));
  }
  if (element.vr == Vr::UV && value.isUInt64()) {
    const uint64_t number = value.asUInt64();
    element.value.append(reinterpret_cast<const char*>(&number), sizeof number);
    return;
  }
  AppendInteger(element.value, element.tag, element.vr, WholeOf(key, value, element.vr));
}

DataSet DataSetOf(const Json::Value& json, int depth, const std::string& path);

void FillValues(Element& element, const std::string& key, const Json::Value& values, int depth) {
  if (!values.isArray()) Fail(key, "Value is an array");
  for (Json::ArrayIndex i = 0; i < values.size(); ++i) {
    if (element.vr == Vr::SQ) {
      const std::string path = key + '[' + std::to_string(i + 1) + "]>";
      element.items.push_back(DataSetOf(values[i], depth + 1, path));
    } else if (IsString(element.vr)) {
      if (i != 0) element.value += '\\';
      element.value += TextOf(key, values[i], element.vr);
    } else if (IsInline(element.vr)) {
      Fail(key, "InlineBinary is expected");
    } else {
      AppendBinary(element, key, values[i]);
    }
  }
}

Element ElementOf(Tag tag, const std::string& key, const Json::Value& member, int depth) {
  if (!member.isObject()) Fail(key, "an attribute is an object");
  if (member.isMember("vr") && !member["vr"].isString()) Fail(key, "vr is a string");
  const auto vr = member.isMember("vr") ? ParseVr(member["vr"].asString()) : VrOf(tag);
  if (!vr) Fail(key, "unknown vr");
  Element element{tag, *vr, {}, {}, {}, false};
  if (member.isMember("BulkDataURI")) Fail(key, "bulk data by reference is not accepted");
  if (member.isMember("InlineBinary")) {
    const Json::Value& text = member["InlineBinary"];
    auto bytes = text.isString() ? FromBase64(text.asString()) : std::nullopt;
    if (!bytes || !IsInline(*vr)) Fail(key, "not inline binary");
    element.value = std::move(*bytes);
  } else if (member.isMember("Value")) {
    FillValues(element, key, member["Value"], depth);
  }
  return element;
}

DataSet DataSetOf(const Json::Value& json, int depth, const std::string& path) {
  if (depth > kDepthMax) Fail(path, "nested too deeply");
  DataSet data_set;
  if (json.isNull()) return data_set;  // an empty item
  if (!json.isObject()) Fail(path, "a data set is an object");
  for (auto member = json.begin(); member != json.end(); ++member) {
    const auto number = ParseHex8(member.name());
    if (!number) Fail(path, "a key is not a tag");
    const Tag tag = TagOf(*number);
    data_set.Put(ElementOf(tag, path + ToString(tag), *member, depth));
  }
  return data_set;
}

}  // namespace

Json::Value ToJson(const DataSet& data_set) { return ObjectOf(data_set, CharacterSet()); }

DataSet FromJson(const Json::Value& json) {
  DataSet data_set = DataSetOf(json, 0, "");
  // The text is UTF-8 already, whatever the model says of its origin.
  data_set.SetString(tags::SpecificCharacterSet, "ISO_IR 192");
  ConvertToUtf8(data_set);
  return data_set;
}

}  // namespace glossator::dicom
