// SPDX-License-Identifier: GPL-3.0-or-later
// The lab flow: Import, Open, Claim, Submit, Judge, Return. Read node.cpp, it is the story.
//
// Thread-safe. Faults of the caller are thrown as Error: kNotFound (also "not yours to see"),
// kForbidden, kConflict (state or lock), kInvalid (syntax). Refusals that a reader must mend are
// findings in the answer.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/config.h"
#include "model/finding.h"
#include "model/ports.h"
#include "node/ports.h"
#include "node/queries.h"
#include "store/sql.h"
#include "worklist/states.h"

namespace glossator::node {

// Who asks: an entry of Config::readers, found by the user whom Orthanc authenticated.
using Person = ReaderConfig;

// The outcome of a change of state: a DIMSE status (PS3.4 CC.2.1-3) and its words.
struct StateReply {
  uint16_t status = 0;  // 0x0000, a warning 0xBxxx or a failure 0xCxxx
  std::string comment;
  int http() const { return worklist::HttpStatusOf(status); }
};

struct SubmitReply {
  int64_t id = 0;                 // 0: refused
  bool created = true;            // false: the same was submitted before
  std::vector<Finding> findings;  // errors when refused (422), else warnings
};

struct JudgeReply {
  int64_t id = 0;
  bool created = true;
  std::optional<int64_t> result;  // ACCEPT
};

class Node {
 public:
  // Everything is borrowed and must outlive the node. Makes `{directory}/node/blobs`. The database
  // is opened with store::NodeMigrations() on `{directory}/node/node.db`.
  Node(const Config& config, const Clock& clock, UidSource& uids, store::Database& database,
       Archive& archive, BatchSource& batches, ReturnQueue& return_queue, GateLink& gate);
  ~Node();

  // Once at start, before Tick: compares database, archive, blobs and the gate; writes one event
  // and one log line about what it found, and returns it.
  Json::Value Reconcile();
  // One round of the worker: feeds of the gate, imports, return spool. Returns true when there is
  // more to do at once. Never throws: what fails is logged and tried again next time.
  bool Tick();

  // Managers. Asks the gate to release a case that is still RECEIVING.
  void Release(const Person& who, int64_t case_id);

  // UPS. PUT workitems/{uid}/state. `transaction_uid` is required.
  StateReply ChangeState(const Person& who, const std::string& workitem_uid,
                         const std::string& transaction_uid, const std::string& state);
  // POST workitems/{uid} (N-SET): the performer's progress; other attributes are refused.
  StateReply Update(const Person& who, const std::string& workitem_uid,
                    const std::string& transaction_uid, const dicom::DataSet& changes);
  // POST workitems (N-CREATE): managers open another seat for the case whose study the Input
  // Information names. Returns the new UID.
  std::string CreateWorkitem(const Person& who, const std::string& uid,
                             const dicom::DataSet& attributes);

  // `submission` is the JSON part, `labels` the raw or gzip bytes (contracts).
  SubmitReply Submit(const Person& who, const std::string& workitem_uid,
                     const std::string& transaction_uid, std::string_view submission,
                     std::string_view labels);
  // A Segmentation object of a tool, on a study that `who` has claimed: verified against its
  // images, then submitted as above. Throws kForbidden without such a claim, or when the object
  // does not carry the case's pseudonym.
  SubmitReply SubmitObject(const Person& who, std::string part10_bytes);
  // `body` is {"verdict","reason","sign"}; `transaction_uid` may be empty: then a review that
  // nobody has claimed is claimed and completed in one step. "sign": true with ACCEPT makes the
  // accepted report VERIFIED by name; kInvalid where the project gives no names or `who` has none.
  JudgeReply Judge(const Person& who, int64_t submission_id, std::string_view body,
                   const std::string& transaction_uid = "");

  // Reviewers and managers. `body` is {"reason","code"}, code 113001 (default) or 113037 (IHE
  // IOCM): queues a rejection note to wherever the case's results went, cancels open work; the case
  // is WITHDRAWN. Returns the UIDs of the withdrawals. kConflict when no result stands.
  std::vector<std::string> Withdraw(const Person& who, int64_t case_id, std::string_view body);
  // Reviewers and managers. `body` is {"reason"}: the case is open again with a read whose
  // submission, once accepted, is a new version of the newest result that stands. Returns the
  // workitem's UID.
  std::string Amend(const Person& who, int64_t case_id, std::string_view body);

  // Reviewers and managers, of an open case without a result. `body` is {"method"?:"majority" or
  // "staple","seriesInstanceUid"?}: one segmentation out of the newest of each reader that waits
  // for a decision, with a report that says how far each agrees. It is decided on like any
  // submission, though not by one of them. kConflict with too few readers.
  SubmitReply Consensus(const Person& who, int64_t case_id, std::string_view body);
  // The same people, of the same cases. `body` is {"reason","adjudicator"?}: a read for the
  // adjudicator (who asks, or whom a manager names), who has not read the case. What they submit
  // names the readers and follows their reports. Returns the workitem's UID.
  std::string Adjudicate(const Person& who, int64_t case_id, std::string_view body);

  // {"trackingUid","trackingIdentifier","finding","studyInstanceUid"} of the accepted findings on
  // other studies of the case's patient, for whoever works in the project.
  Json::Value Findings(const Person& who, int64_t case_id);

  // What may be seen, as the JSON that REST answers with.
  const Queries& queries() const;
  // Bytes of a submission's SEG or SR ("seg", "sr") or of the report of its acceptance
  // ("acceptance"), for those who may see it; who does not see arrivals gets others' objects
  // without their real times.
  std::string SubmissionFile(const Person& who, int64_t submission_id, const std::string& kind);

 private:
  // The projects' policy: true when one was made. Part of Tick.
  bool ConsensusByPolicy();

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace glossator::node
