// SPDX-License-Identifier: GPL-3.0-or-later
// The upper layer's state machine as the standard prints it: PS3.8 Tables 9-1 to 9-10.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace glossator::dimse {

enum class State : uint8_t {  // PS3.8 Tables 9-1 to 9-5
  Sta1 = 1,                   // Idle
  Sta2,                       // Transport connection open (awaiting A-ASSOCIATE-RQ PDU)
  Sta3,                       // Awaiting local A-ASSOCIATE response primitive
  Sta4,                       // Awaiting transport connection opening to complete
  Sta5,                       // Awaiting A-ASSOCIATE-AC or A-ASSOCIATE-RJ PDU
  Sta6,                       // Association established, ready for data transfer
  Sta7,                       // Awaiting A-RELEASE-RP PDU
  Sta8,                       // Awaiting local A-RELEASE response primitive
  Sta9,                       // Release collision, requestor: awaiting A-RELEASE response
  Sta10,                      // Release collision, acceptor: awaiting A-RELEASE-RP PDU
  Sta11,                      // Release collision, requestor: awaiting A-RELEASE-RP PDU
  Sta12,                      // Release collision, acceptor: awaiting A-RELEASE response
  Sta13,                      // Awaiting transport connection close
};
inline constexpr int kStates = 13;

enum class Event : uint8_t {  // PS3.8 Table 9-10
  Evt1 = 1,                   // A-ASSOCIATE request (local user)
  Evt2,                       // Transport connection confirmation
  Evt3,                       // A-ASSOCIATE-AC PDU received
  Evt4,                       // A-ASSOCIATE-RJ PDU received
  Evt5,                       // Transport connection indication
  Evt6,                       // A-ASSOCIATE-RQ PDU received
  Evt7,                       // A-ASSOCIATE response, accept
  Evt8,                       // A-ASSOCIATE response, reject
  Evt9,                       // P-DATA request
  Evt10,                      // P-DATA-TF PDU received
  Evt11,                      // A-RELEASE request
  Evt12,                      // A-RELEASE-RQ PDU received
  Evt13,                      // A-RELEASE-RP PDU received
  Evt14,                      // A-RELEASE response
  Evt15,                      // A-ABORT request
  Evt16,                      // A-ABORT PDU received
  Evt17,                      // Transport connection closed
  Evt18,                      // ARTIM timer expired
  Evt19,                      // Unrecognized or invalid PDU received
};
inline constexpr int kEvents = 19;

enum class Action : uint8_t {  // PS3.8 Tables 9-6 to 9-9
  AE1,
  AE2,
  AE3,
  AE4,
  AE5,
  AE6,
  AE7,
  AE8,
  DT1,
  DT2,
  AR1,
  AR2,
  AR3,
  AR4,
  AR5,
  AR6,
  AR7,
  AR8,
  AR9,
  AR10,
  AA1,
  AA2,
  AA3,
  AA4,
  AA5,
  AA6,
  AA7,
  AA8,
};
inline constexpr int kActions = 28;

// nullopt: the table has no entry; the event cannot happen or is a local mistake.
std::optional<Action> ActionFor(State state, Event event);
// Where the action leads. AE6 (acceptable or not) and AR8 (requestor or acceptor) have two targets:
// the first one is here, the second is OtherTarget.
State TargetOf(Action action);
State OtherTarget(Action action);
std::string_view NameOf(Action action);  // "AE-1"

}  // namespace glossator::dimse
