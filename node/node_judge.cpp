// SPDX-License-Identifier: GPL-3.0-or-later
// 5. Judge: one decision on one submission, never on one's own.
#include <algorithm>

#include "dicom/error.h"
#include "dicom/json.h"
#include "node/impl.h"
#include "node/tell.h"
#include "store/node_case.h"
#include "store/node_submission.h"
#include "store/node_withdrawal.h"
#include "store/node_workitem.h"

namespace glossator::node {
namespace {

using store::Transaction;

constexpr size_t kReasonMax = 4096;

struct Words {
  Verdict verdict;
  std::string reason;
  bool is_signed = false;
};

Words ParseWords(std::string_view body) {
  const Json::Value json = dicom::ParseJson(body, 64u << 10);
  if (!json.isObject() || !json["verdict"].isString()) {
    throw Error(ErrorKind::kInvalid, "verdict: expected ACCEPT, RETURN or REJECT");
  }
  const Json::Value& reason = json["reason"];
  if (!reason.isNull() && (!reason.isString() || reason.asString().size() > kReasonMax)) {
    throw Error(ErrorKind::kInvalid, "reason: expected a text");
  }
  const Json::Value sign = json.get("sign", false);
  if (!sign.isBool()) throw Error(ErrorKind::kInvalid, "sign: expected true or false");
  Words words{VerdictFrom(json["verdict"].asString()), reason.isNull() ? "" : reason.asString(),
              sign.asBool()};
  if (words.is_signed && words.verdict != Verdict::kAccept) {
    throw Error(ErrorKind::kInvalid, "sign: only what is accepted is signed");
  }
  if (words.verdict != Verdict::kAccept && words.reason.empty()) {
    throw Error(ErrorKind::kInvalid, "reason: RETURN and REJECT need one");
  }
  return words;
}

Workitem OpenReviewOf(const store::Reader& reader, const Submission& submission) {
  for (const Workitem& workitem : store::WorkitemsOf(reader, submission.case_id)) {
    const bool is_it = workitem.stage == Stage::kReview && workitem.submission == submission.id;
    if (is_it && worklist::IsOpen(workitem)) {
      return workitem;
    }
  }
  throw Error(ErrorKind::kConflict, "the submission is not open for a decision");
}

// The lock: a claimed review belongs to who claimed it, with the same Transaction UID when one is
// given; a free one is claimed on the way.
void TakeReview(Transaction& transaction, const Cases& cases, const Person& who,
                const std::string& transaction_uid, UidSource& uids, Workitem& review) {
  if (review.state == WorkitemState::kScheduled) {
    return cases.Claim(transaction, review, transaction_uid.empty() ? uids.New() : transaction_uid,
                       who.id);
  }
  const bool right_uid = transaction_uid.empty() || transaction_uid == review.transaction_uid;
  if (review.performer != who.id || !right_uid) {
    throw Error(ErrorKind::kConflict, "the review is claimed");
  }
}

void RequireReviewer(const store::Reader& reader, const Person& who, const Submission& submission,
                     const std::string& project) {
  if (!who.Sees(project)) throw Error(ErrorKind::kNotFound, "no such submission");
  if (AuthorsOf(reader, submission).contains(who.id))
    throw Error(ErrorKind::kForbidden, "this is your own work");
}

// Verifying Observer Name is type 1 and a person's (PS3.3 C.17.2): no code can stand for it at the
// PACS.
void RequireName(const Config& config, const Person& who, const std::string& project_id) {
  const ProjectConfig* project = config.FindProject(project_id);
  if (project == nullptr || !project->gives_names) {
    throw Error(ErrorKind::kInvalid, "sign: the project gives no names (Names)");
  }
  if (who.name.empty()) throw Error(ErrorKind::kInvalid, "sign: you have no name (Readers)");
}

// The same decision again, by the same person.
std::optional<JudgeReply> Repeated(const store::Reader& reader, const Person& who,
                                   const Words& words, int64_t submission) {
  const auto decision = store::FindDecisionOn(reader, submission);
  const bool same = decision && decision->reader == who.id && decision->verdict == words.verdict &&
                    decision->reason == words.reason;
  if (!same) return std::nullopt;
  return JudgeReply{.id = decision->id, .created = false, .result = std::nullopt};
}

SubmissionState StateAfter(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAccept:
      return SubmissionState::kAccepted;
    case Verdict::kReturn:
      return SubmissionState::kReturned;
    case Verdict::kReject:
      return SubmissionState::kRejected;
  }
  return SubmissionState::kRejected;
}

Decision Record(Transaction& transaction, const Person& who, const Words& words,
                const Submission& submission, const Workitem& review) {
  Decision decision{.submission = submission.id,
                    .workitem_uid = review.uid,
                    .reader = who.id,
                    .verdict = words.verdict,
                    .reason = words.reason,
                    .created = {}};
  decision.id = store::InsertDecision(transaction, decision);
  store::SetSubmissionState(transaction, submission.id, StateAfter(words.verdict));
  Tell(transaction, "decision.made", who.id,
       {{"decision", decision.id},
        {"submission", submission.id},
        {"case", submission.case_id},
        {"verdict", NameOf(words.verdict)},
        {"signed", words.is_signed ? Json::Value(true) : Json::Value("")},
        {"reason", words.reason}});
  return decision;
}

// A decision among readers ends what the others waited for.
void EndOtherReviews(Transaction& transaction, const Cases& cases, const Submission& accepted) {
  for (const Workitem& workitem : store::WorkitemsOf(transaction, accepted.case_id)) {
    if (!worklist::IsOpen(workitem) || workitem.stage != Stage::kReview) continue;
    const Submission other = RequireSubmission(transaction, workitem.submission.value_or(0));
    if (other.series_instance_uid != accepted.series_instance_uid) continue;
    cases.End(transaction, workitem, WorkitemState::kCanceled, "adjudicated", kNodeActor);
  }
}

// Nobody works again on what was computed; an adjudicator may, but nobody takes their place.
bool IsDoneAgain(const store::Reader& reader, const Submission& submission, Verdict verdict) {
  if (submission.computed()) return false;
  return verdict == Verdict::kReturn ||
         !store::FindAdjudicationOf(reader, submission.workitem_uid).has_value();
}

void Conclude(Transaction& transaction, const Cases& cases, const Submission& submission,
              Case& the_case, Verdict verdict) {
  if (verdict != Verdict::kAccept) {
    if (!IsDoneAgain(transaction, submission, verdict)) return;
    const Workitem read = RequireWorkitem(transaction, submission.workitem_uid);
    cases.Schedule(transaction, worklist::MakeRework(read, the_case, verdict), kNodeActor);
  } else if (submission.computed() ||
             store::FindAdjudicationOf(transaction, submission.workitem_uid)) {
    EndOtherReviews(transaction, cases, submission);
  }
}

}  // namespace

// nullopt: the submission has no report that could be accepted (it is of a version that wrote none
// without measurements).
std::optional<MadeObject> Node::Impl::AcceptedReport(const Person& who,
                                                     const Submission& submission, bool is_signed) {
  const auto report = std::ranges::find(submission.objects, "SR", &MadeObject::kind);
  if (report == submission.objects.end()) return std::nullopt;
  const ReaderConfig author =
      submission.computed() ? ReaderConfig() : PersonOf(config, submission.author);
  Acceptance acceptance(author, who, is_signed);
  std::vector<Submission> others;
  database.Read([&](const store::Reader& reader) {
    const Workitem read = RequireWorkitem(reader, submission.workitem_uid);
    acceptance.study_uid = RequireCase(reader, submission.case_id).study_uid;
    acceptance.instances = store::CaseInstances(reader, submission.case_id,
                                                submission.series_instance_uid, read.revision);
    others = OtherReads(reader, submission);
  });
  acceptance.segmentations = ReadersOf({submission}).front().segmentations;
  acceptance.report = *report;
  acceptance.report_file = blobs.Get(acceptance.report.sha256);
  acceptance.others = ReadersOf(others);
  BuiltObject built = builder.BuildAccepted(acceptance);
  built.object.sha256 = blobs.Put(built.file);
  return built.object;
}

JudgeReply Node::Judge(const Person& who, int64_t submission_id, std::string_view body,
                       const std::string& transaction_uid) {
  const Words words = ParseWords(body);
  if (!worklist::MayPerform(who, Stage::kReview)) {
    throw Error(ErrorKind::kForbidden, "your roles do not include deciding");
  }
  Submission submission;
  std::optional<JudgeReply> repeated;
  impl_->database.Read([&](const store::Reader& reader) {
    submission = RequireSubmission(reader, submission_id);
    const std::string project = RequireCase(reader, submission.case_id).project;
    RequireReviewer(reader, who, submission, project);
    if (words.is_signed) RequireName(impl_->config, who, project);
    repeated = Repeated(reader, who, words, submission.id);
    if (!repeated) OpenReviewOf(reader, submission);
  });
  if (repeated) return *repeated;
  std::optional<MadeObject> report;
  if (words.verdict == Verdict::kAccept) {
    report = impl_->AcceptedReport(who, submission, words.is_signed);
  }
  JudgeReply reply;
  impl_->database.Write([&](Transaction& transaction) {
    Case the_case = RequireCase(transaction, submission.case_id);
    if (const auto done = Repeated(transaction, who, words, submission.id)) {
      reply = *done;
      return;
    }
    Workitem review = OpenReviewOf(transaction, submission);
    TakeReview(transaction, impl_->cases, who, transaction_uid, impl_->uids, review);
    impl_->cases.End(transaction, review, WorkitemState::kCompleted, "", who.id);
    const Decision decision = Record(transaction, who, words, submission, review);
    reply = {.id = decision.id, .created = true, .result = std::nullopt};
    if (words.verdict == Verdict::kAccept) {
      reply.result = impl_->cases.Accept(transaction, the_case, submission, decision, report);
    }
    Conclude(transaction, impl_->cases, submission, the_case, words.verdict);
  });
  return reply;
}

}  // namespace glossator::node
