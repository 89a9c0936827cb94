// SPDX-License-Identifier: GPL-3.0-or-later
// 4. Submit: check all of it, write SEG and SR, read them back, keep them, complete the read and
// open its review.
#include <algorithm>

#include "dicom/error.h"
#include "dicom/json.h"
#include "node/draft_times.h"
#include "node/impl.h"
#include "node/tell.h"
#include "store/digest.h"
#include "store/node_case.h"
#include "store/node_result.h"
#include "store/node_submission.h"
#include "store/node_withdrawal.h"
#include "store/node_workitem.h"

namespace glossator::node {
namespace {

using store::Transaction;

constexpr size_t kFormBytesMax = 4u << 20;

void RequireLock(const Person& who, const Workitem& workitem, const std::string& transaction_uid) {
  if (workitem.stage != Stage::kRead) {
    throw Error(ErrorKind::kConflict, "a review takes a decision, not a submission");
  }
  const bool holds = workitem.performer == who.id && !transaction_uid.empty() &&
                     workitem.transaction_uid == transaction_uid;
  if (holds) return;
  const uint16_t status = workitem.state == WorkitemState::kScheduled
                              ? worklist::kNotYetInProgress
                              : worklist::kWrongTransactionUid;
  throw Error(ErrorKind::kConflict, worklist::TextOf(status).comment);
}

void RequireInProgress(const Workitem& workitem) {
  if (workitem.state == WorkitemState::kInProgress) return;
  throw Error(ErrorKind::kConflict, worklist::TextOf(worklist::kNoLongerUpdatable).comment);
}

// The same labels, however they were compressed.
std::string DigestOf(const Workitem& workitem, const Json::Value& content,
                     const seg::Labels& labels) {
  const std::string_view voxels(reinterpret_cast<const char*>(labels.bytes.data()),
                                labels.bytes.size());
  return store::Sha256Hex(workitem.uid + "\n" + workitem.transaction_uid + "\n" +
                          dicom::WriteJson(content) + "\n" + store::Sha256Hex(voxels));
}

std::optional<int64_t> IdOf(const store::Reader& reader, const std::string& digest) {
  const auto found = store::FindSubmissionByDigest(reader, digest);
  return found ? std::optional(found->id) : std::nullopt;
}

// A new version names the report that stood before it: that of the acceptance, which comes last.
void PutAmendment(const store::Reader& reader, const std::string& workitem_uid,
                  Assignment& assignment) {
  const auto amendment = store::FindAmendmentOf(reader, workitem_uid);
  if (!amendment) return;
  const Result earlier = *store::FindResult(reader, amendment->result);
  std::vector<MadeObject> objects = RequireSubmission(reader, earlier.submission).objects;
  for (MadeObject& object : store::ResultObjects(reader, earlier.id)) {
    objects.push_back(std::move(object));
  }
  assignment.amends = objects.back();
  assignment.amendment_reason = amendment->reason;
}

Json::Value CodesOf(const std::vector<Finding>& findings) {
  Json::Value codes(Json::arrayValue);
  for (const Finding& finding : findings) {
    if (finding.severity == kFindingError) codes.append(finding.code);
  }
  return codes;
}

}  // namespace

bool TakesLabelMaps(const Config& config, const std::string& project_id) {
  const ProjectConfig* project = config.FindProject(project_id);
  if (project == nullptr) return false;
  const auto destination = config.destinations.find(project->destination);
  return destination != config.destinations.end() && destination->second.label_map;
}

seg::Split SplitOf(const Config& config, const std::string& project_id) {
  const ProjectConfig* project = config.FindProject(project_id);
  if (project == nullptr || project->split == "none") return seg::Split::kNone;
  return project->split == "segment" ? seg::Split::kPerSegment : seg::Split::kPerGroup;
}

Json::Value ToJson(const std::vector<MadeObject>& objects) {
  Json::Value json(Json::arrayValue);
  for (const MadeObject& object : objects) {
    Json::Value item(Json::objectValue);
    item["kind"] = object.kind;
    item["sop_instance_uid"] = object.sop_instance_uid;
    item["sha256"] = object.sha256;
    json.append(item);
  }
  return json;
}

Node::Impl::Task Node::Impl::TaskFor(const Person& who, const std::string& workitem_uid,
                                     const std::string& transaction_uid,
                                     const std::string& series_uid) {
  Task task;
  database.Read([&](const store::Reader& reader) {
    task.workitem = RequireWorkitem(reader, workitem_uid);
    task.the_case = RequireCase(reader, task.workitem.case_id);
    const worklist::Setting setting = SettingOf(reader, task.workitem);
    const bool theirs = task.workitem.performer == who.id ||
                        worklist::IsEligible(who, task.workitem, setting) ||
                        worklist::MaySee(who, task.workitem, setting);
    if (!theirs) throw Error(ErrorKind::kNotFound, "no such workitem");
    RequireLock(who, task.workitem, transaction_uid);
    if (series_uid.empty()) return;
    task.instances =
        store::CaseInstances(reader, task.the_case.id, series_uid, task.workitem.revision);
    std::erase_if(task.instances, [](const CaseInstance& one) { return !one.image; });
  });
  return task;
}

SubmitReply Node::Impl::Refuse(const Person& who, const Task& task, std::vector<Finding> findings) {
  database.Write([&](Transaction& transaction) {
    Tell(transaction, "submission.refused", who.id,
         {{"workitem", task.workitem.uid}, {"findings", CodesOf(findings)}});
  });
  return {.id = 0, .created = false, .findings = std::move(findings)};
}

int64_t Node::Impl::Save(const Person& who, const Task& task, Submission submission,
                         std::vector<BuiltObject> objects) {
  for (BuiltObject& built : objects) {
    built.object.sha256 = blobs.Put(built.file);
    submission.objects.push_back(built.object);
  }
  database.Write([&](Transaction& transaction) {
    Workitem workitem = RequireWorkitem(transaction, task.workitem.uid);
    RequireLock(who, workitem, task.workitem.transaction_uid);
    RequireInProgress(workitem);
    submission.id = store::InsertSubmission(transaction, submission);
    workitem.submission = submission.id;
    Tell(transaction, "submission.created", who.id,
         {{"submission", submission.id},
          {"workitem", workitem.uid},
          {"case", submission.case_id},
          {"series", submission.series_instance_uid},
          {"digest", submission.digest},
          {"objects", ToJson(submission.objects)}});
    cases.End(transaction, workitem, WorkitemState::kCompleted, "", who.id);
    cases.Schedule(transaction, worklist::MakeReview(workitem, submission.id), kNodeActor);
  });
  return submission.id;
}

SubmitReply Node::Submit(const Person& who, const std::string& workitem_uid,
                         const std::string& transaction_uid, std::string_view submission,
                         std::string_view labels) {
  if (!worklist::MayPerform(who, Stage::kRead)) {
    throw Error(ErrorKind::kForbidden, "your roles do not include reading");
  }
  const Json::Value content = dicom::ParseJson(submission, kFormBytesMax);
  SubmitReply reply;
  SubmissionForm form = ParseForm(content, reply.findings);
  const Impl::Task task =
      impl_->TaskFor(who, workitem_uid, transaction_uid, form.series_instance_uid);
  if (std::ranges::any_of(form.description.segments, IsNamed)) {
    FollowFindings(impl_->EarlierFindings(task.the_case), form, reply.findings);
  }
  if (HasErrors(reply.findings)) return impl_->Refuse(who, task, std::move(reply.findings));
  Assignment assignment{task.the_case, who, task.instances,
                        TakesLabelMaps(impl_->config, task.the_case.project),
                        SplitOf(impl_->config, task.the_case.project)};
  std::vector<Submission> readers;
  impl_->database.Read([&](const store::Reader& reader) {
    PutAmendment(reader, workitem_uid, assignment);
    if (!store::FindAdjudicationOf(reader, workitem_uid)) return;
    readers = NewestReads(reader, task.the_case.id, form.series_instance_uid);
    std::erase_if(readers, [&](const Submission& one) { return one.author == who.id; });
  });
  assignment.others = impl_->ReadersOf(readers);
  if (assignment.amends && assignment.amends->kind == "SR") {
    assignment.before = FindingsIn(impl_->blobs.Get(assignment.amends->sha256));
  }
  const auto prepared = impl_->builder.Prepare(assignment, form, labels, reply.findings);
  if (!prepared) return impl_->Refuse(who, task, std::move(reply.findings));
  const std::string digest = DigestOf(task.workitem, content, prepared->labels);
  std::optional<int64_t> known;
  impl_->database.Read([&](const store::Reader& reader) { known = IdOf(reader, digest); });
  reply.created = !known;
  if (known) {
    reply.id = *known;
    return reply;
  }
  RequireInProgress(task.workitem);
  auto objects = impl_->builder.Build(assignment, form, *prepared, reply.findings);
  if (objects.empty()) return impl_->Refuse(who, task, std::move(reply.findings));
  reply.id = impl_->Save(who, task,
                         {.workitem_uid = workitem_uid,
                          .case_id = task.the_case.id,
                          .author = who.id,
                          .series_instance_uid = form.series_instance_uid,
                          .digest = digest,
                          .content = content,
                          .created = {},
                          .objects = {}},
                         std::move(objects));
  return reply;
}

std::string Node::SubmissionFile(const Person& who, int64_t submission_id,
                                 const std::string& kind) {
  std::string digest;
  bool real_times = false;
  impl_->database.Read([&](const store::Reader& reader) {
    const Submission submission = RequireSubmission(reader, submission_id);
    real_times = submission.author == who.id || who.SeesArrivals();
    const std::string project = RequireCase(reader, submission.case_id).project;
    if (!worklist::MaySeeSubmission(who, submission.author, project)) {
      throw Error(ErrorKind::kNotFound, "no such submission");
    }
    std::vector<MadeObject> objects = submission.objects;
    if (kind == "acceptance") {
      const auto result = store::FindResultOf(reader, submission.id);
      objects = result ? store::ResultObjects(reader, result->id) : std::vector<MadeObject>();
    }
    for (const MadeObject& object : objects) {
      const bool wanted = object.kind == (kind == "seg" ? "SEG" : "SR");
      if (wanted && digest.empty()) digest = object.sha256;  // of several segmentations the first
    }
  });
  if (digest.empty()) throw Error(ErrorKind::kNotFound, "the submission has no such object");
  std::string file = impl_->blobs.Get(digest);
  return real_times ? file : WithoutRealTimes(file);
}

}  // namespace glossator::node
