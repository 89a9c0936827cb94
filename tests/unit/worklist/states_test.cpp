// SPDX-License-Identifier: GPL-3.0-or-later
// PS3.4 Table CC.1.1-2, cell by cell, and the lock.
#include "worklist/states.h"

#include <gtest/gtest.h>

#include <set>

#include "dicom/error.h"

namespace glossator::worklist {
namespace {

constexpr auto kS = WorkitemState::kScheduled;
constexpr auto kP = WorkitemState::kInProgress;
constexpr auto kC = WorkitemState::kCompleted;
constexpr auto kX = WorkitemState::kCanceled;
constexpr const char* kMine = "2.25.1";

struct Cell {
  WorkitemState state;
  UpsEvent event;
  std::string given;
  int status;
  WorkitemState next;
};

TEST(WorkitemStates, FollowTheStandardsTable) {
  const Cell kCells[] = {
      {kS, UpsEvent::kScheduled, kMine, 0xC303, kS},
      {kP, UpsEvent::kScheduled, kMine, 0xC303, kP},
      {kC, UpsEvent::kScheduled, kMine, 0xC303, kC},
      {kX, UpsEvent::kScheduled, kMine, 0xC303, kX},
      {kS, UpsEvent::kInProgress, kMine, 0x0000, kP},
      {kP, UpsEvent::kInProgress, kMine, 0xC302, kP},
      {kC, UpsEvent::kInProgress, kMine, 0xC300, kC},
      {kX, UpsEvent::kInProgress, kMine, 0xC300, kX},
      {kS, UpsEvent::kCompleted, kMine, 0xC310, kS},
      {kP, UpsEvent::kCompleted, kMine, 0x0000, kC},
      {kC, UpsEvent::kCompleted, kMine, 0xB306, kC},
      {kX, UpsEvent::kCompleted, kMine, 0xC300, kX},
      {kS, UpsEvent::kCanceled, kMine, 0xC310, kS},
      {kP, UpsEvent::kCanceled, kMine, 0x0000, kX},
      {kC, UpsEvent::kCanceled, kMine, 0xC300, kC},
      {kX, UpsEvent::kCanceled, kMine, 0xB304, kX},
      {kS, UpsEvent::kSet, "", 0x0000, kS},
      {kP, UpsEvent::kSet, kMine, 0x0000, kP},
      {kC, UpsEvent::kSet, kMine, 0xC300, kC},
      {kX, UpsEvent::kSet, kMine, 0xC300, kX},
  };
  for (const Cell& cell : kCells) {
    const Transition got = Decide(cell.state, cell.event, kMine, cell.given);
    EXPECT_EQ(got.status, cell.status) << NameOf(cell.state) << int(cell.event);
    EXPECT_EQ(got.next, cell.next) << NameOf(cell.state) << int(cell.event);
  }
}

TEST(WorkitemStates, RefuseToMoveWithoutTheTransactionUid) {
  for (const UpsEvent event : {UpsEvent::kInProgress, UpsEvent::kCompleted, UpsEvent::kCanceled}) {
    for (const WorkitemState state : {kS, kP, kC, kX}) {
      EXPECT_EQ(Decide(state, event, kMine, "").status, 0xC301) << NameOf(state);
    }
  }
}

TEST(WorkitemStates, RefuseToCompleteCancelOrSetWithAnotherTransactionUid) {
  for (const UpsEvent event : {UpsEvent::kCompleted, UpsEvent::kCanceled, UpsEvent::kSet}) {
    for (const WorkitemState state : {kP, kC, kX}) {
      const Transition got = Decide(state, event, kMine, "2.25.2");
      EXPECT_EQ(got.status, 0xC301) << NameOf(state);
      EXPECT_EQ(got.next, state);
    }
  }
}

TEST(WorkitemStates, TellASecondClaimWhoCameFirst) {
  EXPECT_EQ(Decide(kP, UpsEvent::kInProgress, kMine, "2.25.2").status, 0xC302);
  EXPECT_EQ(HttpStatusOf(0xC302), 409);
}

TEST(WorkitemStates, HaveTheNamesOfTheStandard) {
  for (const WorkitemState state : {kS, kP, kC, kX}) {
    EXPECT_EQ(WorkitemStateFrom(NameOf(state)), state);
  }
  EXPECT_THROW(WorkitemStateFrom("DISCONTINUED"), Error);
}

}  // namespace
}  // namespace glossator::worklist
