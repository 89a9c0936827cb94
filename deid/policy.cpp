// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/policy.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <vector>

#include "deid/dates.h"
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
    {"clean-graphics", Option::kCleanGraphics},
};

constexpr std::string_view kFacts[] = {"age-band", "sex", "site",           "manufacturer",
                                       "model",    "kvp", "field-strength", "slice-thickness"};
constexpr size_t kRiskSizeMax = 256;

struct FacesName {
  std::string_view name;
  Faces faces;
};
constexpr FacesName kFaces[] = {
    {"flag", Faces::kFlag}, {"quarantine", Faces::kQuarantine}, {"deface", Faces::kDeface}};

struct Preset {
  std::string_view name;
  std::string_view document;
};
constexpr Preset kPresets[] = {
    {"basic", R"({"name":"basic","version":1,"options":[]})"},
    {"safe-harbor",
     R"({"name":"safe-harbor","version":1,"years_only":true,"options":["retain-modified-dates",)"
     R"("retain-patient-characteristics","clean-descriptors","clean-structured-content"],)"
     R"("remaining_risks":["the year of a study that arrives soon after it was made"]})"},
    {"limited-data-set",
     R"({"name":"limited-data-set","version":1,"options":["retain-full-dates",)"
     R"("retain-patient-characteristics","clean-descriptors","clean-structured-content"]})"},
    {"research",
     R"({"name":"research","version":1,"options":["retain-modified-dates",)"
     R"("retain-patient-characteristics","clean-descriptors","clean-structured-content",)"
     R"("retain-safe-private","clean-graphics"],)"
     R"("remaining_risks":["who sees when a study arrived knows about when it was made"]})"},
};

constexpr std::string_view kExpertNeeds =
    "policy expert-determination must be a document that names the expert: {\"name\", \"expert\": "
    "{\"name\", \"method\", \"date\", \"expires\"}, \"options\"}";

class Parser {
 public:
  Policy Parse(std::string_view text) {
    const Json::Value json = dicom::ParseJson(text, 1u << 20);
    if (!json.isObject()) throw Error(ErrorKind::kInvalid, "policy: expected an object");
    CheckKeys(json, "policy",
              {"name", "version", "years_only", "options", "expert", "facts", "remaining_risks",
               "pixels", "faces"});
    Policy policy;
    policy.name = Text(json, "policy", "name");
    if (json.isMember("version")) policy.version = Version(json["version"]);
    policy.years_only = json.isMember("years_only") && Flag(json["years_only"]);
    ReadOptions(json["options"], policy.options);
    if (json.isMember("expert")) policy.remark = Expert(json["expert"], policy.expires);
    if (json.isMember("facts")) policy.facts = Texts(json["facts"], "policy.facts", IsFact);
    if (json.isMember("remaining_risks")) {
      policy.remaining_risks = Texts(json["remaining_risks"], "policy.remaining_risks", IsRisk);
    }
    if (json.isMember("faces")) policy.faces = FacesOf(json["faces"]);
    if (json.isMember("pixels")) policy.seal_pixels = SealsPixels(json["pixels"]);
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

  bool SealsPixels(const Json::Value& json) {
    const std::string word = json.isString() ? json.asString() : std::string();
    if (word != "clean" && word != "seal") {
      faults_.emplace_back("policy.pixels: expected clean or seal");
    }
    return word == "seal";
  }

  Faces FacesOf(const Json::Value& json) {
    const std::string word = json.isString() ? json.asString() : std::string();
    const auto* found = std::ranges::find(kFaces, word, &FacesName::name);
    if (found != std::end(kFaces)) return found->faces;
    faults_.emplace_back("policy.faces: expected flag, quarantine or deface");
    return Faces::kFlag;
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

  std::string Expert(const Json::Value& json, std::string& expires) {
    if (!json.isObject()) {
      faults_.emplace_back("policy.expert: expected an object");
      return {};
    }
    CheckKeys(json, "policy.expert", {"name", "method", "date", "expires"});
    const std::string date = Day(json, "date");
    expires = Day(json, "expires");
    if (!date.empty() && !expires.empty() && expires < date) {
      faults_.emplace_back("policy.expert.expires: before its date");
    }
    return Text(json, "policy.expert", "name") + "; " + Text(json, "policy.expert", "method") +
           "; " + date + "; " + expires;
  }

  // YYYYMMDD or YYYY-MM-DD.
  std::string Day(const Json::Value& json, const char* key) {
    std::string day = Text(json, "policy.expert", key);
    if (day.size() == 10 && day[4] == '-' && day[7] == '-') day.erase(7, 1).erase(4, 1);
    if (day.empty() || MoveDate(day, DateRule{})) return day;
    faults_.push_back("policy.expert." + std::string(key) + ": expected YYYY-MM-DD");
    return {};
  }

  static bool IsFact(const std::string& text) {
    return std::find(std::begin(kFacts), std::end(kFacts), text) != std::end(kFacts);
  }
  static bool IsRisk(const std::string& text) {
    return !text.empty() && text.size() <= kRiskSizeMax;
  }

  std::vector<std::string> Texts(const Json::Value& json, const std::string& path,
                                 bool (*good)(const std::string&)) {
    std::vector<std::string> found;
    if (!json.isArray()) faults_.push_back(path + ": expected a list");
    for (Json::ArrayIndex i = 0; json.isArray() && i < json.size(); ++i) {
      const std::string text = json[i].isString() ? json[i].asString() : std::string();
      if (!good(text)) faults_.push_back(path + '[' + std::to_string(i) + "]: not one of these");
      found.push_back(text);
    }
    return found;
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

bool HasExpired(const Policy& policy, Time now) {
  if (policy.expires.empty()) return false;
  const std::chrono::year_month_day today(std::chrono::floor<std::chrono::days>(now));
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%04d%02u%02u", static_cast<int>(today.year()),
                static_cast<unsigned>(today.month()), static_cast<unsigned>(today.day()));
  return policy.expires < text.data();
}

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
