// SPDX-License-Identifier: GPL-3.0-or-later
// glossator-journal as its users call it.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>

#include "store/journal.h"
#include "tests/support/fixed_ports.h"
#include "tests/support/temporary_directory.h"

namespace glossator::store {
namespace {

const Migration kMigrations[] = {kJournalMigration};

struct Answer {
  int status;
  std::string output;
};

class JournalProgram : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kProgram)) GTEST_SKIP() << "glossator-journal is not built";
    for (const char* side : {"node", "gate"}) {
      std::filesystem::create_directories(directory_.path() / side);
      const support::FixedClock clock;
      Database database(PathOf(side), clock, kMigrations);
      for (int i = 0; i < 5; ++i) {
        database.Write([](Transaction& transaction) {
          Append(transaction, "test.happened", "node", Json::Value());
        });
      }
    }
  }
  std::filesystem::path PathOf(const std::string& side) {
    return directory_.path() / side / (side + ".db");
  }
  void Tamper(const std::string& side, const std::string& sql) {
    const support::FixedClock clock;
    Database database(PathOf(side), clock, kMigrations);
    database.Write([&](Transaction& transaction) {
      transaction.Execute("DROP TRIGGER event_is_never_changed");
      transaction.Execute(sql);
    });
  }
  Answer Run(const std::string& arguments) {
    std::FILE* pipe = ::popen((kProgram + " " + arguments + " 2>/dev/null").c_str(), "r");
    Answer answer{};
    std::array<char, 4096> buffer{};
    while (std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) {
      answer.output += buffer.data();
    }
    answer.status = WEXITSTATUS(::pclose(pipe));
    return answer;
  }
  Answer RunVerify(const std::string& options = "") {
    return Run("verify " + options + " " + directory_.path().string());
  }

  const std::string kProgram = std::string(GLOSSATOR_BINARY_DIR) + "/bin/glossator-journal";
  support::TemporaryDirectory directory_;
};

TEST_F(JournalProgram, FindsBothJournalsWhole) {
  const Answer answer = RunVerify();
  EXPECT_EQ(answer.status, 0);
  EXPECT_NE(answer.output.find("node: 5 events are whole"), std::string::npos);
  EXPECT_NE(answer.output.find("gate: 5 events are whole"), std::string::npos);
}

TEST_F(JournalProgram, NamesTheFirstBrokenEventOfEitherSide) {
  Tamper("gate", "UPDATE event SET record = record || ' ' WHERE seq = 4");
  const Answer answer = RunVerify();
  EXPECT_EQ(answer.status, 3);
  EXPECT_NE(answer.output.find("gate: broken at event 4 (content)"), std::string::npos);
  EXPECT_NE(RunVerify("--json").output.find(R"("broken":{"seq":4,"what":"content"})"),
            std::string::npos);
}

TEST_F(JournalProgram, ComparesWithAnAnchorFromOutside) {
  const std::string output = RunVerify().output;
  const size_t at = output.find("head ") + 5;
  const std::string anchor = output.substr(at, output.find('\n', at) - at);
  EXPECT_EQ(RunVerify("--anchor " + anchor).status, 0);
  EXPECT_EQ(RunVerify("--anchor node:5:" + std::string(64, 'f')).status, 3);
}

TEST_F(JournalProgram, NeedsOnlyTheLabSide) {
  std::filesystem::remove_all(directory_.path() / "gate");
  EXPECT_EQ(RunVerify().status, 0);
}

TEST_F(JournalProgram, TellsWrongUseFromFailure) {
  EXPECT_EQ(Run("verify").status, 2);
  EXPECT_EQ(Run("mend .").status, 2);
  EXPECT_EQ(Run("verify /nonexistent").status, 1);
  EXPECT_EQ(Run("--help").status, 0);
}

}  // namespace
}  // namespace glossator::store
