// SPDX-License-Identifier: GPL-3.0-or-later
// 5. Judge: one decision on one submission, never on one's own.
#include "dicom/error.h"
#include "dicom/json.h"
#include "node/impl.h"
#include "node/tell.h"
#include "store/node_submission.h"
#include "store/node_workitem.h"

namespace glossator::node {
namespace {

using store::Transaction;

constexpr size_t kReasonMax = 4096;

struct Words {
  Verdict verdict;
  std::string reason;
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
  Words words{VerdictFrom(json["verdict"].asString()), reason.isNull() ? "" : reason.asString()};
  if (words.verdict != Verdict::kAccept && words.reason.empty()) {
    throw Error(ErrorKind::kInvalid, "reason: RETURN and REJECT need one");
  }
  return words;
}

Workitem OpenReviewOf(const store::Reader& reader, const Submission& submission) {
  for (const Workitem& workitem : store::WorkitemsOf(reader, submission.case_id)) {
    const bool open =
        workitem.state == WorkitemState::kScheduled || workitem.state == WorkitemState::kInProgress;
    if (open && workitem.stage == Stage::kReview && workitem.submission == submission.id) {
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

void RequireReviewer(const Person& who, const Submission& submission, const std::string& project) {
  if (!who.Sees(project)) throw Error(ErrorKind::kNotFound, "no such submission");
  if (submission.author == who.id) throw Error(ErrorKind::kForbidden, "this is your own work");
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
        {"reason", words.reason}});
  return decision;
}

}  // namespace

JudgeReply Node::Judge(const Person& who, int64_t submission_id, std::string_view body,
                       const std::string& transaction_uid) {
  const Words words = ParseWords(body);
  if (!worklist::MayPerform(who, Stage::kReview)) {
    throw Error(ErrorKind::kForbidden, "your roles do not include deciding");
  }
  JudgeReply reply;
  impl_->database.Write([&](Transaction& transaction) {
    const Submission submission = RequireSubmission(transaction, submission_id);
    Case the_case = RequireCase(transaction, submission.case_id);
    RequireReviewer(who, submission, the_case.project);
    if (const auto repeated = Repeated(transaction, who, words, submission.id)) {
      reply = *repeated;
      return;
    }
    Workitem review = OpenReviewOf(transaction, submission);
    TakeReview(transaction, impl_->cases, who, transaction_uid, impl_->uids, review);
    impl_->cases.End(transaction, review, WorkitemState::kCompleted, "", who.id);
    const Decision decision = Record(transaction, who, words, submission, review);
    reply = {.id = decision.id, .created = true, .result = std::nullopt};
    if (words.verdict == Verdict::kAccept) {
      reply.result = impl_->cases.Accept(transaction, the_case, submission, decision);
    } else {
      const Workitem read = RequireWorkitem(transaction, submission.workitem_uid);
      impl_->cases.Schedule(transaction, worklist::MakeRework(read, the_case, words.verdict),
                            kNodeActor);
    }
  });
  return reply;
}

}  // namespace glossator::node
