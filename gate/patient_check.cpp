// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/patient_check.h"

#include <array>

namespace glossator::gate {
namespace {

namespace tags = dicom::tags;

constexpr std::array kStudyKeys{
    tags::StudyDate,        tags::StudyTime,         tags::AccessionNumber,
    tags::StudyDescription, tags::PatientName,       tags::ReferringPhysicianName,
    tags::PatientID,        tags::IssuerOfPatientID, tags::PatientBirthDate,
    tags::PatientSex,       tags::StudyID,           tags::SpecificCharacterSet,
};

}  // namespace

dicom::DataSet StudyQuery(const std::string& study_instance_uid) {
  dicom::DataSet keys;
  for (const auto tag : kStudyKeys) keys.SetEmpty(tag);
  keys.Erase(tags::SpecificCharacterSet);
  keys.SetString(tags::QueryRetrieveLevel, "STUDY");
  keys.SetString(tags::StudyInstanceUID, study_instance_uid);
  return keys;
}

dicom::DataSet ImageQuery(const std::string& study_instance_uid,
                          const std::string& sop_instance_uid) {
  dicom::DataSet keys;
  keys.SetString(tags::QueryRetrieveLevel, "IMAGE");
  keys.SetString(tags::StudyInstanceUID, study_instance_uid);
  keys.SetEmpty(tags::SeriesInstanceUID);
  keys.SetString(tags::SOPInstanceUID, sop_instance_uid);
  return keys;
}

bool IsSamePatient(const dicom::DataSet& vault, const dicom::DataSet& answer) {
  if (vault.GetString(tags::PatientID) != answer.GetString(tags::PatientID)) return false;
  const auto then = vault.GetString(tags::IssuerOfPatientID);
  const auto now = answer.GetString(tags::IssuerOfPatientID);
  return then.empty() || now.empty() || then == now;
}

}  // namespace glossator::gate
