// SPDX-License-Identifier: GPL-3.0-or-later
// Cases and their workitems inside one transaction, each change with its event. Used by the flow;
// nothing here reads or writes anything but the database.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model/case.h"
#include "model/config.h"
#include "model/decision.h"
#include "model/ports.h"
#include "model/protocol.h"
#include "model/submission.h"
#include "model/workitem.h"
#include "node/gate_calls.h"
#include "store/sql.h"
#include "worklist/rules.h"

namespace glossator::node {

class Cases {
 public:
  Cases(const Config& config, UidSource& uids) : config_(config), uids_(uids) {}

  // The gate's view of a study: makes the case when it is new.
  void Follow(store::Transaction& transaction, const StudyChange& change) const;
  // An imported batch: a new revision, the case opens, work is scheduled. Once per batch.
  void Open(store::Transaction& transaction, const Batch& batch,
            const std::vector<CaseInstance>& instances) const;
  // Inserts under a new UID, with its event; returns it.
  std::string Schedule(store::Transaction& transaction, Workitem workitem,
                       const std::string& actor) const;
  // To a final state, with its event. Throws kConflict when somebody was faster.
  void End(store::Transaction& transaction, Workitem workitem, WorkitemState state,
           const std::string& reason, const std::string& actor) const;
  void Claim(store::Transaction& transaction, Workitem& workitem,
             const std::string& transaction_uid, const std::string& actor) const;
  void SetState(store::Transaction& transaction, Case& the_case, CaseState state, const char* event,
                const std::string& actor) const;
  // ACCEPT: the result with the report of its acceptance if there is one, and its delivery when the
  // project has a destination. Returns its id.
  int64_t Accept(store::Transaction& transaction, Case& the_case, const Submission& submission,
                 const Decision& decision, const std::optional<MadeObject>& report) const;

 private:
  Case FindOrMake(store::Transaction& transaction, const Batch& batch) const;
  int64_t AddInstances(store::Transaction& transaction, Case& the_case,
                       const std::vector<CaseInstance>& instances) const;
  void ScheduleReads(store::Transaction& transaction, const Case& the_case, bool has_images) const;
  const Protocol& ProtocolOf(const Case& the_case) const;

  const Config& config_;
  UidSource& uids_;
};

// The setting that worklist's rules ask for.
worklist::Setting SettingOf(const store::Reader& reader, const Workitem& workitem);
// Throws kNotFound.
Case RequireCase(const store::Reader& reader, int64_t id);
// Also for a case of a project that they do not see.
Case RequireVisibleCase(const store::Reader& reader, const ReaderConfig& who, int64_t id);
Workitem RequireWorkitem(const store::Reader& reader, const std::string& uid);
// Whose work it is; of what was computed everybody whose work went into it.
std::set<std::string> AuthorsOf(const store::Reader& reader, const Submission& submission);
// Of each person of the case the newest submission about the series (empty: any) that was not
// rejected, in order of their codes.
std::vector<Submission> NewestReads(const store::Reader& reader, int64_t case_id,
                                    const std::string& series_uid);
// What the submission is to be compared with: of what was computed that which went into it, else of
// each other person the newest.
std::vector<Submission> OtherReads(const store::Reader& reader, const Submission& submission);
Submission RequireSubmission(const store::Reader& reader, int64_t id);

}  // namespace glossator::node
