// SPDX-License-Identifier: GPL-3.0-or-later
// Key Object Selection (PS3.3 A.35.4, PS3.16 TID 2010), and with it the rejection notes of IHE
// IOCM: a note whose title says why the instances that it names are no longer to be used.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dicom/code.h"
#include "dicom/data_set.h"
#include "model/finding.h"
#include "model/ports.h"
#include "results/object.h"

namespace glossator::results {

using dicom::Code;

// PS3.16 CID 7011; IHE RAD TF-3 4.66.
inline const Code kRejectedForQuality{"113001", "DCM", "Rejected for Quality Reasons"};
inline const Code kRejectedForSafety{"113037", "DCM", "Rejected for Patient Safety Reasons"};
inline const Code kWrongWorklistEntry{"113038", "DCM", "Incorrect Modality Worklist Entry"};
inline const Code kRetentionExpired{"113039", "DCM", "Data Retention Policy Expired"};

// The title of a rejection note by its code value; nullptr: none of the four.
const Code* FindRejection(const std::string& code_value);

struct KeyObjects {
  Code title;
  std::vector<Code> modifiers{};  // (113011, DCM)
  std::string description{};      // (113012, DCM), for people
  std::string person{};           // PN or a reader's code; empty: no person observer
  std::string organization{};
  std::string device_uid{};  // empty: no device observer
  std::string device_name{};
  std::vector<InstanceReference> objects{};
  bool operator==(const KeyObjects&) const = default;

  bool IsRejection() const { return title.scheme == "DCM" && FindRejection(title.value); }
};

// `head`: any instance of the study that the note stands in. Throws Error{kInvalid} without a
// title, an observer or an object.
dicom::DataSet EncodeKeyObjects(const KeyObjects& note, const dicom::DataSet& head,
                                const Identity& identity, const Equipment& equipment, Time now);

// Lenient; throws Error{kInvalid} when it is no Key Object Selection at all. The series of an
// instance that the evidence does not list is empty.
KeyObjects ReadKeyObjects(const dicom::DataSet& data_set);

// Rows of TID 2010, evidence without a gap and without too much, title and modifiers.
std::vector<Finding> VerifyKeyObjects(const dicom::DataSet& data_set);

}  // namespace glossator::results
