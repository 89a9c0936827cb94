// SPDX-License-Identifier: GPL-3.0-or-later
// Which attributes identify: every person's name anywhere, and the ones of this table.
#include <algorithm>
#include <array>
#include <iterator>

#include "deid/dictionary.h"
#include "deid/fold.h"
#include "deid/head_memo.h"
#include "dicom/charset.h"
#include "dicom/dictionary.h"

namespace glossator::deid {
namespace {

using dicom::Tag;
namespace tags = dicom::tags;

struct IdentifyingAttribute {
  Tag tag;
  IdentifierKind kind;
};
constexpr IdentifierKind kId = IdentifierKind::kId;
constexpr IdentifierKind kPhone = IdentifierKind::kPhone;
constexpr IdentifierKind kAddress = IdentifierKind::kAddress;
constexpr IdentifierKind kPlace = IdentifierKind::kInstitution;
constexpr IdentifierKind kDevice = IdentifierKind::kDevice;

constexpr IdentifyingAttribute kAttributes[] = {
    {tags::PatientID, kId},
    {tags::OtherPatientIDs, kId},
    {tags::MedicalRecordLocator, kId},
    {tags::InsurancePlanIdentification, kId},
    {tags::AccessionNumber, kId},
    {tags::StudyID, kId},
    {tags::AdmissionID, kId},
    {tags::ServiceEpisodeID, kId},
    {tags::RequestedProcedureID, kId},
    {tags::ScheduledProcedureStepID, kId},
    {tags::PerformedProcedureStepID, kId},
    {tags::PlacerOrderNumberImagingServiceRequest, kId},
    {tags::FillerOrderNumberImagingServiceRequest, kId},
    {tags::SpecimenIdentifier, kId},
    {tags::ContainerIdentifier, kId},
    {tags::BarcodeValue, kId},
    {tags::ClinicalTrialSubjectID, kId},
    {tags::ClinicalTrialSubjectReadingID, kId},
    {tags::PatientTelephoneNumbers, kPhone},
    {tags::ReferringPhysicianTelephoneNumbers, kPhone},
    {tags::PersonTelephoneNumbers, kPhone},
    {tags::OrderCallbackPhoneNumber, kPhone},
    {tags::PatientTelecomInformation, kAddress},
    {tags::PatientAddress, kAddress},
    {tags::ReferringPhysicianAddress, kAddress},
    {tags::PersonAddress, kAddress},
    {tags::PatientInstitutionResidence, kAddress},
    {tags::CurrentPatientLocation, kAddress},
    {tags::InstitutionName, kPlace},
    {tags::InstitutionAddress, kPlace},
    {tags::InstitutionalDepartmentName, kPlace},
    {tags::ResponsibleOrganization, kPlace},
    {tags::RequestingService, kPlace},
    {tags::VerifyingOrganization, kPlace},
    {tags::StationName, kDevice},
    {tags::PerformedStationName, kDevice},
    {tags::ScheduledStationName, kDevice},
    {tags::PerformedStationAETitle, kDevice},
    {tags::ScheduledStationAETitle, kDevice},
    {tags::RetrieveAETitle, kDevice},
    {tags::DeviceSerialNumber, kDevice},
    {tags::PlateID, kDevice},
    {tags::CassetteID, kDevice},
    {tags::GantryID, kDevice},
    {tags::DetectorID, kDevice},
    {tags::PatientBirthDate, IdentifierKind::kDate},
};

constexpr auto kSorted = [] {
  auto sorted = std::to_array(kAttributes);
  std::sort(sorted.begin(), sorted.end(),
            [](const auto& a, const auto& b) { return a.tag < b.tag; });
  return sorted;
}();

const IdentifyingAttribute* FindAttribute(Tag tag) {
  const auto* found =
      std::lower_bound(kSorted.begin(), kSorted.end(), tag,
                       [](const IdentifyingAttribute& a, Tag right) { return a.tag < right; });
  return found == kSorted.end() || found->tag != tag ? nullptr : found;
}

bool IsPersonName(const dicom::Element& element) {
  return element.vr == dicom::Vr::PN ||
         (element.vr == dicom::Vr::UN && dicom::VrOf(element.tag) == dicom::Vr::PN);
}

bool CollectElement(const dicom::Element& element, const dicom::CharacterSet& set,
                    Dictionary& dictionary) {
  const auto* attribute = FindAttribute(element.tag);
  const bool name = IsPersonName(element);
  if ((!name && attribute == nullptr) || element.value.empty()) return false;
  const dicom::Vr vr = name ? dicom::Vr::PN : element.vr;
  const std::string text = set.Decode(element.value, vr);
  bool changed = false;
  size_t begin = 0;
  while (begin <= text.size()) {
    const size_t end = std::min(text.find('\\', begin), text.size());
    const auto kind = name ? IdentifierKind::kName : attribute->kind;
    changed |= dictionary.Add(kind, std::string_view(text).substr(begin, end - begin));
    begin = end + 1;
  }
  return changed;
}

bool CollectSet(const dicom::DataSet& data_set, dicom::CharacterSet set, const HeadMemo* memo,
                Dictionary& dictionary) {
  if (data_set.Has(tags::SpecificCharacterSet)) set = dicom::CharacterSet::Of(data_set);
  bool changed = false;
  for (const dicom::Element& element : data_set) {
    if (memo != nullptr && memo->Knows(element)) continue;
    changed |= CollectElement(element, set, dictionary);
    for (const dicom::DataSet& item : element.items) {
      changed |= CollectSet(item, set, nullptr, dictionary);
    }
  }
  return changed;
}

}  // namespace

bool Dictionary::Collect(const Instance<Hospital>& instance, HeadMemo* memo) {
  if (memo != nullptr) memo->Begin(instance.data_set());
  return CollectSet(instance.data_set(), dicom::CharacterSet(), memo, *this);
}

}  // namespace glossator::deid
