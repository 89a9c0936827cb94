// SPDX-License-Identifier: GPL-3.0-or-later
// The power is cut at any single change of the disk while a whole gate takes a burst over four
// associations: spool, vault, store and quarantine lie on a disk that keeps only what was synced.
#include <gtest/gtest.h>

#include <cstdlib>
#include <mutex>
#include <set>

#include "gate_fixture.h"
#include "tests/support/amnesiac_files.h"
#include "tests/support/amnesiac_vfs.h"

namespace glossator::gate {
namespace {

using support::AmnesiacFiles;
using support::AmnesiacVfs;

constexpr int kSenders = 4;
constexpr int kObjects = 3;  // of each sender; the last one is sealed

class PowerCutOfTheGate : public GateTest {
 protected:
  PowerCutOfTheGate() {
    config_.spool_bytes_max = 8 << 20;
    config_.projects = {{.id = "lung", .quiet_seconds = 3600}};
  }

  ~PowerCutOfTheGate() override {
    Stop();
    AmnesiacVfs::Leave();  // the tests after this one have a disk of their own
  }

  static dicom::DataSet Object(int number) {
    auto object = CtSlice(number);
    if (number % kObjects == 0) object.SetString(tags::BurnedInAnnotation, "YES");
    return object;
  }

  // False: it did not even start.
  bool StartOn(AmnesiacFiles& disk) {
    AmnesiacVfs::Use(disk);
    try {
      gate_ = std::make_unique<Gate>(config_, "{}", clock_, entropy_, disk);
      return true;
    } catch (const Error&) {
      return false;
    }
  }

  // What was acknowledged.
  std::set<int> Burst() {
    std::set<int> acknowledged;
    std::mutex mutex;
    std::vector<std::thread> threads;
    for (int sender = 0; sender < kSenders; ++sender) {
      threads.emplace_back([&, sender] {
        for (int i = 1; i <= kObjects; ++i) {
          const int number = sender * kObjects + i;
          if (!Acknowledged(number)) return;
          const std::lock_guard lock(mutex);
          acknowledged.insert(number);
        }
      });
    }
    for (auto& thread : threads) thread.join();
    return acknowledged;
  }

  bool Acknowledged(int number) {
    try {
      return Send(Object(number)).code == dimse::kSuccess;
    } catch (const Error&) {
      return false;
    }
  }

  // Every acknowledged object is known as it was sent: it comes again as nothing new.
  void ExpectAllThere(const std::set<int>& acknowledged) {
    const auto before = Ask("status")["counters"]["resent"].asInt();
    for (const int number : acknowledged) EXPECT_TRUE(Acknowledged(number));
    const auto after = Ask("status")["counters"]["resent"].asInt();
    EXPECT_EQ(after - before, static_cast<int>(acknowledged.size()));
  }

  static void ExpectNothingInClear(AmnesiacFiles& disk) {
    for (const auto& path : disk.Paths()) {
      const std::string& bytes = disk.Bytes(path);
      for (const auto* word : {"ZEBRAFISCH", "MRN-778812", "ACC998877", "1.2.3.4.5"}) {
        EXPECT_EQ(bytes.find(word), std::string::npos) << path << " holds " << word;
      }
    }
  }

  void CutAt(uint64_t cut) {
    AmnesiacFiles disk;
    disk.CutAfter(cut);
    const auto acknowledged = StartOn(disk) ? Burst() : std::set<int>();
    Stop();
    total_ += acknowledged.size();
    for (const uint64_t seed : {uint64_t{0}, cut + 1}) {
      const auto after = disk.AfterPowerCut(seed);
      ExpectNothingInClear(*after);
      ASSERT_TRUE(StartOn(*after)) << "cut " << cut << " seed " << seed;
      ExpectAllThere(acknowledged);
      Stop();
      if (HasFailure()) FAIL() << "cut " << cut << " seed " << seed;
    }
  }

  size_t total_ = 0;
};

// GLOSSATOR_POWER_CUTS=1: at every change; otherwise at some, other ones each time that the code
// changes their number.
TEST_F(PowerCutOfTheGate, LosesNothingAcknowledgedAndShowsNothingInClear) {
  AmnesiacFiles whole;
  ASSERT_TRUE(StartOn(whole));
  EXPECT_EQ(Burst().size(), size_t{kSenders * kObjects});
  Stop();
  const uint64_t operations = whole.operations();
  ASSERT_GT(operations, 60u);
  const uint64_t step = std::getenv("GLOSSATOR_POWER_CUTS") ? 1 : operations / 8 + 1;
  uint64_t cuts = 0;
  for (uint64_t cut = 0; cut < operations && !HasFailure(); cut += step, ++cuts) CutAt(cut);
  EXPECT_GT(total_, 10u);
  RecordProperty("cuts", static_cast<int>(2 * cuts));
  RecordProperty("acknowledged", static_cast<int>(total_));
}

}  // namespace
}  // namespace glossator::gate
