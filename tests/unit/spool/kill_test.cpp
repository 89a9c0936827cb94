// SPDX-License-Identifier: GPL-3.0-or-later
// A process that writes is killed at random instants; real files.
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>
#include <thread>

#include "spool/reader.h"
#include "spool/spool.h"
#include "tests/support/temporary_directory.h"

namespace glossator::spool {
namespace {

Options SmallSegments() {
  Options options;
  options.segment_bytes = 1 << 20;
  options.bytes_max = 256 << 20;
  return options;
}

struct Report {
  Place place;
  uint64_t seed;
};

std::string ContentOf(uint64_t seed) {
  std::mt19937_64 random(seed);
  std::string content(random() % 200'000, '\0');
  for (auto& byte : content) byte = static_cast<char>(random());
  return content;
}

// In the child: four threads write until the end of the world; each acknowledged record goes up the
// pipe. Nothing is released.
[[noreturn]] void WriteForEver(const std::filesystem::path& directory, int pipe, uint64_t start) {
  Spool spool(SystemFiles(), directory, SmallSegments());
  spool.Recover([](const Recovered&) {});
  std::vector<std::jthread> threads;
  for (uint64_t thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, seed = start + (thread << 32)]() mutable {
      for (;; ++seed) {
        std::atomic<int> state = 0;
        const auto writer = spool.Begin();
        const std::string content = ContentOf(seed);
        writer->Append(content.substr(0, content.size() / 2));
        writer->Append(content.substr(content.size() / 2));
        writer->Commit(std::to_string(seed), [&](std::optional<Place> place) {
          if (place) {
            const Report report{*place, seed};
            if (write(pipe, &report, sizeof(report)) != sizeof(report)) _exit(1);
          }
          state = place ? 1 : 2;
          state.notify_one();
        });
        state.wait(0);
        if (state == 2) pause();  // full: wait for the end
      }
    });
  }
  pause();
  _exit(0);
}

TEST(Kill, LosesNoAcknowledgedRecord) {
  const support::TemporaryDirectory directory;
  std::mt19937_64 random(7);
  std::vector<Report> acknowledged;
  for (uint64_t cycle = 0; cycle < 12; ++cycle) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) WriteForEver(directory.path() / "spool", ends[1], cycle << 40);
    close(ends[1]);
    pollfd first{ends[0], POLLIN, 0};  // on a busy machine the child may take its time
    ASSERT_EQ(poll(&first, 1, 60'000), 1);
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 60));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    Report report;
    while (read(ends[0], &report, sizeof(report)) == sizeof(report)) acknowledged.push_back(report);
    close(ends[0]);
  }
  ASSERT_GE(acknowledged.size(), 12u);
  Spool spool(SystemFiles(), directory.path() / "spool", SmallSegments());
  std::map<Place, std::string> found;
  const auto outcome =
      spool.Recover([&](const Recovered& record) { found[record.place] = record.trailer; });
  EXPECT_EQ(outcome.damaged, 0u);
  const Reader reader(SystemFiles(), directory.path() / "spool");
  for (const Report& report : acknowledged) {
    ASSERT_EQ(found[report.place], std::to_string(report.seed));
    std::string content;
    reader.Read(report.place, [&](std::string_view chunk, bool) { content += chunk; });
    ASSERT_EQ(content, ContentOf(report.seed));
  }
  RecordProperty("records", static_cast<int>(acknowledged.size()));
}

}  // namespace
}  // namespace glossator::spool
