// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/tracking.h"

#include <algorithm>

#include "dicom/io.h"
#include "node/or_finding.h"
#include "structured-report/decode.h"

namespace glossator::node {

std::vector<KnownFinding> FindingsIn(std::string_view report_file) {
  const sr::Report report = sr::Decode(dicom::ReadFile(report_file).data_set);
  std::vector<KnownFinding> known;
  for (const sr::MeasurementGroup& group : report.description.groups) {
    if (group.tracking_identifier.empty() || group.tracking_uid.empty()) continue;
    known.push_back(
        {group.tracking_identifier, group.tracking_uid, group.finding, report.study_instance_uid});
  }
  return known;
}

bool IsNamed(const seg::Segment& segment) {
  return !segment.tracking_uid.empty() || !segment.tracking_id.empty();
}

const KnownFinding* SameFinding(const std::vector<KnownFinding>& known,
                                const std::string& identifier) {
  const KnownFinding* same = nullptr;
  for (const KnownFinding& one : known) {
    if (one.identifier != identifier) continue;
    if (same != nullptr && same->uid != one.uid) return nullptr;
    same = &one;
  }
  return same;
}

void FollowFindings(const std::vector<KnownFinding>& known, SubmissionForm& form,
                    std::vector<Finding>& findings) {
  for (seg::Segment& segment : form.description.segments) {
    if (!IsNamed(segment)) continue;
    const auto found = std::ranges::find(known, segment.tracking_uid, &KnownFinding::uid);
    if (found != known.end()) segment.tracking_id = found->identifier;
    if (segment.tracking_id.empty()) {
      findings.push_back(
          Fault("tracking-uid", "segments", "no accepted finding of this patient has that UID"));
      continue;
    }
    for (const Measurement& measurement : form.measurements) {
      if (measurement.segment != segment.label) continue;
      if (measurement.tracking_identifier == segment.tracking_id) continue;
      findings.push_back(
          Fault("tracking-identifier", "measurements", "the finding has another name by now"));
    }
  }
}

Json::Value ToJson(const KnownFinding& known) {
  Json::Value json(Json::objectValue);
  json["trackingUid"] = known.uid;
  json["trackingIdentifier"] = known.identifier;
  json["studyInstanceUid"] = known.study_uid;
  if (known.finding) {
    json["finding"]["code"] = known.finding->value;
    json["finding"]["scheme"] = known.finding->scheme;
    json["finding"]["meaning"] = known.finding->meaning;
  }
  return json;
}

}  // namespace glossator::node
