// SPDX-License-Identifier: GPL-3.0-or-later
// The JSON part of a submission (contracts) as a value.
#pragma once

#include <json/value.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "dicom/code.h"
#include "model/finding.h"
#include "seg/description.h"
#include "seg/labels.h"
#include "structured-report/measurement_group.h"

namespace glossator::node {

struct Measurement {
  std::string tracking_identifier;
  dicom::Code concept_name;
  double value = 0;
  dicom::Code unit;
  dicom::Code finding;
  uint16_t segment = 0;  // number of one of the segments
};

struct SubmissionForm {
  std::string series_instance_uid;
  std::array<uint32_t, 3> shape{};  // frames, rows, columns
  seg::LabelType type = seg::LabelType::kUint8;
  // Segment::label is the number. tracking_uid alone: a finding that is known; with tracking_id:
  // what the tool that drew it calls it; tracking_id alone: its name.
  seg::Description description;
  std::vector<Measurement> measurements;
  // Groups in the schema of structured-report/description.schema.json; a segment there is named by
  // its number alone, the label in this submission.
  std::vector<sr::MeasurementGroup> findings;
};

// Appends every fault to `findings`; the form is good when none is an error. Paths are JSON paths.
SubmissionForm ParseForm(const Json::Value& json, std::vector<Finding>& findings);

}  // namespace glossator::node
