// SPDX-License-Identifier: GPL-3.0-or-later
// The lab flow in the order in which a study meets it: Import, Open, Claim, Submit, Judge, Return.
// Each computes first and then commits state and event in one transaction. What leaves the process
// (archive, blobs, spool) is idempotent and goes first, so that a kill at any byte is mended by
// doing it again.
#include "node/node.h"

#include "dicom/error.h"
#include "dicom/json.h"
#include "dicom/uid.h"
#include "node/impl.h"
#include "node/tell.h"
#include "store/node_case.h"
#include "store/node_workitem.h"
#include "worklist/ups.h"

namespace glossator::node {

using store::Transaction;
using worklist::UpsEvent;

namespace {

// Who this node is as an observer device: decided at the first start.
std::string DeviceUid(store::Database& database, UidSource& uids) {
  std::string uid;
  database.Write([&](Transaction& transaction) {
    const auto known = store::FindSetting(transaction, "device-uid");
    uid = known ? *known : uids.New();
    if (known) return;
    store::InsertSetting(transaction, "device-uid", uid);
    Tell(transaction, "node.named", kNodeActor, {{"device_uid", uid}});
  });
  return uid;
}

}  // namespace

Node::Node(const Config& config, const Clock& clock, UidSource& uids, store::Database& database,
           Archive& archive, BatchSource& batches, ReturnQueue& return_queue, GateLink& gate)
    : impl_(new Impl{.config = config,
                     .clock = clock,
                     .uids = uids,
                     .database = database,
                     .archive = archive,
                     .return_queue = return_queue,
                     .gate = GateCalls(gate),
                     .importer = Importer(batches, archive),
                     .builder = ResultBuilder(archive, uids, clock, DeviceUid(database, uids)),
                     .helpers = HelperObjects(archive, clock),
                     .blobs = Blobs(config.directory / "node" / "blobs"),
                     .cases = Cases(config, uids),
                     .queries = Queries(config, database, gate),
                     .ticking = {},
                     .failures = {}}) {}
Node::~Node() = default;

const Queries& Node::queries() const { return impl_->queries; }

// 1. Import. Objects first, then what we know of them, then the gate may forget its records.
// 2. Open. The same transaction opens the case and schedules its reads (Cases::Open).
void Node::Impl::Import(const Batch& batch) {
  const std::vector<CaseInstance> instances = importer.Import(batch);
  const std::vector<results::KeyObjects> rejections = RejectionsIn(instances);
  database.Write([&](Transaction& transaction) {
    cases.Open(transaction, batch, instances);
    for (const auto& note : rejections) Reject(transaction, batch.study_uid, note);
  });
  gate.Imported(batch.number);
}

namespace {

const std::map<std::string, UpsEvent> kRequests = {{"SCHEDULED", UpsEvent::kScheduled},
                                                   {"IN PROGRESS", UpsEvent::kInProgress},
                                                   {"COMPLETED", UpsEvent::kCompleted},
                                                   {"CANCELED", UpsEvent::kCanceled}};

void RequireUid(const std::string& transaction_uid) {
  if (!transaction_uid.empty() && !dicom::IsValidUid(transaction_uid)) {
    throw Error(ErrorKind::kInvalid, "the Transaction UID is not a UID");
  }
}

void RequireReader(const Person& who) {
  if (!worklist::MayPerform(who, Stage::kRead)) {
    throw Error(ErrorKind::kForbidden, "your roles do not include reading");
  }
}

// Before the state table is asked: is it theirs to try?
void RequireTheirs(const Person& who, const Workitem& workitem, const worklist::Setting& setting) {
  if (workitem.performer == who.id || worklist::IsEligible(who, workitem, setting)) return;
  const bool visible = worklist::MaySee(who, workitem, setting);
  if (visible || (setting.authors.contains(who.id) && who.Sees(setting.project))) {
    throw Error(ErrorKind::kForbidden, "this work is not for you");
  }
  throw Error(ErrorKind::kNotFound, "no such workitem");
}

StateReply ReplyOf(uint16_t status) { return {status, worklist::TextOf(status).comment}; }

// Refused attempts on somebody's lock are part of the trail.
StateReply Refuse(Transaction& transaction, const Person& who, const Workitem& workitem,
                  uint16_t status) {
  if (status == worklist::kWrongTransactionUid) {
    Tell(transaction, "workitem.refused", who.id, {{"workitem", workitem.uid}, {"status", status}});
  }
  return ReplyOf(status);
}

}  // namespace

// 3. Claim, and the other changes of state (PS3.4 CC.2.1).
StateReply Node::ChangeState(const Person& who, const std::string& workitem_uid,
                             const std::string& transaction_uid, const std::string& state) {
  const auto request = kRequests.find(state);
  if (request == kRequests.end()) throw Error(ErrorKind::kInvalid, "(0074,1000): no such state");
  RequireUid(transaction_uid);
  RequireReader(who);
  StateReply reply;
  impl_->database.Write([&](Transaction& transaction) {
    Workitem workitem = RequireWorkitem(transaction, workitem_uid);
    RequireTheirs(who, workitem, SettingOf(transaction, workitem));
    const worklist::Transition next = worklist::Decide(workitem.state, request->second,
                                                       workitem.transaction_uid, transaction_uid);
    reply = ReplyOf(next.status);
    if (next.status != worklist::kSuccess) {
      reply = Refuse(transaction, who, workitem, next.status);
    } else if (next.next == WorkitemState::kInProgress) {
      impl_->cases.Claim(transaction, workitem, transaction_uid, who.id);
    } else if (next.next == WorkitemState::kCompleted) {
      reply =
          ReplyOf(worklist::kFinalStateRequirements);  // a submission or a decision completes it
    } else {
      const Case the_case = RequireCase(transaction, workitem.case_id);
      impl_->cases.End(transaction, workitem, WorkitemState::kCanceled, "performer", who.id);
      impl_->cases.Schedule(transaction, worklist::MakeReplacement(workitem, the_case, "canceled"),
                            kNodeActor);
    }
  });
  return reply;
}

StateReply Node::Update(const Person& who, const std::string& workitem_uid,
                        const std::string& transaction_uid, const dicom::DataSet& changes) {
  RequireUid(transaction_uid);
  const std::string progress = worklist::ProgressOf(changes);
  StateReply reply;
  impl_->database.Write([&](Transaction& transaction) {
    Workitem workitem = RequireWorkitem(transaction, workitem_uid);
    RequireTheirs(who, workitem, SettingOf(transaction, workitem));
    const worklist::Transition next =
        worklist::Decide(workitem.state, UpsEvent::kSet, workitem.transaction_uid, transaction_uid);
    reply = Refuse(transaction, who, workitem, next.status);
    if (next.status != worklist::kSuccess) return;
    workitem.progress = progress;
    store::UpdateWorkitem(transaction, workitem, workitem.state);
    Tell(transaction, "workitem.progress", who.id,
         {{"workitem", workitem.uid}, {"progress", progress}});
  });
  return reply;
}

std::string Node::CreateWorkitem(const Person& who, const std::string& uid,
                                 const dicom::DataSet& attributes) {
  if (!uid.empty() && !dicom::IsValidUid(uid)) throw Error(ErrorKind::kInvalid, "not a UID");
  if (!worklist::IsManager(who)) throw Error(ErrorKind::kForbidden, "only managers open seats");
  const std::string study_uid = worklist::StudyOfNewUps(attributes);
  std::string created;
  impl_->database.Write([&](Transaction& transaction) {
    const auto the_case = store::FindCaseOfStudy(transaction, study_uid);
    if (!the_case || !who.Sees(the_case->project)) {
      throw Error(ErrorKind::kNotFound, "no case of that study");
    }
    if (the_case->state != CaseState::kOpen) {
      throw Error(ErrorKind::kConflict, "the case is not open");
    }
    int64_t seat = 1;
    for (const Workitem& other : store::WorkitemsOf(transaction, the_case->id)) {
      seat = std::max(seat, other.seat + 1);
    }
    Workitem workitem = worklist::MakeRead(*the_case, seat);
    workitem.uid = uid;
    created = impl_->cases.Schedule(transaction, workitem, who.id);
  });
  return created;
}

void Node::Release(const Person& who, int64_t case_id) {
  if (!worklist::IsManager(who)) throw Error(ErrorKind::kForbidden, "only managers release cases");
  Case the_case;
  impl_->database.Read(
      [&](const store::Reader& reader) { the_case = RequireVisibleCase(reader, who, case_id); });
  impl_->gate.Release(the_case.study_uid);
  impl_->database.Write([&](Transaction& transaction) {
    Tell(transaction, "case.release", who.id,
         {{"case", the_case.id}, {"study_uid", the_case.study_uid}});
  });
}

// 4. Submit is in node_submit.cpp, 5. Judge in node_judge.cpp, 6. Return in node_return.cpp.
// A result may come back: Amend and Withdraw are in node_withdraw.cpp.

}  // namespace glossator::node
