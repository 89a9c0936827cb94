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
// The only one of that identifier; nullptr: none, or several.
const KnownFinding* SameFinding(const std::vector<KnownFinding>& known,
                                const std::string& identifier);
// Every segment that says `trackingUid` is one of `known` and gets its identifier; what is not
// becomes a finding, and so does a measurement that calls it otherwise.
void FollowFindings(const std::vector<KnownFinding>& known, SubmissionForm& form,
                    std::vector<Finding>& findings);
Json::Value ToJson(const KnownFinding& known);

}  // namespace glossator::node
