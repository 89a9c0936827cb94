// SPDX-License-Identifier: GPL-3.0-or-later
#include "structured-report/description_fields.h"
#include "structured-report/description_json.h"

namespace glossator::sr {
namespace {

// Leaves out what is empty; DescriptionFromJson gives the same value back.
class Writer {
 public:
  template <class Member>
  void must(const char* name, const Member& member, const char*) {
    json_[name] = Of(member);
  }
  template <class Member>
  void may(const char* name, const Member& member, const char*) {
    if (!IsEmpty(member)) json_[name] = Of(member);
  }
  void term(const char* name, const std::string& member, Words words, const char*,
            bool required = true) {
    if (required || member != *words.begin()) json_[name] = member;
  }
  void unit(const char* name, const Code& member, const char*) {
    if (member != Code{}) json_[name] = Of(member);
  }
  void heads(const char*, const std::vector<dicom::DataSet>&, const char*) {}

  Json::Value Take() { return std::move(json_); }

  template <class Value>
  static Json::Value Of(const Value& value) {
    Writer writer;
    Fields<Value>::Visit(writer, value);
    return writer.Take();
  }

 private:
  static Json::Value Of(const std::string& text) { return text; }
  static Json::Value Of(int64_t number) { return Json::Int64(number); }
  static Json::Value Of(double number) { return number; }
  template <class Value>
  static Json::Value Of(const std::optional<Value>& value) {
    return Of(*value);
  }
  template <class Value>
  static Json::Value Of(const std::vector<Value>& values) {
    Json::Value list(Json::arrayValue);
    for (const Value& value : values) list.append(Of(value));
    return list;
  }

  static bool IsEmpty(const std::string& text) { return text.empty(); }
  static bool IsEmpty(int64_t) { return false; }
  template <class Value>
  static bool IsEmpty(const std::optional<Value>& value) {
    return !value;
  }
  template <class Value>
  static bool IsEmpty(const std::vector<Value>& values) {
    return values.empty();
  }

  Json::Value json_{Json::objectValue};
};

}  // namespace

Json::Value ToJson(const ReportDescription& description) { return Writer::Of(description); }

}  // namespace glossator::sr
