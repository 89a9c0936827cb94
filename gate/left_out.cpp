// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/left_out.h"

#include <algorithm>
#include <array>

namespace glossator::gate {
namespace {

namespace tags = dicom::tags;

constexpr std::array kLeftOut = std::to_array<LeftOutAttribute>({
    {tags::SpecificCharacterSet, LeftOut::kIdentity},
    {tags::StudyDate, LeftOut::kIdentity},
    {tags::StudyTime, LeftOut::kIdentity},
    {tags::AccessionNumber, LeftOut::kIdentity},
    {tags::IssuerOfAccessionNumberSequence, LeftOut::kIdentity},
    {tags::RetrieveAETitle, LeftOut::kCoercion},
    {tags::InstanceAvailability, LeftOut::kCoercion},
    {tags::ReferringPhysicianName, LeftOut::kIdentity},
    {tags::ReferringPhysicianAddress, LeftOut::kIdentity},
    {tags::ReferringPhysicianTelephoneNumbers, LeftOut::kIdentity},
    {tags::ReferringPhysicianIdentificationSequence, LeftOut::kIdentity},
    {tags::ConsultingPhysicianName, LeftOut::kIdentity},
    {tags::TimezoneOffsetFromUTC, LeftOut::kCoercion},
    {tags::StudyDescription, LeftOut::kIdentity},
    {tags::ProcedureCodeSequence, LeftOut::kIdentity},
    {tags::PhysiciansOfRecord, LeftOut::kIdentity},
    {tags::PhysiciansOfRecordIdentificationSequence, LeftOut::kIdentity},
    {tags::NameOfPhysiciansReadingStudy, LeftOut::kIdentity},
    {tags::PhysiciansReadingStudyIdentificationSequence, LeftOut::kIdentity},
    {tags::ReferencedStudySequence, LeftOut::kIdentity},
    {tags::ReferencedPatientSequence, LeftOut::kIdentity},
    {tags::RetrieveURL, LeftOut::kCoercion},
    {tags::PatientName, LeftOut::kIdentity},
    {tags::PatientID, LeftOut::kIdentity},
    {tags::IssuerOfPatientID, LeftOut::kIdentity},
    {tags::TypeOfPatientID, LeftOut::kIdentity},
    {tags::IssuerOfPatientIDQualifiersSequence, LeftOut::kIdentity},
    {tags::PatientBirthDate, LeftOut::kIdentity},
    {tags::PatientBirthTime, LeftOut::kIdentity},
    {tags::PatientBirthDateInAlternativeCalendar, LeftOut::kIdentity},
    {tags::PatientAlternativeCalendar, LeftOut::kIdentity},
    {tags::PatientSex, LeftOut::kIdentity},
    {tags::PatientPrimaryLanguageCodeSequence, LeftOut::kIdentity},
    {tags::OtherPatientIDs, LeftOut::kIdentity},
    {tags::OtherPatientNames, LeftOut::kIdentity},
    {tags::OtherPatientIDsSequence, LeftOut::kIdentity},
    {tags::PatientBirthName, LeftOut::kIdentity},
    {tags::PatientAge, LeftOut::kIdentity},
    {tags::PatientAddress, LeftOut::kIdentity},
    {tags::InsurancePlanIdentification, LeftOut::kIdentity},
    {tags::PatientMotherBirthName, LeftOut::kIdentity},
    {tags::MilitaryRank, LeftOut::kIdentity},
    {tags::BranchOfService, LeftOut::kIdentity},
    {tags::MedicalRecordLocator, LeftOut::kIdentity},
    {tags::CountryOfResidence, LeftOut::kIdentity},
    {tags::RegionOfResidence, LeftOut::kIdentity},
    {tags::PatientTelephoneNumbers, LeftOut::kIdentity},
    {tags::EthnicGroup, LeftOut::kIdentity},
    {tags::PatientReligiousPreference, LeftOut::kIdentity},
    {tags::ContributingEquipmentSequence, LeftOut::kCoercion},
    {tags::StudyID, LeftOut::kIdentity},
    {tags::StudyStatusID, LeftOut::kIdentity},
    {tags::RequestingPhysician, LeftOut::kIdentity},
    {tags::RequestingService, LeftOut::kIdentity},
    {tags::RequestedProcedureDescription, LeftOut::kIdentity},
    {tags::RequestedProcedureCodeSequence, LeftOut::kIdentity},
    {tags::AdmissionID, LeftOut::kIdentity},
    {tags::IssuerOfAdmissionIDSequence, LeftOut::kIdentity},
    {tags::ServiceEpisodeID, LeftOut::kIdentity},
    {tags::IssuerOfServiceEpisodeIDSequence, LeftOut::kIdentity},
    {tags::CurrentPatientLocation, LeftOut::kIdentity},
    {tags::PatientInstitutionResidence, LeftOut::kIdentity},
    {tags::OrderPlacerIdentifierSequence, LeftOut::kIdentity},
    {tags::OrderFillerIdentifierSequence, LeftOut::kIdentity},
    {tags::RequestAttributesSequence, LeftOut::kIdentity},
    {tags::RequestedProcedureID, LeftOut::kIdentity},
    {tags::ReasonForTheRequestedProcedure, LeftOut::kIdentity},
    {tags::PlacerOrderNumberImagingServiceRequest, LeftOut::kIdentity},
    {tags::FillerOrderNumberImagingServiceRequest, LeftOut::kIdentity},
    {tags::StorageMediaFileSetID, LeftOut::kCoercion},
    {tags::StorageMediaFileSetUID, LeftOut::kCoercion},
    {tags::OriginalAttributesSequence, LeftOut::kCoercion},
    {tags::MACParametersSequence, LeftOut::kCoercion},
    {tags::DigitalSignaturesSequence, LeftOut::kCoercion},
    {tags::DataSetTrailingPadding, LeftOut::kCoercion},
});

static_assert(std::ranges::is_sorted(kLeftOut, {}, &LeftOutAttribute::tag));

}  // namespace

std::span<const LeftOutAttribute> LeftOutAttributes() { return kLeftOut; }

const LeftOutAttribute* FindLeftOut(dicom::Tag tag) {
  const auto* found = std::ranges::lower_bound(kLeftOut, tag, {}, &LeftOutAttribute::tag);
  return found != kLeftOut.end() && found->tag == tag ? found : nullptr;
}

}  // namespace glossator::gate
