// SPDX-License-Identifier: GPL-3.0-or-later
#include "structured-report/description_json.h"

#include <algorithm>
#include <set>

#include "dicom/error.h"
#include "dicom/json.h"
#include "structured-report/description_fields.h"
#include "structured-report/numeric.h"

namespace glossator::sr {
namespace {

// One JSON object whose members are asked for by name; what nobody asked for is a fault.
class Reader {
 public:
  Reader(const Json::Value& json, std::string path, std::vector<std::string>& faults)
      : json_(json), path_(std::move(path)), faults_(faults) {
    if (!json_.isObject()) Fault("an object is expected");
  }
  ~Reader() {
    if (!json_.isObject()) return;
    for (const std::string& name : json_.getMemberNames()) {
      if (asked_.count(name) == 0) faults_.push_back(PathOf(name) + ": unknown key");
    }
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  template <class Member>
  void must(const char* name, Member& member, const char*) {
    const Json::Value* value = Find(name);
    if (value == nullptr) return Fault(std::string(name) + " is missing");
    Read(*value, PathOf(name), member);
  }
  template <class Member>
  void may(const char* name, Member& member, const char*) {
    const Json::Value* value = Find(name);
    if (value != nullptr) Read(*value, PathOf(name), member);
  }
  void term(const char* name, std::string& member, Words words, const char* text,
            bool required = true) {
    if (!required && Find(name) == nullptr) return;
    must(name, member, text);
    const bool known =
        std::any_of(words.begin(), words.end(), [&](const char* word) { return member == word; });
    if (!known && !member.empty()) faults_.push_back(PathOf(name) + ": unknown term");
  }
  // "mm3" is short for that code of UCUM.
  void unit(const char* name, Code& member, const char*) {
    const Json::Value* value = Find(name);
    if (value == nullptr) return;
    if (!value->isString()) return Read(*value, PathOf(name), member);
    const std::string symbol = value->asString();
    member = {symbol, "UCUM", symbol == "1" ? "no units" : symbol};
  }
  void heads(const char* name, std::vector<dicom::DataSet>& member, const char*) {
    const Json::Value* value = Find(name);
    if (value == nullptr) return;
    if (!value->isArray()) return faults_.push_back(PathOf(name) + ": a list is expected");
    for (const Json::Value& head : *value) member.push_back(dicom::FromJson(head));
  }

 private:
  // nullptr when absent or null.
  const Json::Value* Find(const char* name) {
    asked_.insert(name);
    if (!json_.isObject() || !json_.isMember(name) || json_[name].isNull()) return nullptr;
    return &json_[name];
  }
  std::string PathOf(const std::string& name) const {
    return path_.empty() ? name : path_ + '.' + name;
  }
  void Fault(const std::string& text) {
    faults_.push_back((path_.empty() ? "description" : path_) + ": " + text);
  }

  void Read(const Json::Value& value, const std::string& path, std::string& member) {
    if (!value.isString()) return faults_.push_back(path + ": a string is expected");
    member = value.asString();
  }
  void Read(const Json::Value& value, const std::string& path, int64_t& member) {
    if (!value.isInt64()) return faults_.push_back(path + ": a whole number is expected");
    member = value.asInt64();
  }
  void Read(const Json::Value& value, const std::string& path, double& member) {
    if (!value.isNumeric()) return faults_.push_back(path + ": a number is expected");
    member = value.asDouble();
  }
  // An image's UID alone is short for all of it.
  void Read(const Json::Value& value, const std::string& path, ImageReference& member) {
    if (value.isString()) {
      member.sop_instance_uid = value.asString();
      return;
    }
    Reader reader(value, path, faults_);
    Fields<ImageReference>::Visit(reader, member);
  }
  // As exact as the standard stores it, so that what is read back is what was sent.
  void Read(const Json::Value& value, const std::string& path, Region& member) {
    Reader reader(value, path, faults_);
    Fields<Region>::Visit(reader, member);
    for (double& number : member.points) number = ShortestOfFloat(static_cast<float>(number));
  }
  void Read(const Json::Value& value, const std::string& path, Extent& member) {
    Reader reader(value, path, faults_);
    Fields<Extent>::Visit(reader, member);
    for (double& number : member.seconds) {
      number = ValueOf({NumericText(number), {}, {}}).value_or(number);
    }
  }
  template <class Member>
  void Read(const Json::Value& value, const std::string& path, std::optional<Member>& member) {
    Read(value, path, member.emplace());
  }
  template <class Member>
  void Read(const Json::Value& value, const std::string& path, std::vector<Member>& member) {
    if (!value.isArray()) return faults_.push_back(path + ": a list is expected");
    for (Json::ArrayIndex i = 0; i < value.size(); ++i) {
      Read(value[i], path + '[' + std::to_string(i) + ']', member.emplace_back());
    }
  }
  template <class Member>
  void Read(const Json::Value& value, const std::string& path, Member& member) {
    Reader reader(value, path, faults_);
    Fields<Member>::Visit(reader, member);
  }

  const Json::Value& json_;
  std::string path_;
  std::vector<std::string>& faults_;
  std::set<std::string> asked_;
};

}  // namespace

DescriptionFile DescriptionFromJson(const Json::Value& json, UidSource& uids) {
  std::vector<std::string> faults;
  DescriptionFile file;
  {
    Reader reader(json, "", faults);
    Fields<DescriptionFile>::Visit(reader, file);
  }
  for (MeasurementGroup& group : file.description.groups) {
    if (group.tracking_uid.empty()) group.tracking_uid = uids.New();
  }
  if (faults.empty()) return file;
  std::string text;
  for (const std::string& fault : faults) text += (text.empty() ? "" : "; ") + fault;
  throw Error(ErrorKind::kInvalid, text);
}

MeasurementGroup GroupFromJson(const Json::Value& json, const std::string& path,
                               std::vector<std::string>& faults) {
  MeasurementGroup group;
  Reader reader(json, path, faults);
  Fields<MeasurementGroup>::Visit(reader, group);
  return group;
}

}  // namespace glossator::sr
