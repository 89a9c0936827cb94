// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "dicom/uid.h"
#include "structured-report/provenance.h"
#include "structured-report/verifier.h"

namespace glossator::sr {
namespace tags = dicom::tags;
namespace {

using dicom::DataSet;
using dicom::ToString;

void RequireValue(const DataSet& item, dicom::Tag sequence, dicom::Tag tag, const char* code,
                  const char* paragraph, Findings& findings) {
  if (item.HasValue(tag)) return;
  findings.Error(code, ToString(sequence) + ">" + ToString(tag), paragraph, "missing or empty");
}

void VerifyVerifiers(const DataSet& data_set, Findings& findings) {
  for (const DataSet& item : data_set.GetItems(tags::VerifyingObserverSequence)) {
    for (const dicom::Tag tag :
         {tags::VerifyingObserverName, tags::VerifyingOrganization, tags::VerificationDateTime}) {
      RequireValue(item, tags::VerifyingObserverSequence, tag, "verification", "PS3.3 C.17.2",
                   findings);
    }
  }
}

// Table C.17-3b: a person has a name, a device a UID.
void VerifyIdentified(const DataSet& item, dicom::Tag sequence, Findings& findings) {
  const std::string type = item.GetString(tags::ObserverType);
  const std::string path = ToString(sequence) + ">" + ToString(tags::ObserverType);
  if (type != "PSN" && type != "DEV") {
    return findings.Error("participant", path, "PS3.3 C.17.2.5", "neither person nor device");
  }
  RequireValue(item, sequence, type == "PSN" ? tags::PersonName : tags::DeviceUID, "participant",
               "PS3.3 C.17.2.5", findings);
}

void VerifyParticipants(const DataSet& data_set, Findings& findings) {
  for (const DataSet& item : data_set.GetItems(tags::AuthorObserverSequence)) {
    VerifyIdentified(item, tags::AuthorObserverSequence, findings);
  }
  for (const DataSet& item : data_set.GetItems(tags::ParticipantSequence)) {
    VerifyIdentified(item, tags::ParticipantSequence, findings);
    const std::string type = item.GetString(tags::ParticipationType);
    if (type != "SOURCE" && type != "ENT" && type != "ATTEST") {
      findings.Error("participant", ToString(tags::ParticipantSequence), "PS3.3 C.17.2",
                     "unknown participation type");
    }
  }
}

void VerifyPredecessors(const DataSet& data_set, Findings& findings) {
  const std::string path = ToString(tags::PredecessorDocumentsSequence);
  for (const Predecessor& before : ReadProvenance(data_set).predecessors) {
    if (before.sop_instance_uid == data_set.GetString(tags::SOPInstanceUID)) {
      findings.Error("predecessor", path, "PS3.3 C.17.2.2", "a document precedes itself");
    }
    if (!dicom::IsBearableUid(before.sop_instance_uid) ||
        !dicom::IsBearableUid(before.series_instance_uid)) {
      findings.Error("predecessor", path, "PS3.3 C.17.2.1", "names no document");
    }
  }
}

// IHE AIR 6.5.3.1: a Processing Algorithm has name, version and Device UID.
void VerifyEquipment(const DataSet& data_set, Findings& findings) {
  const std::string path = ToString(tags::ContributingEquipmentSequence);
  for (const DataSet& item : data_set.GetItems(tags::ContributingEquipmentSequence)) {
    RequireValue(item, tags::ContributingEquipmentSequence, tags::Manufacturer, "equipment",
                 "PS3.3 C.12.1.1.5", findings);
    const auto purpose = dicom::GetCode(item, tags::PurposeOfReferenceCodeSequence);
    if (!purpose) {
      findings.Error("equipment", path, "PS3.3 C.12.1.1.5", "no purpose of reference");
    } else if (purpose->value == "1630" || purpose->meaning == "Processing Algorithm") {
      for (const dicom::Tag tag :
           {tags::ManufacturerModelName, tags::SoftwareVersions, tags::DeviceUID}) {
        if (item.HasValue(tag)) continue;
        findings.Warn("equipment", path + ">" + ToString(tag), "PS3.3 C.12.1.1.5",
                      "an algorithm without name, version or device UID (IHE AIR)");
      }
    }
  }
}

}  // namespace

void VerifyProvenance(const DataSet& data_set, Findings& findings) {
  VerifyVerifiers(data_set, findings);
  VerifyParticipants(data_set, findings);
  VerifyPredecessors(data_set, findings);
  VerifyEquipment(data_set, findings);
}

}  // namespace glossator::sr
