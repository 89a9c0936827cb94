// SPDX-License-Identifier: GPL-3.0-or-later
// The same finding in another version of a result, or at another time (ADR 94).
#pragma once

#include <json/value.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dicom/code.h"
#include "model/finding.h"
#include "node/submission_form.h"

namespace glossator::node {

// What a report calls a finding.
struct KnownFinding {
  std::string identifier;  // Tracking Identifier
  std::string uid;         // Tracking Unique Identifier
  std::optional<dicom::Code> finding;
  std::string study_uid;  // of the report
};

// Of a report, Part 10 bytes; those that have both names.
std::vector<KnownFinding> FindingsIn(std::string_view report_file);
// Its sender says which finding it is, or how it is called.
bool IsNamed(const seg::Segment& segment);
// The only one of that identifier; nullptr: none, or several.
const KnownFinding* SameFinding(const std::vector<KnownFinding>& known,
                                const std::string& identifier);
// Every segment that says `trackingUid` and is one of `known` gets its identifier. Another one must
// bring an identifier of its own, else it becomes a finding; so does a measurement that calls a
// segment otherwise.
void FollowFindings(const std::vector<KnownFinding>& known, SubmissionForm& form,
                    std::vector<Finding>& findings);
Json::Value ToJson(const KnownFinding& known);

}  // namespace glossator::node
