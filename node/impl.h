// SPDX-License-Identifier: GPL-3.0-or-later
// Private to node/node*.cpp and node/reconcile.cpp: what the flow is made of.
#pragma once

#include <map>
#include <mutex>

#include "model/result.h"
#include "node/blobs.h"
#include "node/cases.h"
#include "node/consensus.h"
#include "node/gate_calls.h"
#include "node/helper_objects.h"
#include "node/importer.h"
#include "node/node.h"
#include "node/result_builder.h"
#include "results/key_objects.h"

namespace glossator::node {

// Who has this code; one who is not configured any more stands by the code alone. node_return.cpp.
ReaderConfig PersonOf(const Config& config, const std::string& code);

// Only where the project's destination is configured for them. node_submit.cpp.
bool TakesLabelMaps(const Config& config, const std::string& project_id);
// One object, or one per segment or per group of segments, as the project has it.
seg::Split SplitOf(const Config& config, const std::string& project_id);
Json::Value ToJson(const std::vector<MadeObject>& objects);

struct Node::Impl {
  const Config& config;
  const Clock& clock;
  UidSource& uids;
  store::Database& database;
  Archive& archive;
  ReturnQueue& return_queue;
  GateCalls gate;
  Importer importer;
  ResultBuilder builder;
  HelperObjects helpers;
  Blobs blobs;
  Cases cases;
  Queries queries;

  std::mutex ticking;  // one Tick at a time; guards what follows
  struct Failure {
    int64_t times = 0;
    Time next_try;
  };
  std::map<std::string, Failure> failures;  // by what was attempted

  // node_worker.cpp: each returns true when there is more to do at once.
  bool PollStudies();
  bool ImportAll();
  bool PollDeliveries();
  bool PollEvents();
  bool SendResults();
  bool EndStaleClaims();
  bool IsStale(const store::Reader& reader, const Workitem& workitem) const;
  bool Attempt(const std::string& what, const std::function<bool()>& work);

  // node.cpp
  void Import(const Batch& batch);

  // node_return.cpp
  void Return(const Delivery& delivery);
  SentAlong MakeHelpers(const Delivery& delivery, const std::string& author,
                        const std::vector<MadeObject>& objects,
                        const std::vector<std::string>& files,
                        const std::vector<CaseInstance>& instances);
  void Spooled(const Delivery& delivery, const SentAlong& along);
  // The case's state follows its deliveries.
  void Follow(store::Transaction& transaction, const DeliveryChange& change);

  // node_reject.cpp
  std::vector<results::KeyObjects> RejectionsIn(const std::vector<CaseInstance>& instances);
  void Reject(store::Transaction& transaction, const std::string& study_uid,
              const results::KeyObjects& note);

  // node_judge.cpp: the report that an acceptance adds; its bytes are kept already.
  std::optional<MadeObject> AcceptedReport(const Person& who, const Submission& submission,
                                           bool is_signed);

  // node_resolve.cpp
  std::vector<OtherRead> ReadersOf(const std::vector<Submission>& submissions);
  std::vector<BuiltObject> Agree(const Case& the_case, const std::vector<Submission>& reads,
                                 const std::vector<CaseInstance>& images, ConsensusMethod method,
                                 std::vector<Finding>& findings);

  // Findings of accepted results on other studies of the same person, the newest first.
  std::vector<KnownFinding> EarlierFindings(const Case& the_case);

  // node_submit.cpp
  struct Task {
    Workitem workitem;
    Case the_case;
    std::vector<CaseInstance> instances;
  };
  Task TaskFor(const Person& who, const std::string& workitem_uid,
               const std::string& transaction_uid, const std::string& series_uid);
  // The reader's one claimed read on that study. Throws kForbidden, kConflict.
  Workitem ClaimOf(const Person& who, const std::string& study_uid);
  SubmitReply Refuse(const Person& who, const Task& task, std::vector<Finding> findings);
  int64_t Save(const Person& who, const Task& task, Submission submission,
               std::vector<BuiltObject> objects);
};

}  // namespace glossator::node
