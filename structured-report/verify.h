// SPDX-License-Identifier: GPL-3.0-or-later
// What is wrong with a structured report, ours or another's.
#pragma once

#include <vector>

#include "dicom/data_set.h"
#include "model/finding.h"

namespace glossator::sr {

// Every finding of one object. `sources`, when given: heads of the instances that it is about;
// then patient, study, frame of reference and referenced instances are compared with them.
//   codes of errors: sop-class, attribute, verification, evidence, relationship, value-type,
//   concept, code, private-scheme, unit, number, uid, text, reference, graphic, by-reference,
//   tracking, observer, template, character-set, patient, study, source, frame-of-reference,
//   segment, row, temporal, outside, participant, predecessor, equipment, pseudonym; of warnings
//   also: meaning, retired-scheme, language, procedure, open-polygon.
std::vector<Finding> Verify(const dicom::DataSet& data_set,
                            const std::vector<dicom::DataSet>* sources = nullptr);

}  // namespace glossator::sr
