// SPDX-License-Identifier: GPL-3.0-or-later
#include "structured-report/provenance.h"

#include "dicom/code.h"

namespace glossator::sr {
namespace tags = dicom::tags;
namespace {

using dicom::Code;
using dicom::DataSet;

void Put(DataSet& item, dicom::Tag tag, const std::string& text) {
  if (!text.empty()) item.SetString(tag, text);
}

void PutType2(DataSet& item, dicom::Tag tag, const std::string& text) {
  if (text.empty()) return item.SetEmpty(tag);
  item.SetString(tag, text);
}

void PutCode(DataSet& item, dicom::Tag tag, const std::optional<Code>& code) {
  item.SetItems(tag, {});
  if (code) dicom::SetCode(item, tag, *code);
}

// C.17.2: name, organization and time are type 1, the identification type 2.
void PutVerifier(DataSet& report, const Verifier& verifier) {
  DataSet& item = report.AddItem(tags::VerifyingObserverSequence);
  item.SetString(tags::VerifyingOrganization, verifier.organization);
  item.SetString(tags::VerificationDateTime, verifier.date_time);
  item.SetString(tags::VerifyingObserverName, verifier.name);
  PutCode(item, tags::VerifyingObserverIdentificationCodeSequence, verifier.identification);
}

// Table C.17-3b Identified Person or Device
void PutPerson(DataSet& item, const std::string& name, const std::string& organization,
               const std::optional<Code>& identification) {
  item.SetString(tags::ObserverType, "PSN");
  item.SetString(tags::PersonName, name);
  PutCode(item, tags::PersonIdentificationCodeSequence, identification);
  PutType2(item, tags::InstitutionName, organization);
  item.SetItems(tags::InstitutionCodeSequence, {});
}

void PutDevice(DataSet& item, const std::string& uid, const std::string& manufacturer,
               const std::string& model, const std::string& organization) {
  item.SetString(tags::ObserverType, "DEV");
  item.SetString(tags::DeviceUID, uid);
  PutType2(item, tags::Manufacturer, manufacturer);
  PutType2(item, tags::ManufacturerModelName, model);
  item.SetEmpty(tags::StationName);
  PutType2(item, tags::InstitutionName, organization);
  item.SetItems(tags::InstitutionCodeSequence, {});
}

void PutParticipant(DataSet& report, const Participant& participant) {
  DataSet& item = report.AddItem(tags::ParticipantSequence);
  item.SetString(tags::ParticipationType, participant.type);
  PutType2(item, tags::ParticipationDateTime, participant.date_time);
  if (participant.device_uid.empty()) {
    PutPerson(item, participant.name, participant.organization, participant.identification);
  } else {
    PutDevice(item, participant.device_uid, participant.manufacturer, participant.model,
              participant.organization);
  }
}

// Table C.17-3 Hierarchical SOP Instance Reference Macro, one study and series an item.
void PutPredecessor(DataSet& report, const Predecessor& predecessor) {
  DataSet& study = report.AddItem(tags::PredecessorDocumentsSequence);
  study.SetString(tags::StudyInstanceUID, predecessor.study_instance_uid);
  DataSet& series = study.AddItem(tags::ReferencedSeriesSequence);
  series.SetString(tags::SeriesInstanceUID, predecessor.series_instance_uid);
  DataSet& sop = series.AddItem(tags::ReferencedSOPSequence);
  sop.SetString(tags::ReferencedSOPClassUID, predecessor.sop_class_uid);
  sop.SetString(tags::ReferencedSOPInstanceUID, predecessor.sop_instance_uid);
}

struct EquipmentRow {
  dicom::Tag tag;
  std::string Equipment::*member;
};
const EquipmentRow kEquipmentRows[] = {
    {tags::Manufacturer, &Equipment::manufacturer},
    {tags::InstitutionName, &Equipment::institution},
    {tags::StationName, &Equipment::station},
    {tags::OperatorsName, &Equipment::operator_name},
    {tags::ManufacturerModelName, &Equipment::model},
    {tags::DeviceSerialNumber, &Equipment::serial_number},
    {tags::DeviceUID, &Equipment::device_uid},
    {tags::SoftwareVersions, &Equipment::software_version},
    {tags::ContributionDateTime, &Equipment::date_time},
    {tags::ContributionDescription, &Equipment::description},
};

void PutEquipment(DataSet& report, const Equipment& equipment) {
  DataSet& item = report.AddItem(tags::ContributingEquipmentSequence);
  for (const EquipmentRow& row : kEquipmentRows) Put(item, row.tag, equipment.*row.member);
  dicom::SetCode(item, tags::PurposeOfReferenceCodeSequence, equipment.purpose);
}

Verifier ReadVerifier(const DataSet& item) {
  return {item.GetString(tags::VerifyingObserverName), item.GetString(tags::VerifyingOrganization),
          item.GetString(tags::VerificationDateTime),
          dicom::GetCode(item, tags::VerifyingObserverIdentificationCodeSequence)};
}

Participant ReadParticipant(const DataSet& item) {
  return {item.GetString(tags::ParticipationType),
          item.GetString(tags::ParticipationDateTime),
          item.GetString(tags::PersonName),
          item.GetString(tags::DeviceUID),
          item.GetString(tags::Manufacturer),
          item.GetString(tags::ManufacturerModelName),
          item.GetString(tags::InstitutionName),
          dicom::GetCode(item, tags::PersonIdentificationCodeSequence)};
}

Equipment ReadEquipment(const DataSet& item) {
  Equipment equipment;
  for (const EquipmentRow& row : kEquipmentRows) equipment.*row.member = item.GetString(row.tag);
  equipment.purpose =
      dicom::GetCode(item, tags::PurposeOfReferenceCodeSequence).value_or(dicom::Code{});
  return equipment;
}

void ReadPredecessors(const DataSet& report, Provenance& provenance) {
  for (const DataSet& study : report.GetItems(tags::PredecessorDocumentsSequence)) {
    for (const DataSet& series : study.GetItems(tags::ReferencedSeriesSequence)) {
      for (const DataSet& sop : series.GetItems(tags::ReferencedSOPSequence)) {
        provenance.predecessors.push_back({study.GetString(tags::StudyInstanceUID),
                                           series.GetString(tags::SeriesInstanceUID),
                                           sop.GetString(tags::ReferencedSOPClassUID),
                                           sop.GetString(tags::ReferencedSOPInstanceUID)});
      }
    }
  }
}

}  // namespace

void PutProvenance(DataSet& report, const Provenance& provenance) {
  report.SetString(tags::CompletionFlag, provenance.completion);
  Put(report, tags::CompletionFlagDescription, provenance.completion_description);
  report.SetString(tags::VerificationFlag,
                   provenance.verifiers.empty() ? "UNVERIFIED" : "VERIFIED");
  for (const Verifier& verifier : provenance.verifiers) PutVerifier(report, verifier);
  for (const Participant& participant : provenance.participants) {
    PutParticipant(report, participant);
  }
  for (const Predecessor& predecessor : provenance.predecessors) {
    PutPredecessor(report, predecessor);
  }
  for (const Equipment& equipment : provenance.equipment) PutEquipment(report, equipment);
}

void PutAuthors(DataSet& report, const ObserverContext& context) {
  if (context.person) {
    PutPerson(report.AddItem(tags::AuthorObserverSequence), context.person->name,
              context.person->organization, std::nullopt);
  }
  if (context.device) {
    PutDevice(report.AddItem(tags::AuthorObserverSequence), context.device->uid,
              context.device->manufacturer, context.device->model, "");
  }
}

Provenance ReadProvenance(const DataSet& report) {
  Provenance provenance;
  provenance.completion = report.GetString(tags::CompletionFlag);
  provenance.completion_description = report.GetString(tags::CompletionFlagDescription);
  for (const DataSet& item : report.GetItems(tags::VerifyingObserverSequence)) {
    provenance.verifiers.push_back(ReadVerifier(item));
  }
  for (const DataSet& item : report.GetItems(tags::ParticipantSequence)) {
    provenance.participants.push_back(ReadParticipant(item));
  }
  ReadPredecessors(report, provenance);
  for (const DataSet& item : report.GetItems(tags::ContributingEquipmentSequence)) {
    provenance.equipment.push_back(ReadEquipment(item));
  }
  return provenance;
}

}  // namespace glossator::sr
