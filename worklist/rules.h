// SPDX-License-Identifier: GPL-3.0-or-later
// Who may do what, and which workitem follows which. Pure.
#pragma once

#include <set>
#include <string>

#include "model/case.h"
#include "model/config.h"
#include "model/decision.h"
#include "model/protocol.h"
#include "model/workitem.h"

namespace glossator::worklist {

// "default": one read, one decision. Throws kNotFound for any other name.
const Protocol& FindProtocol(const std::string& id);

// Has a role that reads (annotator, specialist, clinician) or decides (specialist, clinician).
bool MayPerform(const ReaderConfig& who, Stage stage);
bool IsManager(const ReaderConfig& who);
// May decide over others' results: change them, or choose among them.
bool MayOverrule(const ReaderConfig& who);
bool IsOpen(const Workitem& workitem);  // scheduled or in progress
bool IsAuditor(const ReaderConfig& who);

// What a rule must know about a workitem besides itself.
struct Setting {
  std::string project;
  std::set<std::string> authors{};  // REVIEW: of the submission to be judged; else empty
};

// May be the performer, whatever the state: project, role, seat, and never one's own work.
bool IsEligible(const ReaderConfig& who, const Workitem& workitem, const Setting& setting);
// Blinding: managers see all states; others their own and what they could claim now.
bool MaySee(const ReaderConfig& who, const Workitem& workitem, const Setting& setting);
// Authors see their own, eligible reviewers what they are to judge, managers that it exists.
bool MaySeeSubmission(const ReaderConfig& who, const std::string& author,
                      const std::string& project);

// New workitems without UID; the caller names them.
Workitem MakeRead(const Case& the_case, int64_t seat);
Workitem MakeReview(const Workitem& read, int64_t submission);
// The successor of a canceled or outdated workitem: same stage and seat, at the case's revision.
Workitem MakeReplacement(const Workitem& old, const Case& the_case, const std::string& reason);
// What RETURN (rework by the author) and REJECT (a fresh read by somebody else) open.
Workitem MakeRework(const Workitem& read, const Case& the_case, Verdict verdict);

}  // namespace glossator::worklist
