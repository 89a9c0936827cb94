// SPDX-License-Identifier: GPL-3.0-or-later
#include "worklist/rules.h"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "dicom/error.h"

namespace glossator::worklist {
namespace {

bool HasRole(const ReaderConfig& who, std::initializer_list<const char*> roles) {
  return std::ranges::any_of(roles, [&](const char* role) { return who.roles.contains(role); });
}

}  // namespace

const Protocol& FindProtocol(const std::string& id) {
  static const Protocol kDefault{"default", 1, {{Stage::kRead, 1}, {Stage::kReview, 1}}};
  if (id != kDefault.id) throw Error(ErrorKind::kNotFound, "no such protocol");
  return kDefault;
}

bool MayPerform(const ReaderConfig& who, Stage stage) {
  return stage == Stage::kRead ? HasRole(who, {"annotator", "specialist", "clinician"})
                               : HasRole(who, {"specialist", "clinician"});
}

bool IsManager(const ReaderConfig& who) { return HasRole(who, {"manager"}); }

bool MayOverrule(const ReaderConfig& who) {
  return MayPerform(who, Stage::kReview) || IsManager(who);
}

bool IsOpen(const Workitem& workitem) {
  return workitem.state == WorkitemState::kScheduled ||
         workitem.state == WorkitemState::kInProgress;
}

bool IsAuditor(const ReaderConfig& who) { return HasRole(who, {"auditor"}); }

bool IsEligible(const ReaderConfig& who, const Workitem& workitem, const Setting& setting) {
  const bool seat_is_free =
      workitem.scheduled_performer.empty() || workitem.scheduled_performer == who.id;
  return who.Sees(setting.project) && MayPerform(who, workitem.stage) && seat_is_free &&
         workitem.excluded_performer != who.id && !setting.authors.contains(who.id);
}

bool MaySee(const ReaderConfig& who, const Workitem& workitem, const Setting& setting) {
  if (!who.Sees(setting.project)) return false;
  if (IsManager(who) || workitem.performer == who.id) return true;
  return workitem.state == WorkitemState::kScheduled && IsEligible(who, workitem, setting);
}

bool MaySeeSubmission(const ReaderConfig& who, const std::string& author,
                      const std::string& project) {
  return who.Sees(project) &&
         (author == who.id || MayPerform(who, Stage::kReview) || IsManager(who));
}

Workitem MakeRead(const Case& the_case, int64_t seat) {
  Workitem workitem;
  workitem.case_id = the_case.id;
  workitem.revision = the_case.revision;
  workitem.stage = Stage::kRead;
  workitem.seat = seat;
  return workitem;
}

Workitem MakeReview(const Workitem& read, int64_t submission) {
  Workitem workitem;
  workitem.case_id = read.case_id;
  workitem.revision = read.revision;
  workitem.stage = Stage::kReview;
  workitem.seat = read.seat;
  workitem.submission = submission;
  return workitem;
}

Workitem MakeReplacement(const Workitem& old, const Case& the_case, const std::string& reason) {
  Workitem workitem = old.stage == Stage::kReview ? MakeReview(old, old.submission.value_or(0))
                                                  : MakeRead(the_case, old.seat);
  workitem.scheduled_performer = old.scheduled_performer;
  workitem.excluded_performer = old.excluded_performer;
  workitem.replaces = old.uid;
  workitem.reason = reason;
  return workitem;
}

Workitem MakeRework(const Workitem& read, const Case& the_case, Verdict verdict) {
  Workitem workitem = MakeRead(the_case, read.seat);
  workitem.replaces = read.uid;
  if (verdict == Verdict::kReturn) {
    workitem.scheduled_performer = read.performer;
    workitem.reason = "returned";
  } else {
    workitem.excluded_performer = read.performer;
    workitem.reason = "rejected";
  }
  return workitem;
}

}  // namespace glossator::worklist
