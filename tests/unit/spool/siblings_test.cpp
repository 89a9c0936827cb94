// SPDX-License-Identifier: GPL-3.0-or-later
#include "spool/siblings.h"

#include <gtest/gtest.h>

namespace glossator::spool {
namespace {

using std::chrono::milliseconds;

class SiblingsTest : public ::testing::Test {
 protected:
  void Group(size_t commits, milliseconds lasted = milliseconds(4)) {
    for (size_t i = 0; i < commits; ++i) siblings_.Add(now_);
    siblings_.Take();
    siblings_.Synced(lasted);
  }

  Siblings siblings_;
  const Siblings::Clock::time_point now_ = Siblings::Clock::now();
};

TEST_F(SiblingsTest, OneSenderAloneWaitsForNobody) {
  Group(1);
  siblings_.Add(now_);
  EXPECT_TRUE(siblings_.all());
}

TEST_F(SiblingsTest, FourSendersWhoWereAnsweredTogetherAreAwaitedTogether) {
  Group(4);
  for (int i = 0; i < 3; ++i) siblings_.Add(now_);
  EXPECT_FALSE(siblings_.all());
  siblings_.Add(now_);
  EXPECT_TRUE(siblings_.all());
}

TEST_F(SiblingsTest, WhoCommitsDuringTheSyncIsCountedToo) {
  siblings_.Add(now_);
  siblings_.Take();
  for (int i = 0; i < 3; ++i) siblings_.Add(now_);
  siblings_.Synced(milliseconds(4));
  EXPECT_FALSE(siblings_.all());
  siblings_.Add(now_);
  EXPECT_TRUE(siblings_.all());
}

TEST_F(SiblingsTest, WhoStaysAwayIsAwaitedOnceAndNoLongerThanASyncTakes) {
  for (int i = 0; i < 20; ++i) Group(4);
  siblings_.Add(now_);
  EXPECT_LE(siblings_.deadline() - now_, milliseconds(4));
  siblings_.Take();
  siblings_.Synced(milliseconds(4));
  siblings_.Add(now_);
  EXPECT_TRUE(siblings_.all());
}

TEST_F(SiblingsTest, NobodyWaitsWhereSyncsAreShort) {
  for (int i = 0; i < 20; ++i) Group(4, milliseconds(1));
  siblings_.Add(now_);
  EXPECT_TRUE(siblings_.all());
}

// Four senders of large images were a seventh slower when each group waited for the others: while
// the disk waited, nobody used it.
TEST_F(SiblingsTest, ALargeRecordIsNotHeldUp) {
  Group(4);
  siblings_.Add(now_, true);
  EXPECT_TRUE(siblings_.all());
  siblings_.Take();
  siblings_.Synced(milliseconds(4));
  for (int i = 0; i < 3; ++i) Group(4);
  siblings_.Add(now_);
  EXPECT_FALSE(siblings_.all());
}

TEST_F(SiblingsTest, ASlowDiskDoesNotMakeAnybodyWaitForLongerThanFiveMilliseconds) {
  for (int i = 0; i < 20; ++i) Group(4, milliseconds(1000));
  siblings_.Add(now_);
  EXPECT_LE(siblings_.deadline() - now_, milliseconds(5));
}

}  // namespace
}  // namespace glossator::spool
