// SPDX-License-Identifier: GPL-3.0-or-later
#include "structured-report/description_fields.h"
#include "structured-report/description_json.h"

namespace glossator::sr {
namespace {

Json::Value TypeOf(const char* type) {
  Json::Value json;
  json["type"] = type;
  return json;
}

// Visits an empty value of each type; the types that it meets go to `definitions`.
class Schema {
 public:
  explicit Schema(Json::Value& definitions) : definitions_(definitions) {
    json_ = TypeOf("object");
    json_["additionalProperties"] = false;
  }

  template <class Member>
  void must(const char* name, const Member& member, const char* text) {
    Add(name, Of(member), text);
    json_["required"].append(name);
  }
  template <class Member>
  void may(const char* name, const Member& member, const char* text) {
    Add(name, Of(member), text);
  }
  void term(const char* name, const std::string&, Words words, const char* text,
            bool required = true) {
    Json::Value type = TypeOf("string");
    for (const char* word : words) type["enum"].append(word);
    Add(name, std::move(type), text);
    if (required) json_["required"].append(name);
  }
  void unit(const char* name, const Code& member, const char* text) {
    Add(name, AnyOf(TypeOf("string"), Of(member)), text);
  }
  void heads(const char* name, const std::vector<dicom::DataSet>&, const char* text) {
    Json::Value list = TypeOf("array");
    list["items"] = TypeOf("object");
    Add(name, std::move(list), text);
  }

  Json::Value Take() { return std::move(json_); }

 private:
  static Json::Value AnyOf(Json::Value a, Json::Value b) {
    Json::Value json;
    json["anyOf"].append(std::move(a));
    json["anyOf"].append(std::move(b));
    return json;
  }
  void Add(const char* name, Json::Value type, const char* text) {
    type["description"] = text;
    json_["properties"][name] = std::move(type);
  }

  Json::Value Of(const std::string&) { return TypeOf("string"); }
  Json::Value Of(int64_t) { return TypeOf("integer"); }
  Json::Value Of(double) { return TypeOf("number"); }
  template <class Value>
  Json::Value Of(const std::optional<Value>&) {
    return Of(Value{});
  }
  template <class Value>
  Json::Value Of(const std::vector<Value>&) {
    Json::Value list = TypeOf("array");
    list["items"] = Of(Value{});
    return list;
  }
  Json::Value Of(const ImageReference& image) { return AnyOf(TypeOf("string"), Defined(image)); }
  template <class Value>
  Json::Value Of(const Value& value) {
    return Defined(value);
  }

  template <class Value>
  Json::Value Defined(const Value& value) {
    const char* name = Fields<Value>::kName;
    if (!definitions_.isMember(name)) {
      definitions_[name] = Json::Value(Json::objectValue);
      Schema schema(definitions_);
      Fields<Value>::Visit(schema, value);
      definitions_[name] = schema.Take();
    }
    Json::Value json;
    json["$ref"] = std::string("#/$defs/") + name;
    return json;
  }

  Json::Value& definitions_;
  Json::Value json_;
};

}  // namespace

Json::Value DescriptionSchema() {
  Json::Value definitions(Json::objectValue);
  Schema schema(definitions);
  const DescriptionFile file;
  Fields<DescriptionFile>::Visit(schema, file);
  Json::Value json = schema.Take();
  json["$schema"] = "https://json-schema.org/draft/2020-12/schema";
  json["title"] = "What glossator-sr encode makes a structured report of";
  json["$defs"] = std::move(definitions);
  return json;
}

}  // namespace glossator::sr
