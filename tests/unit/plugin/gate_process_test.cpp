// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/gate_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>
#include <thread>

#include "dicom/error.h"
#include "dicom/json.h"

namespace glossator::plugin {
namespace {

namespace fs = std::filesystem;

class GateProcess : public ::testing::Test {
 protected:
  GateProcess() {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    config_.directory = folder_;
    config_.key_file = "/k";
    config_.intake.port = 1;
    config_.projects.resize(1);
    config_.projects[0].id = "P";
  }
  fs::path Script(const std::string& text) {
    const fs::path path = folder_ / "program";
    std::ofstream(path) << "#!/bin/sh\n" << text << "\n";
    fs::permissions(path, fs::perms::owner_all);
    return path;
  }
  static int Wait(pid_t pid) {
    std::optional<int> status;
    while (!(status = Reap(pid))) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return *status;
  }

  const fs::path folder_ = ::testing::TempDir() + "gate-process-" + std::to_string(getpid());
  Config config_;
};

TEST_F(GateProcess, IsToldItsConfigurationButNotTheReaders) {
  config_.readers.resize(1);
  config_.readers[0].user = "ada";
  const fs::path path = WriteGateConfig(config_);
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  EXPECT_EQ(text.str(), GateConfigText(config_));
  EXPECT_THAT(text.str(), ::testing::Not(::testing::HasSubstr("ada")));
  EXPECT_EQ(ParseConfig(dicom::ParseJson(text.str())).intake.port, 1);
  struct stat status {};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(GateProcess, HasAnotherDigestWhenWhatItDoesChanges) {
  const std::string before = GateConfigDigest(config_);
  config_.readers.resize(3);
  EXPECT_EQ(GateConfigDigest(config_), before);
  config_.intake.port = 2;
  EXPECT_NE(GateConfigDigest(config_), before);
}

TEST_F(GateProcess, StartsInItsOwnSessionAndSaysHowItEnded) {
  const fs::path log = folder_ / "gate" / "gate.log";
  const fs::path program =
      Script("echo first >&2; echo \"$1 $2\" >&2; ls /proc/self/fd | wc -l >&2; exit 3");
  EXPECT_EQ(Wait(SpawnGate(program, "/c.json", log)), 3);
  std::stringstream text;
  text << std::ifstream(log).rdbuf();
  EXPECT_EQ(text.str(), "first\n--config /c.json\n4\n");  // 0, 1, 2 and ls's own
  EXPECT_EQ(LastLineOf(log), "4");
}

TEST_F(GateProcess, IsFoundWhereTheConfigurationSays) {
  config_.gate_program = Script("true");
  EXPECT_EQ(FindGateProgram(config_), config_.gate_program);
  config_.gate_program = folder_ / "none";
  EXPECT_THROW(FindGateProgram(config_), Error);
}

}  // namespace
}  // namespace glossator::plugin
