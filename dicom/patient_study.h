// SPDX-License-Identifier: GPL-3.0-or-later
// What a new object of a study inherits from the images: who, and in which study (PS3.3 C.7.1,
// C.7.2).
#pragma once

#include <span>

#include "dicom/data_set.h"

namespace glossator::dicom {

// Of the Patient and General Study modules: may be empty, never absent.
std::span<const Tag> TypeTwoOfPatientAndStudy();

// Patient, study and clinical trial attributes of `head` in its character set, type 2 ones at least
// empty.
DataSet PatientAndStudy(const DataSet& head);

}  // namespace glossator::dicom
