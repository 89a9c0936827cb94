// SPDX-License-Identifier: GPL-3.0-or-later
// Strict reading of descriptions: every fault is collected with its path. Of this room only.
#pragma once

#include <json/value.h>

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "dicom/cie_lab.h"
#include "dicom/code.h"

namespace glossator::results {

using dicom::Code;

class JsonObject {
 public:
  using Faults = std::vector<std::string>;

  // Keys that are not asked for by the time of Done are faults. `json` and `faults` are borrowed.
  JsonObject(const Json::Value& json, std::string path, Faults& faults);

  std::string Text(const char* key, bool required = false);
  bool Flag(const char* key);
  std::optional<double> Number(const char* key);
  std::vector<double> Numbers(const char* key);
  std::vector<std::string> Texts(const char* key);
  std::optional<Code> MaybeCode(const char* key);
  Code RequiredCode(const char* key);
  std::vector<Code> Codes(const char* key);
  std::optional<dicom::CieLab> Color(const char* key);  // [r, g, b]
  // nullptr when absent or no list.
  const Json::Value* List(const char* key, bool required = false);
  std::string PathOf(const char* key) const { return path_.empty() ? key : path_ + "." + key; }
  std::string PathOf(const char* key, Json::ArrayIndex index) const {
    return PathOf(key) + "[" + std::to_string(index) + "]";
  }
  void Fault(const char* key, const std::string& text) { Fault(PathOf(key), text); }
  void Done();

 private:
  void Fault(const std::string& path, const std::string& text);
  const Json::Value* Get(const char* key, bool required);
  Code CodeOf(const Json::Value& json, const std::string& path);

  const Json::Value& json_;
  std::string path_;
  Faults& faults_;
  std::set<std::string> known_;
};

Json::Value ToJson(const Code& code);
Json::Value ToJson(const std::vector<Code>& codes);
Json::Value ToJson(const dicom::Rgb& color);
// Throws Error{kInvalid} with every fault, unless there is none.
void RequireNone(const JsonObject::Faults& faults);

}  // namespace glossator::results
