// SPDX-License-Identifier: GPL-3.0-or-later
// A bad disk turns bits of what was acknowledged: never silently.
#include <gtest/gtest.h>

#include "dicom/error.h"
#include "tests/support/amnesiac_files.h"
#include "tests/unit/spool/burst.h"

namespace glossator::spool {
namespace {

class Damage : public ::testing::Test {
 protected:
  void SetUp() override {
    Burst burst(disk_);
    burst.Run("a", 8);
    burst.Close();
    for (const auto& [name, place] : burst.acknowledged()) {
      if (!burst.released().contains(name)) expected_[name] = place;
    }
    ASSERT_GT(expected_.size(), 3u);
  }

  struct Outcome {
    std::map<std::string, Place> whole;
    int damaged = 0;
  };
  static Outcome Recover(FileSystem& files) {
    Outcome outcome;
    Scribe(files, "/spool", Burst::MakeOptions()).Recover([&](const Recovered& record) {
      record.damaged ? void(++outcome.damaged) : void(outcome.whole[record.trailer] = record.place);
    });
    return outcome;
  }

  // Either a record is there as it was, or something was reported.
  void ExpectNothingSilent(support::AmnesiacFiles& files, const std::string& what) {
    const Outcome outcome = Recover(files);
    for (const auto& [name, place] : expected_) {
      const bool whole = outcome.whole.contains(name);
      if (whole) {
        ASSERT_EQ(ReadChunks(files, place), ChunksOf(name)) << what;
      } else {
        ASSERT_GT(outcome.damaged, 0) << what << " lost " << name;
      }
    }
  }

  support::AmnesiacFiles disk_;
  std::map<std::string, Place> expected_;
};

TEST_F(Damage, IsReportedForEveryByteThatTurns) {
  for (const auto& path : disk_.Paths()) {
    const size_t size = disk_.Bytes(path).size();
    for (size_t at = 0; at < size; at += at % kPage < 256 ? 1 : 61) {
      const auto copy = disk_.Copy();
      copy->Bytes(path)[at] ^= 0x10;
      ExpectNothingSilent(*copy, path + " byte " + std::to_string(at));
    }
  }
}

TEST_F(Damage, IsReportedForEveryPageThatIsLost) {
  for (const auto& path : disk_.Paths()) {
    for (size_t at = 0; at + kPage <= disk_.Bytes(path).size(); at += kPage) {
      const auto copy = disk_.Copy();
      copy->Bytes(path).replace(at, kPage, std::string(kPage, '\0'));
      ExpectNothingSilent(*copy, path + " page at " + std::to_string(at));
    }
  }
}

TEST_F(Damage, OfARecordIsToldToItsReader) {
  const Place place = expected_.begin()->second;
  const auto path = "/spool/" + FileName(SlotOf(place.segment));
  disk_.Bytes(path)[place.offset + kHeaderSize] ^= 1;
  try {
    ReadChunks(disk_, place);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInvalid);
  }
}

TEST_F(Damage, HoldsItsSegmentUntilItIsReleased) {
  const Place place = expected_.begin()->second;
  disk_.Bytes("/spool/" + FileName(SlotOf(place.segment)))[place.offset] ^= 1;
  for (int start = 0; start < 3; ++start) EXPECT_GT(Recover(disk_).damaged, 0) << start;
}

}  // namespace
}  // namespace glossator::spool
