// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

namespace glossator {

// An accepted submission. Its `uid` is what crosses the wall: UIDs at the PACS derive from it.
struct Result {
  int64_t id = 0;
  std::string uid;
  int64_t case_id = 0;
  int64_t submission = 0;
  int64_t decision = 0;
  std::string created;
};

// Says that a result is no longer to be used. Its UID crosses the wall as that of a result does.
struct Withdrawal {
  std::string uid;
  int64_t result = 0;
  std::string code;  // 113001 or 113037 (IHE IOCM)
  std::string reason;
  std::string reader;
  std::string created;
};

// A read that is to replace a result: its report names the earlier one and says why.
struct Amendment {
  std::string workitem;  // UID of the first READ that was opened for it
  int64_t result = 0;    // the earlier one
  std::string reason;
  std::string reader;  // who asked for it
  std::string created;
};

// A read by somebody who decides among the readers of a case.
struct Adjudication {
  std::string workitem;  // UID of the READ that was opened for it
  std::string reason;
  std::string reader;  // who asked for it
  std::string created;
};

// contracts.md: QUEUED, SENDING, STORED, COMMITTED, STORED_VERIFIED, HELD, FAILED. The gate owns
// the state; the lab side shows it.
struct Delivery {
  int64_t id = 0;
  int64_t result = 0;
  int64_t case_id = 0;
  std::string result_uid;
  std::string project;
  std::string destination;
  std::string key;  // "{result uid}@{destination}", the same however often it is queued
  std::string state = "QUEUED";
  std::string reason;  // from the gate's closed list
  int64_t attempts = 0;
  bool spooled = false;      // in the return spool
  std::string withdrawal{};  // UID of the rejection note's own result; empty: the result itself
  std::string created;
  std::string updated;

  bool done() const { return state == "COMMITTED" || state == "STORED_VERIFIED"; }
};

}  // namespace glossator
