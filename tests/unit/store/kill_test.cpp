// SPDX-License-Identifier: GPL-3.0-or-later
// A process that is killed while it writes.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "store/journal.h"
#include "tests/support/fixed_ports.h"
#include "tests/support/temporary_directory.h"

namespace glossator::store {
namespace {

const Migration kMigrations[] = {kJournalMigration};

// Appends without end; a byte into the pipe for each event that is durable.
[[noreturn]] void Scribble(const std::filesystem::path& path, int pipe) {
  const support::FixedClock clock;
  Database database(path, clock, kMigrations);
  while (true) {
    database.WriteLater(
        [](Transaction& transaction) {
          Append(transaction, "test.happened", "node", Json::Value());
        },
        [pipe](std::exception_ptr failure) {
          if (!failure && ::write(pipe, "x", 1) != 1) ::_exit(1);
        });
  }
}

int64_t CountUntilClosed(int pipe) {
  int64_t count = 0;
  char buffer[4096];
  for (ssize_t got; (got = ::read(pipe, buffer, sizeof buffer)) > 0;) count += got;
  return count;
}

TEST(JournalAfterKill, IsWholeAndHoldsWhatWasAcknowledged) {
  const support::TemporaryDirectory directory;
  const auto path = directory.path() / "journal.db";
  int64_t acknowledged = 0;
  for (int round = 0; round < 8; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) Scribble(path, ends[1]);
    ::close(ends[1]);
    std::thread killer([child, round] {
      std::this_thread::sleep_for(std::chrono::milliseconds(150 + 37 * round));
      ::kill(child, SIGKILL);
    });
    acknowledged += CountUntilClosed(ends[0]);
    killer.join();
    ::waitpid(child, nullptr, 0);
    ::close(ends[0]);
    if (!std::filesystem::exists(path)) continue;  // it had not even begun
    const support::FixedClock clock;
    const Database recovered(path, clock, kMigrations);
    const JournalReport report = Verify(path);
    EXPECT_FALSE(report.fault);
    EXPECT_GE(report.events, acknowledged);
  }
  EXPECT_GT(acknowledged, 0);
}

}  // namespace
}  // namespace glossator::store
