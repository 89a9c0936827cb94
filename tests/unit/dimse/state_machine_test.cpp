// SPDX-License-Identifier: GPL-3.0-or-later
#include "dimse/state_machine.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace glossator::dimse {
namespace {

// PS3.8 Table 9-10 as it is printed: a row an event, a column a state, "-" for an empty cell.
constexpr const char* kPrinted[] = {
    // Sta1 Sta2 Sta3 Sta4 Sta5 Sta6 Sta7 Sta8 Sta9 Sta10 Sta11 Sta12 Sta13
    "AE-1 -    -    -    -    -    -    -    -    -     -    -    -",     // Evt1
    "-    -    -    AE-2 -    -    -    -    -    -     -    -    -",     // Evt2
    "-    AA-1 AA-8 -    AE-3 AA-8 AA-8 AA-8 AA-8 AA-8  AA-8 AA-8 AA-6",  // Evt3
    "-    AA-1 AA-8 -    AE-4 AA-8 AA-8 AA-8 AA-8 AA-8  AA-8 AA-8 AA-6",  // Evt4
    "AE-5 -    -    -    -    -    -    -    -    -     -    -    -",     // Evt5
    "-    AE-6 AA-8 -    AA-8 AA-8 AA-8 AA-8 AA-8 AA-8  AA-8 AA-8 AA-7",  // Evt6
    "-    -    AE-7 -    -    -    -    -    -    -     -    -    -",     // Evt7
    "-    -    AE-8 -    -    -    -    -    -    -     -    -    -",     // Evt8
    "-    -    -    -    -    DT-1 -    AR-7 -    -     -    -    -",     // Evt9
    "-    AA-1 AA-8 -    AA-8 DT-2 AR-6 AA-8 AA-8 AA-8  AA-8 AA-8 AA-6",  // Evt10
    "-    -    -    -    -    AR-1 -    -    -    -     -    -    -",     // Evt11
    "-    AA-1 AA-8 -    AA-8 AR-2 AR-8 AA-8 AA-8 AA-8  AA-8 AA-8 AA-6",  // Evt12
    "-    AA-1 AA-8 -    AA-8 AA-8 AR-3 AA-8 AA-8 AR-10 AR-3 AA-8 AA-6",  // Evt13
    "-    -    -    -    -    -    -    AR-4 AR-9 -     -    AR-4 -",     // Evt14
    "-    -    AA-1 AA-2 AA-1 AA-1 AA-1 AA-1 AA-1 AA-1  AA-1 AA-1 -",     // Evt15
    "-    AA-2 AA-3 -    AA-3 AA-3 AA-3 AA-3 AA-3 AA-3  AA-3 AA-3 AA-2",  // Evt16
    "-    AA-5 AA-4 AA-4 AA-4 AA-4 AA-4 AA-4 AA-4 AA-4  AA-4 AA-4 AR-5",  // Evt17
    "-    AA-2 -    -    -    -    -    -    -    -     -    -    AA-2",  // Evt18
    "-    AA-1 AA-8 -    AA-8 AA-8 AA-8 AA-8 AA-8 AA-8  AA-8 AA-8 AA-7",  // Evt19
};

class StateTable : public testing::TestWithParam<int> {};

TEST_P(StateTable, HasTheActionsThatTheStandardPrintsForThisState) {
  const int state = GetParam();
  for (int event = 1; event <= kEvents; ++event) {
    std::istringstream row(kPrinted[event - 1]);
    std::string cell;
    for (int column = 1; column <= state; ++column) row >> cell;
    const auto action = ActionFor(static_cast<State>(state), static_cast<Event>(event));
    EXPECT_EQ(action ? NameOf(*action) : "-", cell) << "Evt" << event << " in Sta" << state;
  }
}
INSTANTIATE_TEST_SUITE_P(Sta, StateTable, testing::Range(1, kStates + 1));

TEST(StateTargets, AreThoseOfTablesNineSixToNineNine) {
  const std::pair<Action, State> kTargets[] = {
      {Action::AE1, State::Sta4},  {Action::AE2, State::Sta5},   {Action::AE3, State::Sta6},
      {Action::AE4, State::Sta1},  {Action::AE5, State::Sta2},   {Action::AE6, State::Sta3},
      {Action::AE7, State::Sta6},  {Action::AE8, State::Sta13},  {Action::DT1, State::Sta6},
      {Action::DT2, State::Sta6},  {Action::AR1, State::Sta7},   {Action::AR2, State::Sta8},
      {Action::AR3, State::Sta1},  {Action::AR4, State::Sta13},  {Action::AR5, State::Sta1},
      {Action::AR6, State::Sta7},  {Action::AR7, State::Sta8},   {Action::AR8, State::Sta9},
      {Action::AR9, State::Sta11}, {Action::AR10, State::Sta12}, {Action::AA1, State::Sta13},
      {Action::AA2, State::Sta1},  {Action::AA3, State::Sta1},   {Action::AA4, State::Sta1},
      {Action::AA5, State::Sta1},  {Action::AA6, State::Sta13},  {Action::AA7, State::Sta13},
      {Action::AA8, State::Sta13},
  };
  for (const auto& [action, target] : kTargets)
    EXPECT_EQ(TargetOf(action), target) << NameOf(action);
  EXPECT_EQ(OtherTarget(Action::AE6), State::Sta13);
  EXPECT_EQ(OtherTarget(Action::AR8), State::Sta10);
}

}  // namespace
}  // namespace glossator::dimse
