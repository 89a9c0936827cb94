// SPDX-License-Identifier: GPL-3.0-or-later
// Description from and to JSON. Types and keys are checked here, meaning in Check().
#include <algorithm>

#include "dicom/error.h"
#include "seg/dcmqi.h"
#include "seg/description.h"

namespace glossator::seg {
namespace {

class Reader {
 public:
  Description Parse(const Json::Value& json);
  std::vector<Finding> findings;

 private:
  void Fault(const std::string& path, const std::string& message,
             const char* severity = kFindingError) {
    findings.push_back({"", severity, "description", path, "", message});
  }
  bool IsObject(const Json::Value& json, const std::string& path,
                std::initializer_list<const char*> keys);
  std::string Text(const Json::Value& parent, const char* key, const std::string& path,
                   bool required = false);
  dicom::Code Code(const Json::Value& json, const std::string& path);
  std::vector<dicom::Code> Codes(const Json::Value& parent, const char* key,
                                 const std::string& path);
  std::optional<std::array<uint8_t, 3>> Color(const Json::Value& json, const std::string& path);
  Algorithm OneAlgorithm(const Json::Value& json, const std::string& path);
  Contributor OneContributor(const Json::Value& json, const std::string& path);
  void Contributors(const Json::Value& json, Description& description);
  uint16_t Label(const Json::Value& parent, const std::string& path);
  Segment OneSegment(const Json::Value& json, const std::string& path);
};

bool Reader::IsObject(const Json::Value& json, const std::string& path,
                      std::initializer_list<const char*> keys) {
  if (!json.isObject()) {
    Fault(path, "expected an object");
    return false;
  }
  for (const std::string& name : json.getMemberNames()) {
    const bool known =
        std::any_of(keys.begin(), keys.end(), [&](const char* key) { return name == key; });
    if (!known) Fault(path + "." + name, "unknown key, ignored", kFindingWarning);
  }
  return true;
}

std::string Reader::Text(const Json::Value& parent, const char* key, const std::string& path,
                         bool required) {
  const Json::Value& value = parent[key];
  if (value.isString()) return value.asString();
  if (!value.isNull()) Fault(path + "." + key, "expected a text");
  if (value.isNull() && required) Fault(path + "." + key, "is required");
  return "";
}

dicom::Code Reader::Code(const Json::Value& json, const std::string& path) {
  if (!IsObject(json, path, {"code", "scheme", "meaning", "scheme_version"})) return {};
  return {Text(json, "code", path, true), Text(json, "scheme", path, true),
          Text(json, "meaning", path, true), Text(json, "scheme_version", path)};
}

// One code or a list of them.
std::vector<dicom::Code> Reader::Codes(const Json::Value& parent, const char* key,
                                       const std::string& path) {
  const Json::Value& json = parent[key];
  const std::string here = path + "." + key;
  if (json.isNull()) return {};
  if (!json.isArray()) return {Code(json, here)};
  std::vector<dicom::Code> codes;
  for (Json::ArrayIndex i = 0; i < json.size(); ++i) {
    codes.push_back(Code(json[i], here + "[" + std::to_string(i) + "]"));
  }
  return codes;
}

std::optional<std::array<uint8_t, 3>> Reader::Color(const Json::Value& json,
                                                    const std::string& path) {
  if (json.isNull()) return std::nullopt;
  std::array<uint8_t, 3> color{};
  bool fine = json.isArray() && json.size() == 3;
  for (Json::ArrayIndex i = 0; fine && i < 3; ++i) {
    fine = json[i].isUInt() && json[i].asUInt() <= 255;
    if (fine) color[i] = static_cast<uint8_t>(json[i].asUInt());
  }
  if (fine) return color;
  Fault(path + ".color", "expected three numbers from 0 to 255");
  return std::nullopt;
}

// "number" is what a submission calls it (contracts).
uint16_t Reader::Label(const Json::Value& parent, const std::string& path) {
  const Json::Value& label =
      parent.isMember("label") && !parent["label"].isString() ? parent["label"] : parent["number"];
  if (label.isUInt() && label.asUInt() >= 1 && label.asUInt() <= 65535) {
    return static_cast<uint16_t>(label.asUInt());
  }
  Fault(path + ".label", "expected a number from 1 to 65535");
  return 0;
}

Algorithm Reader::OneAlgorithm(const Json::Value& json, const std::string& path) {
  if (!IsObject(json, path, {"family", "name", "version", "source", "parameters"})) return {};
  return {Code(json["family"], path + ".family"), Text(json, "name", path, true),
          Text(json, "version", path, true), Text(json, "source", path),
          Text(json, "parameters", path)};
}

Contributor Reader::OneContributor(const Json::Value& json, const std::string& path) {
  Contributor made;
  if (!IsObject(json, path,
                {"purpose", "manufacturer", "model", "serial", "software", "device_uid",
                 "institution", "operators", "description", "algorithm"})) {
    return made;
  }
  if (json.isMember("purpose")) made.purpose = Code(json["purpose"], path + ".purpose");
  made.manufacturer = Text(json, "manufacturer", path, true);
  made.model_name = Text(json, "model", path);
  made.serial_number = Text(json, "serial", path);
  made.software_versions = Text(json, "software", path);
  made.device_uid = Text(json, "device_uid", path);
  made.institution = Text(json, "institution", path);
  made.description = Text(json, "description", path);
  made.algorithm = json["algorithm"].isBool() && json["algorithm"].asBool();
  const Json::Value& operators = json["operators"];
  if (!operators.isNull() && !operators.isArray()) Fault(path + ".operators", "expected a list");
  for (Json::ArrayIndex i = 0; operators.isArray() && i < operators.size(); ++i) {
    if (operators[i].isString()) made.operators.push_back(operators[i].asString());
  }
  return made;
}

void Reader::Contributors(const Json::Value& json, Description& description) {
  if (json.isNull()) return;
  if (!json.isArray()) return Fault("$.contributors", "expected a list");
  for (Json::ArrayIndex i = 0; i < json.size(); ++i) {
    description.contributors.push_back(
        OneContributor(json[i], "$.contributors[" + std::to_string(i) + "]"));
  }
}

// `name` may be given as `label` beside `number`; the algorithm may be one word.
Segment Reader::OneSegment(const Json::Value& json, const std::string& path) {
  Segment segment;
  if (!IsObject(json, path,
                {"label", "number", "name", "description", "category", "type", "type_modifier",
                 "region", "region_modifier", "algorithm_type", "algorithm_name", "algorithm",
                 "algorithm_identification", "group", "color", "tracking_id", "tracking_uid"})) {
    return segment;
  }
  segment.label = Label(json, path);
  const bool label_is_name = json["label"].isString() && !json.isMember("name");
  segment.name = Text(json, label_is_name ? "label" : "name", path, true);
  segment.description = Text(json, "description", path);
  segment.category = Code(json["category"], path + ".category");
  segment.type = Code(json["type"], path + ".type");
  segment.type_modifiers = Codes(json, "type_modifier", path);
  auto region = Codes(json, "region", path);
  if (region.size() > 1) Fault(path + ".region", "expected one code");
  if (!region.empty()) segment.region = std::move(region[0]);
  segment.region_modifiers = Codes(json, "region_modifier", path);
  const bool one_word = json["algorithm"].isString() && !json.isMember("algorithm_type");
  const std::string type = Text(json, one_word ? "algorithm" : "algorithm_type", path);
  if (!type.empty()) segment.algorithm_type = type;
  segment.algorithm_name = Text(json, "algorithm_name", path);
  if (json.isMember("algorithm_identification")) {
    segment.algorithm =
        OneAlgorithm(json["algorithm_identification"], path + ".algorithm_identification");
    if (segment.algorithm_name.empty()) segment.algorithm_name = segment.algorithm->name;
  }
  if (json["group"].isUInt()) segment.group = json["group"].asUInt();
  segment.color = Color(json["color"], path);
  segment.tracking_id = Text(json, "tracking_id", path);
  segment.tracking_uid = Text(json, "tracking_uid", path);
  return segment;
}

Description Reader::Parse(const Json::Value& json) {
  Description description;
  if (!IsObject(json, "$",
                {"series_description", "content_creator", "content_label", "content_description",
                 "contributors", "segments"})) {
    return description;
  }
  description.series_description = Text(json, "series_description", "$");
  description.content_creator = Text(json, "content_creator", "$");
  description.content_label = Text(json, "content_label", "$");
  description.content_description = Text(json, "content_description", "$");
  Contributors(json["contributors"], description);
  const Json::Value& segments = json["segments"];
  if (!segments.isArray()) {
    Fault("$.segments", "expected a list");
    return description;
  }
  for (Json::ArrayIndex i = 0; i < segments.size(); ++i) {
    description.segments.push_back(
        OneSegment(segments[i], "$.segments[" + std::to_string(i) + "]"));
  }
  std::stable_sort(description.segments.begin(), description.segments.end(),
                   [](const Segment& a, const Segment& b) { return a.label < b.label; });
  return description;
}

Json::Value CodeJson(const dicom::Code& code) {
  Json::Value json(Json::objectValue);
  json["code"] = code.value;
  json["scheme"] = code.scheme;
  json["meaning"] = code.meaning;
  if (!code.scheme_version.empty()) json["scheme_version"] = code.scheme_version;
  return json;
}

void PutCodes(Json::Value& json, const char* key, const std::vector<dicom::Code>& codes) {
  for (const dicom::Code& code : codes) json[key].append(CodeJson(code));
}

void PutText(Json::Value& json, const char* key, const std::string& text) {
  if (!text.empty()) json[key] = text;
}

Json::Value AlgorithmJson(const Algorithm& algorithm) {
  Json::Value json(Json::objectValue);
  json["family"] = CodeJson(algorithm.family);
  json["name"] = algorithm.name;
  json["version"] = algorithm.version;
  PutText(json, "source", algorithm.source);
  PutText(json, "parameters", algorithm.parameters);
  return json;
}

Json::Value ContributorJson(const Contributor& contributor) {
  Json::Value json(Json::objectValue);
  if (!contributor.purpose.value.empty()) json["purpose"] = CodeJson(contributor.purpose);
  json["manufacturer"] = contributor.manufacturer;
  PutText(json, "model", contributor.model_name);
  PutText(json, "serial", contributor.serial_number);
  PutText(json, "software", contributor.software_versions);
  PutText(json, "device_uid", contributor.device_uid);
  PutText(json, "institution", contributor.institution);
  PutText(json, "description", contributor.description);
  for (const std::string& name : contributor.operators) json["operators"].append(name);
  if (contributor.algorithm) json["algorithm"] = true;
  return json;
}

Json::Value SegmentJson(const Segment& segment) {
  Json::Value json(Json::objectValue);
  json["label"] = segment.label;
  json["name"] = segment.name;
  PutText(json, "description", segment.description);
  json["category"] = CodeJson(segment.category);
  json["type"] = CodeJson(segment.type);
  PutCodes(json, "type_modifier", segment.type_modifiers);
  if (segment.region) json["region"] = CodeJson(*segment.region);
  PutCodes(json, "region_modifier", segment.region_modifiers);
  json["algorithm_type"] = segment.algorithm_type;
  PutText(json, "algorithm_name", segment.algorithm_name);
  if (segment.algorithm) json["algorithm_identification"] = AlgorithmJson(*segment.algorithm);
  if (segment.group != 0) json["group"] = segment.group;
  if (segment.color) {
    for (const uint8_t value : *segment.color) json["color"].append(value);
  }
  PutText(json, "tracking_id", segment.tracking_id);
  PutText(json, "tracking_uid", segment.tracking_uid);
  return json;
}

}  // namespace

std::vector<Finding> CheckDescription(const Json::Value& json) {
  Reader reader;
  const Description description = reader.Parse(IsDcmqi(json) ? FromDcmqi(json) : json);
  if (HasErrors(reader.findings)) return reader.findings;
  const auto more = Check(description);
  reader.findings.insert(reader.findings.end(), more.begin(), more.end());
  return reader.findings;
}

Description ParseDescription(const Json::Value& json) {
  std::string faults;
  for (const Finding& finding : CheckDescription(json)) {
    if (finding.severity == kFindingError) faults += "\n" + ToLine(finding);
  }
  if (!faults.empty()) throw Error(ErrorKind::kInvalid, "segment description:" + faults);
  return Reader().Parse(IsDcmqi(json) ? FromDcmqi(json) : json);
}

Json::Value ToJson(const Description& description) {
  Json::Value json(Json::objectValue);
  PutText(json, "series_description", description.series_description);
  PutText(json, "content_creator", description.content_creator);
  PutText(json, "content_label", description.content_label);
  PutText(json, "content_description", description.content_description);
  for (const Contributor& contributor : description.contributors) {
    json["contributors"].append(ContributorJson(contributor));
  }
  json["segments"] = Json::Value(Json::arrayValue);
  for (const Segment& segment : description.segments) {
    json["segments"].append(SegmentJson(segment));
  }
  return json;
}

}  // namespace glossator::seg
