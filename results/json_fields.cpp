// SPDX-License-Identifier: GPL-3.0-or-later
#include "results/json_fields.h"

#include "dicom/error.h"

namespace glossator::results {

JsonObject::JsonObject(const Json::Value& json, std::string path, Faults& faults)
    : json_(json), path_(std::move(path)), faults_(faults) {
  if (!json_.isObject()) Fault(path_, "expected an object");
}

void JsonObject::Fault(const std::string& path, const std::string& text) {
  faults_.push_back((path.empty() ? "" : path + ": ") + text);
}

const Json::Value* JsonObject::Get(const char* key, bool required) {
  known_.insert(key);
  if (json_.isObject() && json_.isMember(key)) return &json_[key];
  if (required && json_.isObject()) Fault(key, "is missing");
  return nullptr;
}

std::string JsonObject::Text(const char* key, bool required) {
  const Json::Value* json = Get(key, required);
  if (json == nullptr) return "";
  if (json->isString()) return json->asString();
  Fault(key, "expected a text");
  return "";
}

bool JsonObject::Flag(const char* key) {
  const Json::Value* json = Get(key, false);
  if (json == nullptr) return false;
  if (json->isBool()) return json->asBool();
  Fault(key, "expected true or false");
  return false;
}

std::optional<double> JsonObject::Number(const char* key) {
  const Json::Value* json = Get(key, false);
  if (json == nullptr) return std::nullopt;
  if (json->isNumeric()) return json->asDouble();
  Fault(key, "expected a number");
  return std::nullopt;
}

const Json::Value* JsonObject::List(const char* key, bool required) {
  const Json::Value* json = Get(key, required);
  if (json == nullptr || json->isArray()) return json;
  Fault(key, "expected a list");
  return nullptr;
}

std::vector<double> JsonObject::Numbers(const char* key) {
  std::vector<double> numbers;
  const Json::Value* list = List(key);
  if (list == nullptr) return numbers;
  for (const Json::Value& json : *list) {
    if (!json.isNumeric()) {
      Fault(key, "expected numbers");
      return {};
    }
    numbers.push_back(json.asDouble());
  }
  return numbers;
}

std::vector<std::string> JsonObject::Texts(const char* key) {
  std::vector<std::string> texts;
  const Json::Value* list = List(key);
  if (list == nullptr) return texts;
  for (const Json::Value& json : *list) {
    if (json.isString()) {
      texts.push_back(json.asString());
    } else {
      Fault(key, "expected texts");
    }
  }
  return texts;
}

Code JsonObject::CodeOf(const Json::Value& json, const std::string& path) {
  JsonObject object(json, path, faults_);
  Code code;
  code.value = object.Text("value", true);
  code.scheme = object.Text("scheme", true);
  code.meaning = object.Text("meaning", true);
  code.scheme_version = object.Text("scheme_version");
  object.Done();
  return code;
}

std::optional<Code> JsonObject::MaybeCode(const char* key) {
  const Json::Value* json = Get(key, false);
  if (json == nullptr) return std::nullopt;
  return CodeOf(*json, PathOf(key));
}

Code JsonObject::RequiredCode(const char* key) {
  const Json::Value* json = Get(key, true);
  return json == nullptr ? Code{} : CodeOf(*json, PathOf(key));
}

std::vector<Code> JsonObject::Codes(const char* key) {
  std::vector<Code> codes;
  const Json::Value* list = List(key);
  if (list == nullptr) return codes;
  for (Json::ArrayIndex i = 0; i < list->size(); ++i) {
    codes.push_back(CodeOf((*list)[i], PathOf(key, i)));
  }
  return codes;
}

std::optional<dicom::CieLab> JsonObject::Color(const char* key) {
  const std::vector<double> parts = Numbers(key);
  if (parts.empty()) return std::nullopt;
  dicom::Rgb rgb{};
  bool fits = parts.size() == 3;
  for (size_t i = 0; fits && i < 3; ++i) {
    fits = parts[i] >= 0 && parts[i] <= 255;
    if (fits) rgb[i] = static_cast<uint8_t>(parts[i]);
  }
  if (!fits) {
    Fault(key, "expected three numbers of 0 to 255");
    return std::nullopt;
  }
  return dicom::ToCieLab(rgb);
}

void JsonObject::Done() {
  if (!json_.isObject()) return;
  for (const std::string& key : json_.getMemberNames()) {
    if (known_.count(key) == 0) Fault(PathOf(key.c_str()), "unknown key");
  }
}

Json::Value ToJson(const Code& code) {
  Json::Value json(Json::objectValue);
  json["value"] = code.value;
  json["scheme"] = code.scheme;
  json["meaning"] = code.meaning;
  if (!code.scheme_version.empty()) json["scheme_version"] = code.scheme_version;
  return json;
}

Json::Value ToJson(const std::vector<Code>& codes) {
  Json::Value json(Json::arrayValue);
  for (const Code& code : codes) json.append(ToJson(code));
  return json;
}

Json::Value ToJson(const dicom::Rgb& color) {
  Json::Value json(Json::arrayValue);
  for (const uint8_t part : color) json.append(part);
  return json;
}

void RequireNone(const JsonObject::Faults& faults) {
  if (faults.empty()) return;
  std::string text;
  for (const std::string& fault : faults) text += (text.empty() ? "" : "; ") + fault;
  throw Error(ErrorKind::kInvalid, text);
}

}  // namespace glossator::results
