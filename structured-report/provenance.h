// SPDX-License-Identifier: GPL-3.0-or-later
// Who made, checked and verified a document, with what, and after which (PS3.3 C.17.2, C.12.1).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dicom/code.h"
#include "dicom/data_set.h"
#include "structured-report/observer_context.h"

namespace glossator::sr {

// (0040,A073): somebody who signed. Whoever has one is VERIFIED.
struct Verifier {
  std::string name;  // PN with a family name
  std::string organization;
  std::string date_time;  // DT
  std::optional<dicom::Code> identification{};
  bool operator==(const Verifier&) const = default;
};

// (0040,A07A): a person or a device.
struct Participant {
  std::string type;         // SOURCE, ENT or ATTEST
  std::string date_time{};  // DT
  std::string name{};       // PN of a person
  std::string device_uid{};
  std::string manufacturer{};  // of a device
  std::string model{};
  std::string organization{};
  std::optional<dicom::Code> identification{};  // of a person
  bool operator==(const Participant&) const = default;
};

// (0040,A360): the document that this one replaces.
struct Predecessor {
  std::string study_instance_uid;
  std::string series_instance_uid;
  std::string sop_class_uid;
  std::string sop_instance_uid;
  bool operator==(const Predecessor&) const = default;
};

// (0018,A001): person's workstation, node or algorithm. IHE AIR: an algorithm has name, version and
// a Device UID that changes when it is trained again.
struct Equipment {
  dicom::Code purpose;
  std::string manufacturer;
  std::string model{};
  std::string serial_number{};
  std::string software_version{};
  std::string device_uid{};
  std::string institution{};
  std::string station{};
  std::string operator_name{};
  std::string date_time{};
  std::string description{};
  bool operator==(const Equipment&) const = default;
};

struct Provenance {
  std::string completion = "COMPLETE";  // or PARTIAL
  std::string completion_description{};
  std::vector<Verifier> verifiers{};
  std::vector<Participant> participants{};
  std::vector<Predecessor> predecessors{};
  std::vector<Equipment> equipment{};
  bool operator==(const Provenance&) const = default;
};

void PutProvenance(dicom::DataSet& report, const Provenance& provenance);
// (0040,A078) Author Observer Sequence.
void PutAuthors(dicom::DataSet& report, const ObserverContext& context);
Provenance ReadProvenance(const dicom::DataSet& report);  // in UTF-8

}  // namespace glossator::sr
