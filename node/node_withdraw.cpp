// SPDX-License-Identifier: GPL-3.0-or-later
// Second thoughts about what was accepted: a new version of it, or a note that takes it back.
#include "dicom/error.h"
#include "dicom/json.h"
#include "node/impl.h"
#include "node/tell.h"
#include "results/key_objects.h"
#include "store/node_case.h"
#include "store/node_result.h"
#include "store/node_submission.h"
#include "store/node_withdrawal.h"
#include "store/node_workitem.h"

namespace glossator::node {
namespace {

using store::Transaction;

constexpr size_t kLineMax = 1024;  // bytes; it stands in the object and is read in a line

Json::Value ParseReason(std::string_view body) {
  Json::Value json = dicom::ParseJson(body, 64u << 10);
  const bool fine = json.isObject() && json["reason"].isString() &&
                    !json["reason"].asString().empty() &&
                    json["reason"].asString().size() <= kLineMax;
  if (!fine) throw Error(ErrorKind::kInvalid, "reason: expected a text of at most 1024 bytes");
  return json;
}

std::string CodeOf(const Json::Value& json) {
  const Json::Value code = json.get("code", results::kRejectedForQuality.value);
  if (code == results::kRejectedForQuality.value || code == results::kRejectedForSafety.value) {
    return code.asString();
  }
  throw Error(ErrorKind::kInvalid, "code: expected 113001 or 113037");
}

void RequireMay(const Person& who) {
  if (worklist::MayOverrule(who)) return;
  throw Error(ErrorKind::kForbidden, "your roles do not include changing what was accepted");
}

// Oldest first.
std::vector<Result> StandingResults(const store::Reader& reader, int64_t case_id) {
  std::vector<Result> results = store::ResultsOfCase(reader, case_id);
  std::erase_if(results, [&](const Result& result) {
    return store::FindWithdrawalOf(reader, result.id).has_value();
  });
  if (results.empty()) throw Error(ErrorKind::kConflict, "the case has no result that stands");
  return results;
}

// A delivery that never left is not followed by a note: it is not sent at all.
void TakeBack(Transaction& transaction, Delivery delivery, const Withdrawal& withdrawal) {
  if (!delivery.spooled) {
    delivery.spooled = true;
    delivery.state = "FAILED";
    delivery.reason = "WITHDRAWN";
    store::UpdateDelivery(transaction, delivery);
    Tell(transaction, "delivery.state", kNodeActor,
         {{"delivery", delivery.id}, {"state", delivery.state}, {"reason", delivery.reason}});
    return;
  }
  Delivery note;
  note.result = delivery.result;
  note.destination = delivery.destination;
  note.withdrawal = withdrawal.uid;
  note.key = withdrawal.uid + "@" + delivery.destination;
  note.id = store::InsertDelivery(transaction, note);
  Tell(transaction, "delivery.queued", kNodeActor,
       {{"delivery", note.id},
        {"withdraws", delivery.result_uid},
        {"destination", note.destination}});
}

void WithdrawResult(Transaction& transaction, const Result& result, const Withdrawal& withdrawal) {
  store::InsertWithdrawal(transaction, withdrawal);
  Tell(transaction, "result.withdrawn", withdrawal.reader,
       {{"result", result.uid},
        {"case", result.case_id},
        {"withdrawal", withdrawal.uid},
        {"code", withdrawal.code},
        {"reason", withdrawal.reason}});
  for (const Delivery& delivery : store::DeliveriesOfCase(transaction, result.case_id)) {
    const bool of_result = delivery.result == result.id && delivery.withdrawal.empty();
    if (of_result) TakeBack(transaction, delivery, withdrawal);
  }
}

void CancelWork(Transaction& transaction, const Cases& cases, int64_t case_id) {
  for (const Workitem& workitem : store::WorkitemsOf(transaction, case_id)) {
    if (!worklist::IsOpen(workitem)) continue;
    cases.End(transaction, workitem, WorkitemState::kCanceled, "withdrawn", kNodeActor);
  }
}

}  // namespace

std::vector<std::string> Node::Withdraw(const Person& who, int64_t case_id, std::string_view body) {
  const Json::Value words = ParseReason(body);
  const std::string code = CodeOf(words);
  RequireMay(who);
  std::vector<std::string> uids;
  impl_->database.Write([&](Transaction& transaction) {
    uids.clear();
    Case the_case = RequireVisibleCase(transaction, who, case_id);
    for (const Result& result : StandingResults(transaction, case_id)) {
      uids.push_back(impl_->uids.New());
      WithdrawResult(transaction, result,
                     {uids.back(), result.id, code, words["reason"].asString(), who.id, ""});
    }
    CancelWork(transaction, impl_->cases, case_id);
    impl_->cases.SetState(transaction, the_case, CaseState::kWithdrawn, "case.withdrawn", who.id);
  });
  return uids;
}

std::string Node::Amend(const Person& who, int64_t case_id, std::string_view body) {
  const std::string reason = ParseReason(body)["reason"].asString();
  RequireMay(who);
  std::string uid;
  impl_->database.Write([&](Transaction& transaction) {
    Case the_case = RequireVisibleCase(transaction, who, case_id);
    const Result earlier = StandingResults(transaction, case_id).back();
    if (the_case.state == CaseState::kOpen) {
      throw Error(ErrorKind::kConflict, "the case is open: its work is not done");
    }
    const Workitem read = RequireWorkitem(
        transaction, RequireSubmission(transaction, earlier.submission).workitem_uid);
    Workitem again = worklist::MakeRead(the_case, read.seat);
    again.replaces = read.uid;
    again.reason = "amended";
    uid = impl_->cases.Schedule(transaction, again, who.id);
    store::InsertAmendment(transaction, {uid, earlier.id, reason, who.id, ""});
    Tell(transaction, "result.amending", who.id,
         {{"result", earlier.uid}, {"case", case_id}, {"workitem", uid}, {"reason", reason}});
    impl_->cases.SetState(transaction, the_case, CaseState::kOpen, "case.reopened", who.id);
  });
  return uid;
}

}  // namespace glossator::node
