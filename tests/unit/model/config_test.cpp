// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <json/reader.h>

#include <sstream>

#include "dicom/error.h"

namespace glossator {
namespace {

using ::testing::HasSubstr;

Json::Value Parse(const std::string& text) {
  Json::Value json;
  std::istringstream(text) >> json;
  return json;
}

Json::Value Example() {
  return Parse(R"({
    "Directory": "/var/lib/glossator",
    "KeyFile": "/etc/glossator/key",
    "Intake": {"Address": "127.0.0.1", "Port": 11112},
    "Lab": {"Port": 11113, "AeTitle": "LAB"},
    "Projects": [{"Id": "CHEST", "Destination": "pacs", "QuietSeconds": 2.5}],
    "Routes": [{"CalledAet": "CHEST", "Peer": "10.0.0.0/8", "Project": "CHEST"}],
    "Destinations": {"pacs": {"Aet": "PACS", "Address": "10.1.2.3", "Port": 104,
                              "Commitment": "query", "Enabled": true}},
    "AllowedNetworks": ["10.1.0.0/16"],
    "Readers": [{"User": "ada", "Id": "R1", "Roles": ["annotator"], "Projects": ["CHEST"]}]
  })");
}

std::string FaultsOf(const Json::Value& section) {
  try {
    ParseConfig(section);
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInvalid);
    return error.what();
  }
}

TEST(Config, TakesWhatTheContractNames) {
  const Config config = ParseConfig(Example());
  EXPECT_EQ(config.directory, "/var/lib/glossator");
  EXPECT_EQ(config.intake.port, 11112);
  EXPECT_EQ(config.lab->aet, "LAB");
  ASSERT_TRUE(config.FindProject("CHEST"));
  EXPECT_EQ(config.FindProject("CHEST")->quiet_seconds, 2.5);
  EXPECT_EQ(config.FindProject("CHEST")->policy, "basic");
  EXPECT_EQ(config.routes[0].calling_aet, "*");
  EXPECT_FALSE(config.destinations.at("pacs").commitment_required);
  EXPECT_TRUE(config.readers[0].Sees("CHEST"));
  EXPECT_FALSE(config.readers[0].Sees("OTHER"));
}

TEST(Config, ReadsBackItsOwnCanonicalForm) {
  const Json::Value canonical = ToJson(ParseConfig(Example()));
  EXPECT_EQ(ToJson(ParseConfig(canonical)), canonical);
}

TEST(Config, ListsEveryFaultWithItsPath) {
  Json::Value json = Example();
  json["Colour"] = "red";
  json["Projects"][0]["QuietSeconds"] = "soon";
  json["Intake"]["Port"] = 70000;
  json["Destinations"]["pacs"]["Aet"] = "SEVENTEEN_LETTERS";
  json["Readers"][0]["Roles"][0] = "king";
  json.removeMember("KeyFile");
  const std::string faults = FaultsOf(json);
  EXPECT_THAT(faults, HasSubstr("Glossator.Colour: unknown key"));
  EXPECT_THAT(faults, HasSubstr("Glossator.Projects[0].QuietSeconds: expected a number"));
  EXPECT_THAT(faults, HasSubstr("Glossator.Intake.Port: expected a whole number"));
  EXPECT_THAT(faults, HasSubstr("Glossator.Destinations.pacs.Aet: expected an AE title"));
  EXPECT_THAT(faults, HasSubstr("Glossator.Readers[0].Roles: expected some of"));
  EXPECT_THAT(faults, HasSubstr("Glossator.KeyFile: is missing"));
}

struct BadValue {
  const char* json;  // merged over the example's top level
  const char* fault;
};

class ConfigFault : public ::testing::TestWithParam<BadValue> {};

TEST_P(ConfigFault, IsNamedByItsPath) {
  Json::Value json = Example();
  const Json::Value change = Parse(GetParam().json);
  for (const auto& key : change.getMemberNames()) {
    json[key] = change[key];
  }
  EXPECT_THAT(FaultsOf(json), HasSubstr(GetParam().fault));
}

INSTANTIATE_TEST_SUITE_P(
    Each, ConfigFault,
    ::testing::Values(
        BadValue{R"({"Directory": "var"})", "Directory: expected an absolute path"},
        BadValue{R"({"Projects": []})", "Projects: expected at least one project"},
        BadValue{R"({"Projects": [{"Id": "A"}, {"Id": "A"}], "Routes": [], "Readers": []})",
                 "Projects[1].Id: is used twice"},
        BadValue{R"({"Projects": [{"Id": "CHEST", "Destination": "no"}]})",
                 "Projects[0].Destination: names no destination"},
        BadValue{R"({"Routes": [{"Project": "NOPE"}]})", "Routes[0].Project: names no project"},
        BadValue{R"({"Routes": [{"Peer": "10.0.0.0/33"}]})", "Routes[0].Peer: expected"},
        BadValue{R"({"AllowedNetworks": ["ten"]})", "AllowedNetworks: expected CIDR"},
        BadValue{R"({"AllowedNetworks": ["192.168.0.0/16"]})",
                 "Destinations.pacs.Address: lies outside of AllowedNetworks"},
        BadValue{R"({"Intake": {"Port": 1, "Tls": {"Certificate": "/c"}}})",
                 "Intake.Tls.PrivateKey: is missing"},
        BadValue{R"({"Intake": {"Port": 1, "Address": "localhost"}})",
                 "Intake.Address: expected an IPv4"},
        BadValue{R"({"Readers": [{"User": "a", "Id": "1", "Roles": ["manager"],
                        "Projects": ["X"]}]})",
                 "Readers[0].Projects: names no project"},
        BadValue{R"({"SpoolBytesMax": -1})", "SpoolBytesMax: expected a whole number"},
        BadValue{R"({"GateLingerSeconds": 1e300})", "GateLingerSeconds: expected at most"},
        BadValue{R"({"Readers": {}})", "Readers: expected a list"}));

TEST(Config, RefusesASectionThatIsNotAnObject) {
  EXPECT_THAT(FaultsOf(Json::Value("text")), HasSubstr("Glossator: expected an object"));
  EXPECT_THAT(FaultsOf(Json::Value()), HasSubstr("Glossator: expected an object"));
}

TEST(Networks, HoldWhatTheirPrefixSays) {
  EXPECT_TRUE(InNetworks("10.1.2.3", {"10.1.0.0/16"}));
  EXPECT_FALSE(InNetworks("10.2.2.3", {"10.1.0.0/16"}));
  EXPECT_TRUE(InNetworks("10.1.2.3", {"10.1.2.3"}));
  EXPECT_TRUE(InNetworks("10.1.2.127", {"10.1.2.0/25"}));
  EXPECT_FALSE(InNetworks("10.1.2.128", {"10.1.2.0/25"}));
  EXPECT_TRUE(InNetworks("fd00::1", {"fd00::/8"}));
  EXPECT_TRUE(InNetworks("::ffff:10.1.2.3", {"10.1.0.0/16"}));
  EXPECT_FALSE(InNetworks("pacs.hospital", {"0.0.0.0/0"}));
}

TEST(Networks, AlwaysHoldTheMachineItself) {
  EXPECT_TRUE(InNetworks("127.0.0.1", {}));
  EXPECT_TRUE(InNetworks("::1", {}));
  EXPECT_FALSE(InNetworks("128.0.0.1", {}));
}

}  // namespace
}  // namespace glossator
