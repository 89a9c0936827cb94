// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/policy.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <vector>

#include "dicom/error.h"
#include "dicom/json.h"
#include "model/ports.h"

namespace glossator::deid {
namespace {

struct OptionName {
  std::string_view name;
  Option option;
};
constexpr OptionName kOptionNames[] = {
    {"retain-safe-private", Option::kRetainSafePrivate},
    {"retain-uids", Option::kRetainUids},
    {"retain-device-identity", Option::kRetainDeviceIdentity},
    {"retain-institution-identity", Option::kRetainInstitutionIdentity},
    {"retain-patient-characteristics", Option::kRetainPatientCharacteristics},
    {"retain-full-dates", Option::kRetainFullDates},
    {"retain-modified-dates", Option::kRetainModifiedDates},
    {"clean-descriptors", Option::kCleanDescriptors},
    {"clean-structured-content", Option::kCleanStructuredContent},
};

struct Preset {
  std::string_view name;
  std::string_view document;
};
constexpr Preset kPresets[] = {
    {"basic", R"({"name":"basic","version":1,"options":[]})"},
    {"safe-harbor",
     R"({"name":"safe-harbor","version":1,"years_only":true,"options":["retain-modified-dates",)"
     R"("retain-patient-characteristics","clean-descriptors","clean-structured-content"]})"},
    {"limited-data-set",
     R"({"name":"limited-data-set","version":1,"options":["retain-full-dates",)"
     R"("retain-patient-characteristics","clean-descriptors","clean-structured-content"]})"},
    {"research",
     R"({"name":"research","version":1,"options":["retain-modified-dates",)"
     R"("retain-patient-characteristics","clean-descriptors","clean-structured-content",)"
     R"("retain-safe-private"]})"},
};

constexpr std::string_view kExpertNeeds =
    "policy expert-determination must be a document that names the expert: {\"name\", \"expert\": "
    "{\"name\", \"method\", \"date\", \"expires\"}, \"options\"}";

class Parser {
 public:
  Policy Parse(std::string_view text) {
    const Json::Value json = dicom::ParseJson(text, 1u << 20);
    if (!json.isObject()) throw Error(ErrorKind::kInvalid, "policy: expected an object");
    CheckKeys(json, "policy", {"name", "version", "years_only", "options", "expert"});
    Policy policy;
    policy.name = Text(json, "policy", "name");
    if (json.isMember("version")) policy.version = Version(json["version"]);
    policy.years_only = json.isMember("years_only") && Flag(json["years_only"]);
    ReadOptions(json["options"], policy.options);
    if (json.isMember("expert")) policy.remark = Expert(json["expert"]);
    CheckDates(policy);
    if (policy.name == "expert-determination" && policy.remark.empty()) {
      faults_.emplace_back(kExpertNeeds);
    }
    Report();
    policy.digest = Sha256(dicom::WriteJson(json));
    return policy;
  }

 private:
  void CheckKeys(const Json::Value& json, const std::string& path,
                 const std::set<std::string>& known) {
    for (const std::string& key : json.getMemberNames()) {
      if (!known.contains(key)) faults_.push_back(path + '.' + key + ": unknown key");
    }
  }

  std::string Text(const Json::Value& json, const std::string& path, const char* key) {
    const bool good = json.isMember(key) && json[key].isString() && !json[key].asString().empty() &&
                      json[key].asString().size() <= 64;
    if (!good) faults_.push_back(path + '.' + key + ": expected 1 to 64 characters");
    return good ? json[key].asString() : std::string();
  }

  int Version(const Json::Value& json) {
    if (json.isInt() && json.asInt() > 0) return json.asInt();
    faults_.emplace_back("policy.version: expected a positive number");
    return 0;
  }

  bool Flag(const Json::Value& json) {
    if (!json.isBool()) faults_.emplace_back("policy.years_only: expected true or false");
    return json.isBool() && json.asBool();
  }

  void ReadOptions(const Json::Value& json, Options& options) {
    if (!json.isArray()) {
      faults_.emplace_back("policy.options: expected a list");
      return;
    }
    for (Json::ArrayIndex i = 0; i < json.size(); ++i) {
      const auto* found = std::find_if(
          std::begin(kOptionNames), std::end(kOptionNames),
          [&](const OptionName& o) { return json[i].isString() && json[i].asString() == o.name; });
      if (found == std::end(kOptionNames)) {
        faults_.push_back("policy.options[" + std::to_string(i) + "]: no such option here");
      } else {
        options.Set(found->option);
      }
    }
  }

  std::string Expert(const Json::Value& json) {
    if (!json.isObject()) {
      faults_.emplace_back("policy.expert: expected an object");
      return {};
    }
    CheckKeys(json, "policy.expert", {"name", "method", "date", "expires"});
    std::string remark;
    for (const char* key : {"name", "method", "date", "expires"}) {
      remark += (remark.empty() ? "" : "; ") + Text(json, "policy.expert", key);
    }
    return remark;
  }

  void CheckDates(const Policy& policy) {
    const bool full = policy.options.Has(Option::kRetainFullDates);
    if (full && policy.options.Has(Option::kRetainModifiedDates)) {
      faults_.emplace_back("policy.options: full and modified dates exclude each other");
    }
    if (policy.years_only && (full || !policy.options.Has(Option::kRetainModifiedDates))) {
      faults_.emplace_back("policy.years_only: needs retain-modified-dates");
    }
  }

  void Report() const {
    std::string text;
    for (const std::string& fault : faults_) text += (text.empty() ? "" : "\n") + fault;
    if (!text.empty()) throw Error(ErrorKind::kInvalid, text);
  }

  static std::string Sha256(const std::string& bytes) {
    std::array<char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()), &size,
               EVP_sha256(), nullptr);
    return ToHex(std::string_view(digest.data(), size));
  }

  std::vector<std::string> faults_;
};

std::string ReadDocument(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) throw Error(ErrorKind::kInvalid, "policy " + path + ": cannot be read");
  return text.str();
}

}  // namespace

Policy ParsePolicy(std::string_view json) { return Parser().Parse(json); }

Policy LoadPolicy(std::string_view name_or_file) {
  for (const Preset& preset : kPresets) {
    if (preset.name == name_or_file) return ParsePolicy(preset.document);
  }
  if (name_or_file == "expert-determination") {
    throw Error(ErrorKind::kInvalid, std::string(kExpertNeeds));
  }
  const bool file = name_or_file.find('/') != name_or_file.npos || name_or_file.ends_with(".json");
  if (file) return ParsePolicy(ReadDocument(std::string(name_or_file)));
  throw Error(ErrorKind::kInvalid, "policy " + std::string(name_or_file) +
                                       ": no such preset (basic, safe-harbor, limited-data-set, "
                                       "research) and not a path");
}

}  // namespace glossator::deid
