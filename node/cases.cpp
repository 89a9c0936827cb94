// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/cases.h"

#include <algorithm>
#include <map>

#include "dicom/error.h"
#include "dicom/json.h"
#include "node/importer.h"
#include "node/tell.h"
#include "store/node_case.h"
#include "store/node_result.h"
#include "store/node_submission.h"
#include "store/node_withdrawal.h"
#include "store/node_workitem.h"

namespace glossator::node {
namespace {

using store::Transaction;

Json::Value ListOf(const std::vector<std::string>& texts) {
  Json::Value json(Json::arrayValue);
  for (const std::string& text : texts) json.append(text);
  return json;
}

// The gate counts every object that arrives; the journal need not.
bool IsWorthTelling(const Case& the_case, const StudyChange& change) {
  if (the_case.sealed != change.sealed || the_case.reasons != change.reasons) return true;
  if (change.state != "RECEIVING") return the_case.arriving != change.instances;
  return change.instances >= 2 * the_case.arriving && change.instances > the_case.arriving;
}

// nullopt: the case stays in its state, because work has begun.
std::optional<CaseState> FollowedState(const Case& the_case, const StudyChange& change) {
  const bool waits =
      the_case.state == CaseState::kReceiving || the_case.state == CaseState::kQuarantined;
  if (!waits) return std::nullopt;
  const auto state =
      change.state == "QUARANTINED" ? CaseState::kQuarantined : CaseState::kReceiving;
  return state == the_case.state ? std::nullopt : std::optional(state);
}

void TellOfCase(Transaction& transaction, const char* type, const Case& the_case) {
  Tell(transaction, type, kNodeActor,
       {{"case", the_case.id},
        {"project", the_case.project},
        {"study_uid", the_case.study_uid},
        {"state", NameOf(the_case.state)},
        {"arriving", the_case.arriving},
        {"sealed", the_case.sealed},
        {"reasons", ListOf(the_case.reasons)}});
}

void Make(Transaction& transaction, const StudyChange& change) {
  Case the_case;
  the_case.project = change.project;
  the_case.study_uid = change.study_uid;
  the_case.patient_code = change.patient_code;
  the_case.state = change.state == "QUARANTINED" ? CaseState::kQuarantined : CaseState::kReceiving;
  the_case.arriving = change.instances;
  the_case.sealed = change.sealed;
  the_case.reasons = change.reasons;
  the_case.patient_links = change.patient_links;
  the_case.id = store::InsertCase(transaction, the_case);
  TellOfCase(transaction, "case.received", the_case);
}

// Whoever splits data into training and test sets must keep linked codes together.
void FollowLinks(Transaction& transaction, Case& the_case, const StudyChange& change) {
  if (the_case.patient_links == change.patient_links) return;
  the_case.patient_links = change.patient_links;
  store::UpdateCase(transaction, the_case);
  Tell(transaction, "case.linked", kNodeActor,
       {{"case", the_case.id}, {"patient_links", ListOf(the_case.patient_links)}});
}

}  // namespace

void Cases::Follow(Transaction& transaction, const StudyChange& change) const {
  auto the_case = store::FindCaseOfStudy(transaction, change.study_uid);
  if (!the_case) return Make(transaction, change);
  FollowLinks(transaction, *the_case, change);
  const auto state = FollowedState(*the_case, change);
  if (!state && !IsWorthTelling(*the_case, change)) return;
  the_case->state = state.value_or(the_case->state);
  the_case->arriving = change.instances;
  the_case->sealed = change.sealed;
  the_case->reasons = change.reasons;
  store::UpdateCase(transaction, *the_case);
  TellOfCase(transaction, state ? "case.state" : "case.arriving", *the_case);
}

Case Cases::FindOrMake(Transaction& transaction, const Batch& batch) const {
  auto found = store::FindCaseOfStudy(transaction, batch.study_uid);
  if (found) return *found;
  Make(transaction, {.project = batch.project,
                     .study_uid = batch.study_uid,
                     .patient_code = batch.patient_code,
                     .state = "RELEASED",
                     .instances = static_cast<int64_t>(batch.records.size()),
                     .reasons = {},
                     .patient_links = {}});
  return *store::FindCaseOfStudy(transaction, batch.study_uid);
}

int64_t Cases::AddInstances(Transaction& transaction, Case& the_case,
                            const std::vector<CaseInstance>& instances) const {
  int64_t added = 0;
  for (CaseInstance instance : instances) {
    const auto known = store::FindCaseInstance(transaction, instance.sop_instance_uid);
    if (known && known->sha256 != instance.sha256) {
      throw Error(ErrorKind::kInternal, "instance " + instance.sop_instance_uid +
                                            " was released again with other content");
    }
    if (known) continue;
    instance.revision = the_case.revision;
    store::InsertCaseInstance(transaction, the_case.id, instance);
    ++added;
    the_case.faces += instance.face ? 1 : 0;
  }
  return added;
}

void Cases::Open(Transaction& transaction, const Batch& batch,
                 const std::vector<CaseInstance>& instances) const {
  const std::string name = NameOf(batch);
  if (store::HasBatch(transaction, name)) return;
  Case the_case = FindOrMake(transaction, batch);
  const bool opens =
      the_case.state == CaseState::kReceiving || the_case.state == CaseState::kQuarantined;
  the_case.revision += 1;
  const int64_t added = AddInstances(transaction, the_case, instances);
  the_case.instances += added;
  the_case.arriving = std::max(the_case.arriving, the_case.instances);
  if (opens) the_case.state = CaseState::kOpen;
  store::UpdateCase(transaction, the_case);
  for (const BatchRecord& record : batch.records) {
    if (!record.facts.isObject()) continue;
    store::PutSubgroup(transaction, the_case.id,
                       {record.series_instance_uid, dicom::WriteJson(record.facts)});
  }
  store::InsertBatch(transaction, name, batch.number, the_case, added);
  Tell(transaction, "case.imported", kNodeActor,
       {{"case", the_case.id},
        {"study_uid", the_case.study_uid},
        {"batch", batch.number},
        {"revision", the_case.revision},
        {"instances", added},
        {"faces", the_case.faces},
        {"manifest", ManifestOf(batch.study_uid, instances)}});
  if (opens) TellOfCase(transaction, "case.opened", the_case);
  ScheduleReads(transaction, the_case, std::ranges::any_of(instances, &CaseInstance::image));
}

// The first revision with images opens a read for each seat. Later ones replace reads that nobody
// has claimed; inputs never change under a lock, and what is done stays done.
void Cases::ScheduleReads(Transaction& transaction, const Case& the_case, bool has_images) const {
  if (!has_images) return;
  std::vector<Workitem> reads = store::WorkitemsOf(transaction, the_case.id);
  std::erase_if(reads, [](const Workitem& workitem) { return workitem.stage != Stage::kRead; });
  if (reads.empty()) {
    for (int64_t seat = 1; seat <= ProtocolOf(the_case).stages.front().seats; ++seat) {
      Schedule(transaction, worklist::MakeRead(the_case, seat), kNodeActor);
    }
  }
  for (const Workitem& read : reads) {
    if (read.state != WorkitemState::kScheduled) continue;
    End(transaction, read, WorkitemState::kCanceled, "new-revision", kNodeActor);
    Schedule(transaction, worklist::MakeReplacement(read, the_case, "new-revision"), kNodeActor);
  }
}

const Protocol& Cases::ProtocolOf(const Case& the_case) const {
  const ProjectConfig* project = config_.FindProject(the_case.project);
  return worklist::FindProtocol(project != nullptr ? project->protocol : "default");
}

std::string Cases::Schedule(Transaction& transaction, Workitem workitem,
                            const std::string& actor) const {
  if (workitem.uid.empty()) workitem.uid = uids_.New();
  store::InsertWorkitem(transaction, workitem);
  Tell(transaction, "workitem.created", actor,
       {{"workitem", workitem.uid},
        {"case", workitem.case_id},
        {"revision", workitem.revision},
        {"stage", NameOf(workitem.stage)},
        {"seat", workitem.seat},
        {"submission", workitem.submission ? Json::Value(Json::Int64(*workitem.submission)) : ""},
        {"replaces", workitem.replaces},
        {"reason", workitem.reason}});
  return workitem.uid;
}

void Cases::Claim(Transaction& transaction, Workitem& workitem, const std::string& transaction_uid,
                  const std::string& actor) const {
  const WorkitemState before = workitem.state;
  workitem.state = WorkitemState::kInProgress;
  workitem.transaction_uid = transaction_uid;
  workitem.performer = actor;
  workitem.started = ToIso8601(transaction.now());
  if (!store::UpdateWorkitem(transaction, workitem, before)) {
    throw Error(ErrorKind::kConflict, "the workitem was changed meanwhile");
  }
  Tell(transaction, "workitem.claimed", actor,
       {{"workitem", workitem.uid}, {"case", workitem.case_id}, {"stage", NameOf(workitem.stage)}});
}

void Cases::End(Transaction& transaction, Workitem workitem, WorkitemState state,
                const std::string& reason, const std::string& actor) const {
  const WorkitemState before = workitem.state;
  workitem.state = state;
  workitem.ended = ToIso8601(transaction.now());
  if (!reason.empty()) workitem.reason = reason;
  if (!store::UpdateWorkitem(transaction, workitem, before)) {
    throw Error(ErrorKind::kConflict, "the workitem was changed meanwhile");
  }
  Tell(transaction, state == WorkitemState::kCompleted ? "workitem.completed" : "workitem.canceled",
       actor, {{"workitem", workitem.uid}, {"case", workitem.case_id}, {"reason", reason}});
}

void Cases::SetState(Transaction& transaction, Case& the_case, CaseState state, const char* event,
                     const std::string& actor) const {
  the_case.state = state;
  store::UpdateCase(transaction, the_case);
  Tell(transaction, event, actor, {{"case", the_case.id}, {"study_uid", the_case.study_uid}});
}

int64_t Cases::Accept(Transaction& transaction, Case& the_case, const Submission& submission,
                      const Decision& decision, const std::optional<MadeObject>& report) const {
  Result result{.uid = uids_.New(),
                .case_id = the_case.id,
                .submission = submission.id,
                .decision = decision.id,
                .created = {}};
  result.id = store::InsertResult(transaction, result);
  if (report) store::InsertResultObject(transaction, result.id, 1, *report);
  Tell(transaction, "result.accepted", decision.reader,
       {{"result", result.uid},
        {"case", the_case.id},
        {"submission", submission.id},
        {"report", report ? report->sop_instance_uid : ""},
        {"sha256", report ? report->sha256 : ""}});
  if (the_case.state == CaseState::kOpen) {
    SetState(transaction, the_case, CaseState::kAccepted, "case.accepted", decision.reader);
  }
  const ProjectConfig* project = config_.FindProject(the_case.project);
  if (project == nullptr || project->destination.empty()) return result.id;
  Delivery delivery;
  delivery.result = result.id;
  delivery.destination = project->destination;
  delivery.key = result.uid + "@" + project->destination;
  delivery.id = store::InsertDelivery(transaction, delivery);
  Tell(transaction, "delivery.queued", kNodeActor,
       {{"delivery", delivery.id}, {"result", result.uid}, {"destination", delivery.destination}});
  return result.id;
}

std::set<std::string> AuthorsOf(const store::Reader& reader, const Submission& submission) {
  if (!submission.computed()) return {submission.author};
  std::set<std::string> authors;
  for (const Submission& read : OtherReads(reader, submission)) authors.insert(read.author);
  return authors;
}

std::vector<Submission> NewestReads(const store::Reader& reader, int64_t case_id,
                                    const std::string& series_uid) {
  std::map<std::string, Submission> newest;
  for (Submission& one : store::SubmissionsOf(reader, case_id)) {
    const bool about_it = series_uid.empty() || one.series_instance_uid == series_uid;
    const bool counts = !one.computed() && one.state != SubmissionState::kRejected;
    if (about_it && counts) newest[one.author] = std::move(one);
  }
  std::vector<Submission> reads;
  for (auto& [author, one] : newest) reads.push_back(std::move(one));
  return reads;
}

std::vector<Submission> OtherReads(const store::Reader& reader, const Submission& submission) {
  std::vector<Submission> others;
  if (submission.computed()) {
    for (const Json::Value& id : submission.content["consensus"]["submissions"]) {
      others.push_back(RequireSubmission(reader, id.asInt64()));
    }
    return others;
  }
  others = NewestReads(reader, submission.case_id, submission.series_instance_uid);
  std::erase_if(others, [&](const Submission& one) { return one.author == submission.author; });
  return others;
}

worklist::Setting SettingOf(const store::Reader& reader, const Workitem& workitem) {
  worklist::Setting setting{RequireCase(reader, workitem.case_id).project};
  if (workitem.stage == Stage::kReview && workitem.submission) {
    setting.authors = AuthorsOf(reader, RequireSubmission(reader, *workitem.submission));
  }
  return setting;
}

Case RequireCase(const store::Reader& reader, int64_t id) {
  auto found = store::FindCase(reader, id);
  if (!found) throw Error(ErrorKind::kNotFound, "no such case");
  return *found;
}

Case RequireVisibleCase(const store::Reader& reader, const ReaderConfig& who, int64_t id) {
  Case the_case = RequireCase(reader, id);
  if (!who.Sees(the_case.project)) throw Error(ErrorKind::kNotFound, "no such case");
  return the_case;
}

Workitem RequireWorkitem(const store::Reader& reader, const std::string& uid) {
  auto found = store::FindWorkitem(reader, uid);
  if (!found) throw Error(ErrorKind::kNotFound, "no such workitem");
  return *found;
}

Submission RequireSubmission(const store::Reader& reader, int64_t id) {
  auto found = store::FindSubmission(reader, id);
  if (!found) throw Error(ErrorKind::kNotFound, "no such submission");
  return *found;
}

}  // namespace glossator::node
