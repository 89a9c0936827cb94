// SPDX-License-Identifier: GPL-3.0-or-later
// What a measurement report says (PS3.16 TID 1500), apart from how DICOM writes it.
// docs/structured-reports.md shows the same as JSON. One value type for each template; Encode
// refuses what would not be valid, Decode gives the same values back.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "structured-report/measurement_group.h"
#include "structured-report/observer_context.h"
#include "structured-report/provenance.h"

namespace glossator::sr {

struct ReportDescription {
  // COMPREHENSIVE_3D, COMPREHENSIVE or ENHANCED; AUTOMATIC: COMPREHENSIVE, but with coordinates in
  // space COMPREHENSIVE_3D.
  std::string document = "AUTOMATIC";
  std::optional<Code> language{};  // TID 1204; absent: English
  std::vector<Code> procedures{};  // empty: the study's own codes, or "Imaging procedure"
  std::optional<PersonObserver> person{};
  std::vector<PersonObserver> readers{};  // of a consensus or adjudicated result
  std::optional<DeviceObserver> device{};
  std::string guideline{};         // the protocol or guideline under which it was read
  std::string amendment_reason{};  // why a predecessor was replaced
  std::vector<MeasurementGroup> groups{};
  std::vector<Measurement> derived{};     // TID 1420: of several groups, such as a sum
  std::vector<Evaluation> evaluations{};  // of the whole report
  Provenance provenance{};
  bool operator==(const ReportDescription&) const = default;
};

// A report as it was read.
struct Report {
  std::string sop_class_uid;
  std::string sop_instance_uid;
  std::string study_instance_uid;
  std::string series_instance_uid;
  std::string series_description;
  std::string completion;    // PARTIAL, COMPLETE
  std::string verification;  // UNVERIFIED, VERIFIED
  ReportDescription description;
};

}  // namespace glossator::sr
