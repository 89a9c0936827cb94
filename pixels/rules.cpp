// SPDX-License-Identifier: GPL-3.0-or-later
#include "pixels/rules.h"

#include <json/value.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <sstream>

#include "dicom/dictionary.h"
#include "dicom/error.h"
#include "dicom/json.h"

namespace glossator::pixels {
namespace {

namespace tags = dicom::tags;

constexpr size_t kRulesMax = 10'000;
constexpr size_t kDocumentBytesMax = size_t{8} << 20;
constexpr dicom::Tag kOfADevice[] = {
    tags::Modality,         tags::Manufacturer, tags::ManufacturerModelName,
    tags::SoftwareVersions, tags::Rows,         tags::Columns};

std::string Plain(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\0')) text.remove_suffix(1);
  std::string plain(text);
  std::transform(plain.begin(), plain.end(), plain.begin(),
                 [](unsigned char one) { return static_cast<char>(std::tolower(one)); });
  return plain;
}

// '*' stands for any text; in one pass, with one step back to the last star.
bool IsLike(std::string_view text, std::string_view pattern) {
  size_t at = 0, in = 0, star = std::string_view::npos, retry = 0;
  while (at < text.size()) {
    if (in < pattern.size() && pattern[in] == '*') {
      star = in++;
      retry = at;
    } else if (in < pattern.size() && pattern[in] == text[at]) {
      ++in;
      ++at;
    } else if (star != std::string_view::npos) {
      in = star + 1;
      at = ++retry;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', in) == std::string_view::npos;
}

std::string ValueOf(const dicom::DataSet& head, dicom::Tag tag) {
  const auto number = head.GetInt(tag);
  const auto* element = head.Find(tag);
  const bool binary = element != nullptr && !dicom::IsString(element->vr);
  return binary && number ? std::to_string(*number) : head.GetString(tag);
}

bool Fits(const dicom::DataSet& head, dicom::Tag tag, const std::string& wanted) {
  return IsLike(Plain(ValueOf(head, tag)), Plain(wanted));
}

class Parser {
 public:
  Rules Parse(std::string_view text) {
    const Json::Value json = dicom::ParseJson(text, kDocumentBytesMax);
    std::vector<Rule> rules;
    if (!json.isObject() || !json["rules"].isArray() || json["rules"].size() > kRulesMax) {
      throw Error(ErrorKind::kInvalid, "pixel rules: expected {\"rules\": [...]}");
    }
    CheckKeys(json, "", {"rules", "version"});
    for (Json::ArrayIndex i = 0; i < json["rules"].size(); ++i) {
      rules.push_back(OneRule(json["rules"][i], "rules[" + std::to_string(i) + "]"));
    }
    if (!faults_.empty()) throw Error(ErrorKind::kInvalid, faults_);
    return Rules(std::move(rules));
  }

 private:
  void Fault(const std::string& text) { faults_ += (faults_.empty() ? "" : "\n") + text; }

  void CheckKeys(const Json::Value& json, const std::string& path,
                 std::initializer_list<const char*> known) {
    for (const auto& key : json.getMemberNames()) {
      if (std::find(known.begin(), known.end(), key) == known.end()) {
        Fault(path + (path.empty() ? "" : ".") + key + ": unknown key");
      }
    }
  }

  Rule OneRule(const Json::Value& json, const std::string& path) {
    Rule rule;
    if (!json.isObject() || !json["match"].isObject() || !json["blank"].isArray()) {
      Fault(path + ": expected {\"match\": {...}, \"blank\": [...]}");
      return rule;
    }
    CheckKeys(json, path, {"name", "match", "blank", "detect"});
    if (json["name"].isString()) rule.name = json["name"].asString();
    if (json.isMember("detect") && !json["detect"].isBool()) Fault(path + ".detect: true or false");
    if (json["detect"].isBool()) rule.detect = json["detect"].asBool();
    if (json["match"].empty()) Fault(path + ".match: a rule without a condition fits everything");
    for (const auto& key : json["match"].getMemberNames()) {
      const auto* entry = dicom::FindEntry(key);
      const auto& value = json["match"][key];
      if (entry == nullptr || !value.isConvertibleTo(Json::stringValue)) {
        Fault(path + ".match." + key + ": expected the keyword of an attribute and its value");
      } else {
        rule.match.emplace_back(entry->tag, value.asString());
      }
    }
    for (Json::ArrayIndex i = 0; i < json["blank"].size(); ++i) {
      OneRectangle(json["blank"][i], path + ".blank[" + std::to_string(i) + "]", rule.blank);
    }
    return rule;
  }

  void OneRectangle(const Json::Value& json, const std::string& path, std::vector<Rectangle>& out) {
    uint32_t numbers[4] = {};
    bool good = json.isArray() && json.size() == 4;
    for (Json::ArrayIndex i = 0; good && i < 4; ++i) {
      good = json[i].isUInt() && json[i].asUInt() <= 0xFFFF;
      if (good) numbers[i] = json[i].asUInt();
    }
    if (!good) return Fault(path + ": expected [x, y, width, height]");
    out.push_back({numbers[0], numbers[1], numbers[2], numbers[3]});
  }

  std::string faults_;
};

}  // namespace

const Rule* Rules::Find(const dicom::DataSet& head) const {
  const auto found = std::find_if(rules_.begin(), rules_.end(), [&](const Rule& rule) {
    return std::all_of(rule.match.begin(), rule.match.end(), [&](const auto& condition) {
      return Fits(head, condition.first, condition.second);
    });
  });
  return found == rules_.end() ? nullptr : &*found;
}

Rules ParseRules(std::string_view json) { return Parser().Parse(json); }

Rules LoadRules(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) throw Error(ErrorKind::kInvalid, "the pixel rules cannot be read");
  return ParseRules(text.str());
}

std::string WriteRules(const Rules& rules) {
  Json::Value json(Json::objectValue);
  json["version"] = 1;
  json["rules"] = Json::Value(Json::arrayValue);
  for (const Rule& rule : rules.all()) {
    Json::Value one(Json::objectValue);
    one["name"] = rule.name;
    one["detect"] = rule.detect;
    one["match"] = Json::Value(Json::objectValue);
    for (const auto& [tag, value] : rule.match) {
      one["match"][std::string(dicom::KeywordOf(tag))] = value;
    }
    one["blank"] = Json::Value(Json::arrayValue);
    for (const Rectangle& box : rule.blank) {
      Json::Value numbers(Json::arrayValue);
      for (const uint32_t number : {box.x, box.y, box.width, box.height}) numbers.append(number);
      one["blank"].append(numbers);
    }
    json["rules"].append(one);
  }
  return dicom::WriteJson(json);
}

Rule RuleFor(const dicom::DataSet& head, std::vector<Rectangle> blank) {
  if (!head.HasValue(tags::Manufacturer) && !head.HasValue(tags::ManufacturerModelName)) {
    throw Error(ErrorKind::kInvalid, "the object does not say which device made it");
  }
  Rule rule;
  rule.name = "decided by a steward";
  rule.blank = std::move(blank);
  for (const dicom::Tag tag : kOfADevice) {
    const std::string value = ValueOf(head, tag);
    if (!value.empty()) rule.match.emplace_back(tag, value);
  }
  return rule;
}

}  // namespace glossator::pixels
