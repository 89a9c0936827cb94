// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace glossator {

// Procedure Step State (0074,1000), PS3.4 CC.1.1.
enum class WorkitemState { kScheduled, kInProgress, kCompleted, kCanceled };

const char* NameOf(WorkitemState state);                   // "SCHEDULED", "IN PROGRESS" ...
WorkitemState WorkitemStateFrom(const std::string& name);  // throws kInvalid

enum class Stage { kRead, kReview };

const char* NameOf(Stage stage);  // "READ", "REVIEW"
Stage StageFrom(const std::string& name);

// One Unified Procedure Step for one case revision, stage and seat.
struct Workitem {
  std::string uid;  // SOP Instance UID
  int64_t case_id = 0;
  int64_t revision = 1;
  Stage stage = Stage::kRead;
  int64_t seat = 1;
  WorkitemState state = WorkitemState::kScheduled;
  std::string transaction_uid;        // the lock; empty unless it was claimed; never shown
  std::string performer;              // reader's code, once claimed
  std::string scheduled_performer;    // reader's code: nobody else may claim; empty: anyone fit
  std::string excluded_performer;     // reader's code who must not claim; usually empty
  std::optional<int64_t> submission;  // REVIEW: what is to be judged; READ: what completed it
  std::string replaces;               // predecessor's UID (Replaced Procedure Step Sequence)
  std::string reason;                 // why canceled or replaced, from our own list
  std::string progress;               // percent, as the performer reports it
  std::string created;                // ISO 8601
  std::string updated;
  std::string started;
  std::string ended;
};

}  // namespace glossator
