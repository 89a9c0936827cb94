// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/safety.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "dicom/json.h"

namespace glossator::plugin {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::StartsWith;

Json::Value SafeSettings() {
  return dicom::ParseJson(R"({"AuthenticationEnabled": true, "RegisteredUsers": {"ada": "x"},
    "DicomServerEnabled": false, "HttpCompressionEnabled": false, "WebDavEnabled": false,
    "MaximumStorageSize": 0, "LuaScripts": [], "IngestTranscoding": ""})");
}

TEST(Safety, FindsNothingInSafeSettings) {
  const Safety safety = CheckSettings(SafeSettings());
  EXPECT_THAT(safety.faults, IsEmpty());
  EXPECT_THAT(safety.warnings, IsEmpty());
}

TEST(Safety, RefusesThePasswordOfTheSample) {
  Json::Value settings = SafeSettings();
  settings["RegisteredUsers"]["ada"] = "CHANGE-ME";
  EXPECT_THAT(CheckSettings(settings).faults,
              Contains("RegisteredUsers.ada: still has the sample's password"));
}

struct Unsafe {
  const char* key;
  const char* value;
};

class UnsafeSetting : public ::testing::TestWithParam<Unsafe> {};

TEST_P(UnsafeSetting, IsNamed) {
  Json::Value settings = SafeSettings();
  settings[GetParam().key] = dicom::ParseJson("[" + std::string(GetParam().value) + "]")[0];
  EXPECT_THAT(CheckSettings(settings).faults, Contains(StartsWith(GetParam().key)));
}

INSTANTIATE_TEST_SUITE_P(
    Each, UnsafeSetting,
    ::testing::Values(Unsafe{"AuthenticationEnabled", "false"},
                      Unsafe{"AuthenticationEnabled", "null"}, Unsafe{"RegisteredUsers", "{}"},
                      Unsafe{"RegisteredUsers", R"({"ada": ""})"},
                      Unsafe{"MaximumStorageSize", "100"}, Unsafe{"MaximumPatientCount", "3"},
                      Unsafe{"ExecuteLuaEnabled", "true"}, Unsafe{"LuaScripts", R"(["a.lua"])"},
                      Unsafe{"IngestTranscoding", R"("1.2.840.10008.1.2.4.70")"},
                      Unsafe{"StoreDicom", "false"}));

TEST(Safety, WarnsOfWhatIsOnUnlessToldOtherwise) {
  Json::Value settings = SafeSettings();
  for (const char* key : {"DicomServerEnabled", "HttpCompressionEnabled", "WebDavEnabled"}) {
    settings.removeMember(key);
  }
  EXPECT_EQ(CheckSettings(settings).warnings.size(), 3u);
}

class KeyFile : public ::testing::Test {
 protected:
  std::string Make(mode_t mode) {
    const std::string path = ::testing::TempDir() + "safety-key";
    std::ofstream(path) << "00";
    chmod(path.c_str(), mode);
    return path;
  }
};

TEST_F(KeyFile, MustBeThere) {
  EXPECT_THAT(CheckKeyFile("/nowhere/key").faults,
              Contains(::testing::HasSubstr("/nowhere/key is missing")));
}

TEST_F(KeyFile, MustBeClosedToOthers) {
  EXPECT_THAT(CheckKeyFile(Make(0600)).faults, IsEmpty());
  EXPECT_THAT(CheckKeyFile(Make(0400)).faults, IsEmpty());
  EXPECT_THAT(CheckKeyFile(Make(0640)).faults, Contains(StartsWith("Glossator.KeyFile")));
  EXPECT_THAT(CheckKeyFile(Make(0604)).faults, Contains(StartsWith("Glossator.KeyFile")));
}

TEST_F(KeyFile, MustBeAFile) {
  EXPECT_THAT(CheckKeyFile(::testing::TempDir()).faults, Contains(StartsWith("Glossator.KeyFile")));
}

}  // namespace
}  // namespace glossator::plugin
