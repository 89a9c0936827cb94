// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/charset.h"
#include "structured-report/modules.h"

namespace glossator::sr {
namespace tags = dicom::tags;
namespace {

// Type 2: there even when the source lacks them.
const dicom::Tag kAlways[] = {
    tags::StudyDate,   tags::StudyTime, tags::AccessionNumber,  tags::ReferringPhysicianName,
    tags::PatientName, tags::PatientID, tags::PatientBirthDate, tags::PatientSex,
    tags::StudyID,
};

// Patient, General Study, Patient Study and Clinical Trial modules, and what says that the source
// is de-identified.
const dicom::Tag kIfPresent[] = {
    tags::SpecificCharacterSet,
    tags::IssuerOfAccessionNumberSequence,
    tags::ReferringPhysicianIdentificationSequence,
    tags::ConsultingPhysicianName,
    tags::StudyDescription,
    tags::ProcedureCodeSequence,
    tags::PhysiciansOfRecord,
    tags::PhysiciansOfRecordIdentificationSequence,
    tags::NameOfPhysiciansReadingStudy,
    tags::AdmittingDiagnosesDescription,
    tags::AdmittingDiagnosesCodeSequence,
    tags::ReferencedStudySequence,
    tags::ReferencedPatientSequence,
    tags::IssuerOfPatientID,
    tags::TypeOfPatientID,
    tags::IssuerOfPatientIDQualifiersSequence,
    tags::PatientBirthTime,
    tags::OtherPatientIDsSequence,
    tags::OtherPatientNames,
    tags::PatientAge,
    tags::PatientSize,
    tags::PatientWeight,
    tags::EthnicGroup,
    tags::Occupation,
    tags::AdditionalPatientHistory,
    tags::PregnancyStatus,
    tags::PatientSexNeutered,
    tags::PatientSpeciesDescription,
    tags::PatientSpeciesCodeSequence,
    tags::PatientBreedDescription,
    tags::PatientBreedCodeSequence,
    tags::BreedRegistrationSequence,
    tags::ResponsiblePerson,
    tags::ResponsiblePersonRole,
    tags::ResponsibleOrganization,
    tags::PatientComments,
    tags::ClinicalTrialSponsorName,
    tags::ClinicalTrialProtocolID,
    tags::ClinicalTrialProtocolName,
    tags::ClinicalTrialSiteID,
    tags::ClinicalTrialSiteName,
    tags::ClinicalTrialSubjectID,
    tags::ClinicalTrialSubjectReadingID,
    tags::ClinicalTrialTimePointID,
    tags::ClinicalTrialTimePointDescription,
    tags::PatientIdentityRemoved,
    tags::DeidentificationMethod,
    tags::DeidentificationMethodCodeSequence,
    tags::LongitudinalTemporalInformationModified,
    tags::ServiceEpisodeID,
    tags::QualityControlSubject,
};

}  // namespace

dicom::DataSet PatientAndStudy(const dicom::DataSet& head) {
  dicom::DataSet copy;
  for (const dicom::Tag tag : kIfPresent) {
    if (head.HasValue(tag)) copy.Put(*head.Find(tag));
  }
  for (const dicom::Tag tag : kAlways) {
    copy.SetEmpty(tag);
    if (head.HasValue(tag)) copy.Put(*head.Find(tag));
  }
  copy.SetString(tags::StudyInstanceUID, head.GetString(tags::StudyInstanceUID));
  dicom::ConvertToUtf8(copy);
  return copy;
}

}  // namespace glossator::sr
