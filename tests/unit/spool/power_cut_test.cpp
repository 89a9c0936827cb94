// SPDX-License-Identifier: GPL-3.0-or-later
// The power is cut at every single change of the disk in a scripted burst of four writers, and the
// disk keeps what it likes of whatever was not synced.
#include <gtest/gtest.h>

#include "dicom/error.h"
#include "tests/support/amnesiac_files.h"
#include "tests/unit/spool/burst.h"

namespace glossator::spool {
namespace {

constexpr int kRounds = 60;
constexpr uint64_t kSeeds = 6;

struct Survey {
  std::map<std::string, Place> found;
  RecoveryReport report;
};

Survey RecoverAll(FileSystem& files) {
  Survey survey;
  Scribe scribe(files, "/spool", Burst::MakeOptions());
  survey.report =
      scribe.Recover([&](const Recovered& record) { survey.found[record.trailer] = record.place; });
  return survey;
}

// Counts acknowledged records that are not there any more, or not as they were.
int CountLost(FileSystem& files, const Survey& survey, const Burst& burst) {
  int lost = 0;
  for (const auto& [name, place] : burst.acknowledged()) {
    if (burst.released().contains(name)) continue;
    const auto found = survey.found.find(name);
    lost += found == survey.found.end() || found->second != place ||
            ReadChunks(files, place) != ChunksOf(name);
  }
  return lost;
}

uint64_t CountOperations() {
  support::AmnesiacFiles disk;
  Burst burst(disk);
  burst.Run("a", kRounds);
  return disk.operations();
}

TEST(PowerCut, LosesNoAcknowledgedRecordWhereverItStrikes) {
  const uint64_t operations = CountOperations();
  ASSERT_GT(operations, 100u);
  uint64_t acknowledged = 0;
  for (uint64_t cut = 0; cut < operations; ++cut) {
    support::AmnesiacFiles disk;
    disk.CutAfter(cut);
    Burst burst(disk);
    burst.Run("a", kRounds);
    acknowledged += burst.acknowledged().size();
    for (uint64_t seed = 0; seed < kSeeds; ++seed) {
      const auto after = disk.AfterPowerCut(seed);
      const Survey survey = RecoverAll(*after);
      ASSERT_EQ(CountLost(*after, survey, burst), 0) << "cut " << cut << " seed " << seed;
      ASSERT_EQ(survey.report.damaged, 0u) << "cut " << cut << " seed " << seed;
    }
  }
  EXPECT_GT(acknowledged, operations);
  RecordProperty("cuts", static_cast<int>(operations * kSeeds));
}

TEST(PowerCut, LosesNothingWhenItStrikesAgainAfterARecovery) {
  const uint64_t operations = CountOperations();
  for (uint64_t cut = 1; cut < operations; cut += 3) {
    support::AmnesiacFiles first;
    first.CutAfter(cut);
    Burst before(first);
    before.Run("a", kRounds);
    const auto second = first.AfterPowerCut(cut);
    const Survey between = RecoverAll(*second);
    second->CutAfter(cut * 7 % operations);
    Burst after(*second);
    after.Run("b", kRounds / 2);
    const auto third = second->AfterPowerCut(cut + 1);
    const Survey survey = RecoverAll(*third);
    ASSERT_EQ(CountLost(*third, survey, before), 0) << "cut " << cut;
    ASSERT_EQ(CountLost(*third, survey, after), 0) << "cut " << cut;
    ASSERT_EQ(survey.report.damaged, 0u) << "cut " << cut;
    for (const auto& [name, place] : between.found) {
      if (before.released().contains(name)) continue;
      ASSERT_TRUE(survey.found.contains(name)) << "cut " << cut << " " << name;
    }
  }
}

TEST(PowerCut, LosesNothingOfAnOrderlyClose) {
  support::AmnesiacFiles disk;
  Burst burst(disk);
  burst.Run("a", kRounds);
  burst.Close();
  const auto after = disk.AfterPowerCut(0);
  EXPECT_EQ(CountLost(*after, RecoverAll(*after), burst), 0);
}

}  // namespace
}  // namespace glossator::spool
