// SPDX-License-Identifier: GPL-3.0-or-later
// What a new object inherits from the images: who, and in which study (PS3.3 C.7.1, C.7.2).
#include "dicom/patient_study.h"

namespace glossator::dicom {
namespace {

constexpr Tag kTypeTwo[] = {
    tags::StudyDate,   tags::StudyTime, tags::AccessionNumber,  tags::ReferringPhysicianName,
    tags::PatientName, tags::PatientID, tags::PatientBirthDate, tags::PatientSex,
    tags::StudyID,
};

// Patient, General Study, Patient Study, Clinical Trial Subject and Study modules, and what says
// that the source is de-identified.
constexpr Tag kIfPresent[] = {
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

std::span<const Tag> TypeTwoOfPatientAndStudy() { return kTypeTwo; }

DataSet PatientAndStudy(const DataSet& head) {
  DataSet copy;
  for (const Tag tag : kIfPresent) {
    if (head.HasValue(tag)) copy.Put(*head.Find(tag));
  }
  for (const Tag tag : kTypeTwo) {
    copy.SetEmpty(tag);
    if (head.HasValue(tag)) copy.Put(*head.Find(tag));
  }
  copy.SetString(tags::StudyInstanceUID, head.GetString(tags::StudyInstanceUID));
  return copy;
}

}  // namespace glossator::dicom
