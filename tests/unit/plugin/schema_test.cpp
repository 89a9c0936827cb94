// SPDX-License-Identifier: GPL-3.0-or-later
// Struct, JSON schema and the documents' table must name the same keys.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "dicom/json.h"
#include "model/config.h"
#include "plugin/alarms.h"

namespace glossator {
namespace {

std::string ReadText(const std::string& path) {
  std::ifstream in(std::string(GLOSSATOR_SOURCE_DIR) + "/" + path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

struct SchemaKeys {
  std::set<std::pair<std::string, bool>> keys;  // path, required
  std::vector<std::string> faults;
};

class SchemaWalk {
 public:
  explicit SchemaWalk(const Json::Value& root) : root_(root) { Object(root, ""); }
  const SchemaKeys& found() const { return found_; }

 private:
  const Json::Value& Resolve(const Json::Value& node) const {
    return node.isMember("$ref") ? root_["definitions"]["Tls"] : node;
  }
  static bool Requires(const Json::Value& object, const std::string& key) {
    for (const Json::Value& required : object["required"]) {
      if (required.asString() == key) return true;
    }
    return false;
  }
  void Object(const Json::Value& object, const std::string& prefix) {
    if (object["additionalProperties"] != Json::Value(false)) {
      found_.faults.push_back(prefix + ": lets unknown keys pass");
    }
    for (const std::string& key : object["properties"].getMemberNames()) {
      found_.keys.emplace(prefix + key, Requires(object, key));
      Value(Resolve(object["properties"][key]), prefix + key);
    }
  }
  void Value(const Json::Value& value, const std::string& path) {
    if (value["description"].asString().empty()) found_.faults.push_back(path + ": undescribed");
    if (value["additionalProperties"].isObject()) {
      Object(value["additionalProperties"], path + "{}.");
    } else if (value["type"] == "object") {
      Object(value, path + ".");
    } else if (value["items"]["type"] == "object") {
      Object(value["items"], path + "[].");
    }
  }

  const Json::Value& root_;
  SchemaKeys found_;
};

TEST(ConfigSchema, NamesTheKeysThatTheParserTakes) {
  const Json::Value schema = dicom::ParseJson(ReadText("plugin/config.schema.json"));
  const SchemaKeys in_schema = SchemaWalk(schema).found();
  std::set<std::pair<std::string, bool>> in_parser;
  for (const ConfigKey& key : ConfigKeys()) {
    in_parser.emplace(key.path, key.required);
  }
  EXPECT_EQ(in_schema.keys, in_parser);
  EXPECT_THAT(in_schema.faults, ::testing::IsEmpty());
}

TEST(OperatingManual, ExplainsEveryKey) {
  const std::string manual = ReadText("docs/operating.md");
  for (const ConfigKey& key : ConfigKeys()) {
    EXPECT_THAT(manual, ::testing::HasSubstr("| `" + key.path + "` |"));
  }
}

TEST(OperatingManual, ExplainsEveryAlarm) {
  const std::string manual = ReadText("docs/operating.md");
  for (const plugin::Alarm& alarm : plugin::AllAlarms()) {
    EXPECT_THAT(manual, ::testing::HasSubstr("| `" + std::string(alarm.code) + "` | " +
                                             std::string(alarm.severity) + " |"));
  }
}

}  // namespace
}  // namespace glossator
