// SPDX-License-Identifier: GPL-3.0-or-later
// What a measurement report says (PS3.16 TID 1500), apart from how DICOM writes it.
// docs/structured-reports.md shows the same as JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dicom/code.h"

namespace glossator::sr {

using dicom::Code;

struct PersonObserver {
  std::string name;  // PN, or the reader's code as family name
  std::string organization{};
  bool operator==(const PersonObserver&) const = default;
};

struct DeviceObserver {
  std::string uid;
  std::string name{};
  std::string manufacturer{};
  std::string model{};
  std::string serial_number{};
  std::string software_version{};  // goes to General Equipment; no template row has it
  bool operator==(const DeviceObserver&) const = default;
};

// An instance among those given to Encode; frames empty: all of it.
struct ImageReference {
  std::string sop_instance_uid;
  std::vector<int64_t> frames{};
  bool operator==(const ImageReference&) const = default;
};

struct SegmentReference {
  std::string sop_class_uid;
  std::string sop_instance_uid;
  int64_t number = 1;
  bool operator==(const SegmentReference&) const = default;
};

struct Measurement {
  Code concept_name;
  double value = 0;
  Code unit;  // UCUM
  std::optional<Code> derivation{};
  std::optional<Code> method{};
  bool operator==(const Measurement&) const = default;
};

struct Evaluation {
  Code concept_name;
  Code value;
  bool operator==(const Evaluation&) const = default;
};

// TID 1411 when a segment is referenced, else TID 1501.
struct MeasurementGroup {
  std::string tracking_identifier;
  std::string tracking_uid;
  std::optional<Code> category{};
  std::optional<Code> finding{};
  std::optional<Code> site{};
  std::optional<Code> laterality{};
  std::optional<SegmentReference> segment{};
  // The images measured. Empty with a segment: the source series is named instead.
  std::vector<ImageReference> images{};
  std::vector<Measurement> measurements{};
  std::vector<Evaluation> evaluations{};
  bool operator==(const MeasurementGroup&) const = default;
};

struct ReportDescription {
  std::vector<Code> procedures{};  // empty: the study's own codes, or "Imaging procedure"
  std::optional<PersonObserver> person{};
  std::optional<DeviceObserver> device{};
  std::vector<MeasurementGroup> groups{};
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
