// SPDX-License-Identifier: GPL-3.0-or-later
// The names of states, as DICOM and the contracts spell them.
#include <algorithm>
#include <array>

#include "dicom/error.h"
#include "model/case.h"
#include "model/decision.h"
#include "model/submission.h"
#include "model/workitem.h"

namespace glossator {
namespace {

constexpr std::array kCaseStates = {"RECEIVING", "OPEN",        "ACCEPTED",
                                    "RETURNED",  "QUARANTINED", "WITHDRAWN"};
constexpr std::array kWorkitemStates = {"SCHEDULED", "IN PROGRESS", "COMPLETED", "CANCELED"};
constexpr std::array kStages = {"READ", "REVIEW"};
constexpr std::array kSubmissionStates = {"SUBMITTED", "ACCEPTED", "RETURNED", "REJECTED"};
constexpr std::array kVerdicts = {"ACCEPT", "RETURN", "REJECT"};

template <class Enum, size_t N>
Enum Parse(const std::array<const char*, N>& names, const std::string& name, const char* what) {
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) throw Error(ErrorKind::kInvalid, std::string("no such ") + what);
  return static_cast<Enum>(found - names.begin());
}

}  // namespace

const char* NameOf(CaseState state) { return kCaseStates.at(static_cast<size_t>(state)); }
CaseState CaseStateFrom(const std::string& name) {
  return Parse<CaseState>(kCaseStates, name, "case state");
}

const char* NameOf(WorkitemState state) { return kWorkitemStates.at(static_cast<size_t>(state)); }
WorkitemState WorkitemStateFrom(const std::string& name) {
  return Parse<WorkitemState>(kWorkitemStates, name, "workitem state");
}

const char* NameOf(Stage stage) { return kStages.at(static_cast<size_t>(stage)); }
Stage StageFrom(const std::string& name) { return Parse<Stage>(kStages, name, "stage"); }

const char* NameOf(SubmissionState state) {
  return kSubmissionStates.at(static_cast<size_t>(state));
}
SubmissionState SubmissionStateFrom(const std::string& name) {
  return Parse<SubmissionState>(kSubmissionStates, name, "submission state");
}

const char* NameOf(Verdict verdict) { return kVerdicts.at(static_cast<size_t>(verdict)); }
Verdict VerdictFrom(const std::string& name) { return Parse<Verdict>(kVerdicts, name, "verdict"); }

}  // namespace glossator
