// SPDX-License-Identifier: GPL-3.0-or-later
#include "worklist/states.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace glossator::worklist {
namespace {

constexpr auto S = WorkitemState::kScheduled;
constexpr auto P = WorkitemState::kInProgress;
constexpr auto C = WorkitemState::kCompleted;
constexpr auto X = WorkitemState::kCanceled;

// PS3.4 Table CC.1.1-2, a row per event, a column per state. A second claim is told who came first
// (C302) rather than that its own fresh Transaction UID is wrong.
using Row = std::array<Transition, 4>;
constexpr std::array<Row, 5> kTable = {{
    // to SCHEDULED
    {{{kOnlyCreateSchedules, S, Lock::kAny},
      {kOnlyCreateSchedules, P, Lock::kAny},
      {kOnlyCreateSchedules, C, Lock::kAny},
      {kOnlyCreateSchedules, X, Lock::kAny}}},
    // to IN PROGRESS
    {{{kSuccess, P, Lock::kAny},
      {kAlreadyInProgress, P, Lock::kAny},
      {kNoLongerUpdatable, C, Lock::kAny},
      {kNoLongerUpdatable, X, Lock::kAny}}},
    // to COMPLETED
    {{{kNotYetInProgress, S, Lock::kAny},
      {kSuccess, C, Lock::kClaims},
      {kAlreadyCompleted, C, Lock::kClaims},
      {kNoLongerUpdatable, X, Lock::kClaims}}},
    // to CANCELED
    {{{kNotYetInProgress, S, Lock::kAny},
      {kSuccess, X, Lock::kClaims},
      {kNoLongerUpdatable, C, Lock::kClaims},
      {kAlreadyCanceled, X, Lock::kClaims}}},
    // N-SET
    {{{kSuccess, S, Lock::kAbsent},
      {kSuccess, P, Lock::kClaims},
      {kNoLongerUpdatable, C, Lock::kClaims},
      {kNoLongerUpdatable, X, Lock::kClaims}}},
}};

// 409 for state and lock (PS3.18 11.7), as contracts.md has it.
constexpr StatusText kTexts[] = {
    {kSuccess, 200, ""},
    {kCreatedWithModifications, 201, "The UPS was created with modifications"},
    {kAlreadyCanceled, 200, "The UPS is already in the requested state of CANCELED"},
    {kCoerced, 200, "Coerced invalid values to valid values"},
    {kAlreadyCompleted, 200, "The UPS is already in the requested state of COMPLETED"},
    {kNoLongerUpdatable, 409, "The UPS may no longer be updated"},
    {kWrongTransactionUid, 409, "The correct Transaction UID was not provided"},
    {kAlreadyInProgress, 409, "The UPS is already IN PROGRESS"},
    {kOnlyCreateSchedules, 409, "The UPS may only become SCHEDULED via N-CREATE"},
    {kFinalStateRequirements, 409, "The UPS has not met final state requirements"},
    {kNoSuchWorkitem, 404, "The specified UPS does not exist"},
    {kNotScheduledAtCreate, 400, "The provided value of UPS State was not SCHEDULED"},
    {kNotYetInProgress, 409, "The UPS is not yet in the IN PROGRESS state"},
    {kAlreadyCompletedCannotCancel, 409, "The UPS is already COMPLETED"},
    {kPerformerUnreachable, 409, "The performer cannot be contacted"},
    {kPerformerRefuses, 409, "Performer chooses not to cancel"},
    {kInappropriateAction, 400, "Specified action not appropriate for specified instance"},
};

bool Fits(Lock lock, std::string_view claimed, std::string_view given) {
  switch (lock) {
    case Lock::kAny:
      return !given.empty();
    case Lock::kClaims:
      return !given.empty() && given == claimed;
    case Lock::kAbsent:
      return given.empty();
  }
  return false;
}

}  // namespace

const StatusText& TextOf(uint16_t status) {
  static constexpr StatusText kUnknown{0x0110, 500, "Processing failure"};
  const auto* found = std::ranges::find(kTexts, status, &StatusText::status);
  return found == std::end(kTexts) ? kUnknown : *found;
}

int HttpStatusOf(uint16_t status) { return TextOf(status).http; }

Transition Next(WorkitemState state, UpsEvent event) {
  return kTable[static_cast<size_t>(event)][static_cast<size_t>(state)];
}

Transition Decide(WorkitemState state, UpsEvent event, std::string_view claimed,
                  std::string_view given) {
  const Transition cell = Next(state, event);
  if (Fits(cell.lock, claimed, given)) return cell;
  return {kWrongTransactionUid, state, cell.lock};
}

}  // namespace glossator::worklist
