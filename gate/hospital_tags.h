// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>

#include "dicom/data_set.h"

namespace glossator::gate {

// Patient (PS3.3 C.7.1.1), Patient Study (C.7.2.2) and General Study (C.7.2.1) attributes that go
// back to the PACS: its own present ones, else those that came in. None comes from the lab.
inline constexpr std::array kHospitalTags{
    dicom::tags::SpecificCharacterSet,
    dicom::tags::StudyDate,
    dicom::tags::StudyTime,
    dicom::tags::AccessionNumber,
    dicom::tags::IssuerOfAccessionNumberSequence,
    dicom::tags::ReferringPhysicianName,
    dicom::tags::StudyDescription,
    dicom::tags::PatientName,
    dicom::tags::PatientID,
    dicom::tags::IssuerOfPatientID,
    dicom::tags::IssuerOfPatientIDQualifiersSequence,
    dicom::tags::PatientBirthDate,
    dicom::tags::PatientBirthTime,
    dicom::tags::PatientSex,
    dicom::tags::OtherPatientIDsSequence,
    dicom::tags::PatientAge,
    dicom::tags::PatientSize,
    dicom::tags::PatientWeight,
    dicom::tags::EthnicGroup,
    dicom::tags::StudyInstanceUID,
    dicom::tags::StudyID,
};

}  // namespace glossator::gate
