// SPDX-License-Identifier: GPL-3.0-or-later
// What the gate asks the PACS before a delivery, and what it makes of the answer (house decision
// 10). Pure.
#pragma once

#include <string>

#include "dicom/data_set.h"

namespace glossator::gate {

// C-FIND keys, Study Root (PS3.4 C.6.2.1), with everything that a returned object carries.
dicom::DataSet StudyQuery(const std::string& study_instance_uid);
dicom::DataSet ImageQuery(const std::string& study_instance_uid,
                          const std::string& sop_instance_uid);

// Same Patient ID and, where both name one, same issuer. A corrected name or birth date is the same
// patient; another Patient ID is for a person to decide.
bool IsSamePatient(const dicom::DataSet& vault, const dicom::DataSet& answer);

}  // namespace glossator::gate
