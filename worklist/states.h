// SPDX-License-Identifier: GPL-3.0-or-later
// The Unified Procedure Step's state machine (PS3.4 CC.1.1) as a table. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/workitem.h"

namespace glossator::worklist {

// DIMSE status codes of the UPS services (PS3.4 CC.2.1.3, CC.2.5.3, CC.2.6.3), in their words.
enum Status : uint16_t {
  kSuccess = 0x0000,
  kCreatedWithModifications = 0xB300,
  kAlreadyCanceled = 0xB304,
  kCoerced = 0xB305,
  kAlreadyCompleted = 0xB306,
  kNoLongerUpdatable = 0xC300,
  kWrongTransactionUid = 0xC301,
  kAlreadyInProgress = 0xC302,
  kOnlyCreateSchedules = 0xC303,
  kFinalStateRequirements = 0xC304,
  kNoSuchWorkitem = 0xC307,
  kNotScheduledAtCreate = 0xC309,
  kNotYetInProgress = 0xC310,
  kAlreadyCompletedCannotCancel = 0xC311,
  kPerformerUnreachable = 0xC312,
  kPerformerRefuses = 0xC313,
  kInappropriateAction = 0xC314,
};

struct StatusText {
  uint16_t status;
  int http;
  const char* comment;
};
const StatusText& TextOf(uint16_t status);
int HttpStatusOf(uint16_t status);

// What a performer may ask for (N-ACTION type 1, PS3.4 CC.2.1), plus N-SET.
enum class UpsEvent { kScheduled, kInProgress, kCompleted, kCanceled, kSet };

// What the Transaction UID of a request must be before the cell applies, else C301.
enum class Lock {
  kAny,     // some UID: a claim brings its own
  kClaims,  // the one of the claim
  kAbsent,  // none: nobody holds the workitem (CC.2.6.3)
};

// A cell of PS3.4 Table CC.1.1-2.
struct Transition {
  uint16_t status;     // to answer; kSuccess: the change takes place
  WorkitemState next;  // == current when nothing changes
  Lock lock;
};

Transition Next(WorkitemState state, UpsEvent event);

// The table with the lock applied. `claimed` is the Transaction UID that the workitem holds.
Transition Decide(WorkitemState state, UpsEvent event, std::string_view claimed,
                  std::string_view given);

}  // namespace glossator::worklist
