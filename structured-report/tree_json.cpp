// SPDX-License-Identifier: GPL-3.0-or-later
// A content tree as JSON and back, without loss.
#include "dicom/error.h"
#include "structured-report/decode.h"

namespace glossator::sr {
namespace {

Json::Value ToJson(const Code& code) {
  Json::Value json;
  json["value"] = code.value;
  json["scheme"] = code.scheme;
  json["meaning"] = code.meaning;
  if (!code.scheme_version.empty()) json["scheme_version"] = code.scheme_version;
  return json;
}

template <class Number>
Json::Value ListOf(const std::vector<Number>& numbers) {
  Json::Value list(Json::arrayValue);
  for (const Number& number : numbers) list.append(Json::Value(number));
  return list;
}

Json::Value IntegersOf(const std::vector<int64_t>& numbers) {
  Json::Value list(Json::arrayValue);
  for (const int64_t number : numbers) list.append(Json::Int64(number));
  return list;
}

struct ValueToJson {
  Json::Value operator()(std::monostate) const { return {}; }
  Json::Value operator()(const std::string& text) const { return text; }
  Json::Value operator()(const Code& code) const { return ToJson(code); }

  Json::Value operator()(const Number& number) const {
    Json::Value json;
    if (!number.value.empty()) json["value"] = number.value;
    if (number.unit) json["unit"] = ToJson(*number.unit);
    if (number.qualifier) json["qualifier"] = ToJson(*number.qualifier);
    if (number.exact) json["exact"] = *number.exact;
    return json;
  }

  Json::Value operator()(const Reference& reference) const {
    Json::Value json;
    json["sop_class"] = reference.sop_class_uid;
    json["sop_instance_uid"] = reference.sop_instance_uid;
    if (!reference.frames.empty()) json["frames"] = IntegersOf(reference.frames);
    if (!reference.segments.empty()) json["segments"] = IntegersOf(reference.segments);
    if (!reference.channels.empty()) json["channels"] = IntegersOf(reference.channels);
    return json;
  }

  Json::Value operator()(const Graphic& graphic) const {
    Json::Value json;
    json["graphic_type"] = graphic.type;
    json["data"] = ListOf(graphic.data);
    if (!graphic.frame_of_reference_uid.empty()) {
      json["frame_of_reference_uid"] = graphic.frame_of_reference_uid;
    }
    if (!graphic.pixel_origin.empty()) json["pixel_origin"] = graphic.pixel_origin;
    return json;
  }

  Json::Value operator()(const Temporal& temporal) const {
    Json::Value json;
    json["range_type"] = temporal.range_type;
    json["sample_positions"] = IntegersOf(temporal.sample_positions);
    json["time_offsets"] = ListOf(temporal.time_offsets);
    json["date_times"] = ListOf(temporal.date_times);
    return json;
  }
};

std::string TextAt(const Json::Value& json, const char* name) {
  const Json::Value& value = json[name];
  return value.isString() ? value.asString() : "";
}

Code CodeFrom(const Json::Value& json) {
  return {TextAt(json, "value"), TextAt(json, "scheme"), TextAt(json, "meaning"),
          TextAt(json, "scheme_version")};
}

std::optional<Code> CodeAt(const Json::Value& json, const char* name) {
  if (!json[name].isObject()) return std::nullopt;
  return CodeFrom(json[name]);
}

std::vector<int64_t> IntegersAt(const Json::Value& json, const char* name) {
  std::vector<int64_t> numbers;
  for (const Json::Value& number : json[name]) numbers.push_back(number.asInt64());
  return numbers;
}

std::vector<double> NumbersAt(const Json::Value& json, const char* name) {
  std::vector<double> numbers;
  for (const Json::Value& number : json[name]) numbers.push_back(number.asDouble());
  return numbers;
}

Number NumberFrom(const Json::Value& json) {
  Number number{TextAt(json, "value"), CodeAt(json, "unit"), CodeAt(json, "qualifier")};
  if (json["exact"].isNumeric()) number.exact = json["exact"].asDouble();
  return number;
}

Reference ReferenceFrom(const Json::Value& json) {
  return {TextAt(json, "sop_class"), TextAt(json, "sop_instance_uid"), IntegersAt(json, "frames"),
          IntegersAt(json, "segments"), IntegersAt(json, "channels")};
}

Temporal TemporalFrom(const Json::Value& json) {
  Temporal temporal{TextAt(json, "range_type"),
                    IntegersAt(json, "sample_positions"),
                    NumbersAt(json, "time_offsets"),
                    {}};
  for (const Json::Value& text : json["date_times"]) temporal.date_times.push_back(text.asString());
  return temporal;
}

void ReadValue(const Json::Value& json, ContentItem& item) {
  switch (item.type) {
    case ValueType::kCode:
      if (json.isObject()) item.value = CodeFrom(json);
      break;
    case ValueType::kNum:
      item.value = NumberFrom(json);
      break;
    case ValueType::kImage:
    case ValueType::kComposite:
    case ValueType::kWaveform:
      item.value = ReferenceFrom(json);
      break;
    case ValueType::kScoord:
    case ValueType::kScoord3d:
      item.value = Graphic{TextAt(json, "graphic_type"), NumbersAt(json, "data"),
                           TextAt(json, "frame_of_reference_uid"), TextAt(json, "pixel_origin")};
      break;
    case ValueType::kTcoord:
      item.value = TemporalFrom(json);
      break;
    case ValueType::kContainer:
    case ValueType::kReference:
    case ValueType::kUnknown:
      break;
    default:
      item.value = json.isString() ? json.asString() : std::string();
  }
}

ContentItem ItemFrom(const Json::Value& json) {
  if (!json.isObject()) throw Error(ErrorKind::kInvalid, "a content item is an object");
  ContentItem item;
  item.type = ValueTypeFrom(TextAt(json, "type"));
  item.relationship = TextAt(json, "relationship");
  item.concept_name = CodeAt(json, "concept");
  item.template_id = TextAt(json, "template");
  item.by_reference = IntegersAt(json, "refers_to");
  if (item.type == ValueType::kContainer) {
    item.continuity = json.isMember("continuity") ? TextAt(json, "continuity") : "SEPARATE";
  }
  ReadValue(json["value"], item);
  for (const Json::Value& child : json["children"]) item.children.push_back(ItemFrom(child));
  return item;
}

}  // namespace

Json::Value TreeToJson(const ContentItem& root) {
  Json::Value json;
  json["type"] = std::string(NameOf(root.type));
  if (!root.relationship.empty()) json["relationship"] = root.relationship;
  if (root.concept_name) json["concept"] = ToJson(*root.concept_name);
  Json::Value value = std::visit(ValueToJson{}, root.value);
  if (!value.isNull()) json["value"] = std::move(value);
  if (root.type == ValueType::kContainer && root.continuity != "SEPARATE") {
    json["continuity"] = root.continuity;
  }
  if (!root.template_id.empty()) json["template"] = root.template_id;
  if (!root.by_reference.empty()) json["refers_to"] = IntegersOf(root.by_reference);
  for (const ContentItem& child : root.children) json["children"].append(TreeToJson(child));
  return json;
}

ContentItem TreeFromJson(const Json::Value& json) {
  try {
    return ItemFrom(json);
  } catch (const Json::Exception&) {
    throw Error(ErrorKind::kInvalid, "a content item has a value of the wrong type");
  }
}

}  // namespace glossator::sr
