// SPDX-License-Identifier: GPL-3.0-or-later
// Faults of the report and of what stands outside its groups.
#include "structured-report/faults.h"

#include <algorithm>
#include <map>

#include "dicom/uid.h"
#include "structured-report/measurement_report.h"

namespace glossator::sr {
namespace {

constexpr size_t kLongString = 64;  // LO, PN component group

void CheckPerson(Faults& faults, const std::string& where, const PersonObserver& person) {
  faults.Require(!person.name.empty(), where + ".name", "missing");
  faults.CheckLine(where + ".name", person.name, kLongString);
  faults.CheckCode(where + ".role_in_organization", person.role_in_organization);
  faults.CheckCode(where + ".role_in_procedure", person.role_in_procedure);
}

void CheckDevice(Faults& faults, const DeviceObserver& device) {
  faults.Require(dicom::IsValidUid(device.uid), "device.uid", "not a UID");
  for (const std::string* text :
       {&device.manufacturer, &device.model, &device.serial_number, &device.software_version}) {
    faults.CheckLine("device", *text, kLongString);
  }
}

void CheckObservers(Faults& faults, const ReportDescription& description) {
  faults.Require(description.person || description.device, "observer", "neither person nor device");
  faults.Require(description.person || description.readers.empty(), "readers",
                 "other readers need a first person");
  if (description.person) CheckPerson(faults, "person", *description.person);
  for (size_t i = 0; i < description.readers.size(); ++i) {
    CheckPerson(faults, At("readers", i), description.readers[i]);
  }
  if (description.device) CheckDevice(faults, *description.device);
}

// The same finding may come again at another time or on other images, under the same name.
void CheckTracking(Faults& faults, const std::vector<MeasurementGroup>& groups) {
  std::map<std::string, std::vector<size_t>> seen;
  for (size_t i = 0; i < groups.size(); ++i) {
    for (const size_t before : seen[groups[i].tracking_uid]) {
      const MeasurementGroup& other = groups[before];
      faults.Require(other.tracking_identifier == groups[i].tracking_identifier,
                     At("groups", i) + ".tracking_uid", "used by another finding");
      const bool same = other.time_point == groups[i].time_point &&
                        other.images == groups[i].images && other.segment == groups[i].segment &&
                        other.regions == groups[i].regions && other.extents == groups[i].extents;
      faults.Require(!same, At("groups", i) + ".tracking_uid",
                     "used by another group of the same time and place");
    }
    seen[groups[i].tracking_uid].push_back(i);
  }
}

void CheckDerived(Faults& faults, const ReportDescription& description) {
  for (size_t i = 0; i < description.derived.size(); ++i) {
    const std::string where = At("derived", i);
    faults.CheckMeasurement(where, description.derived[i]);
    for (const MeasurementPlace& place : description.derived[i].from) {
      const bool group =
          place.group >= 0 && place.group < static_cast<int64_t>(description.groups.size());
      faults.Require(group && place.measurement >= 0 &&
                         place.measurement <
                             static_cast<int64_t>(
                                 description.groups[static_cast<size_t>(group ? place.group : 0)]
                                     .measurements.size()),
                     where + ".from", "no such measurement");
    }
  }
}

// A value's reader is one of those whom the report names.
void CheckReaders(Faults& faults, const ReportDescription& description) {
  std::set<std::string> names;
  if (description.person) names.insert(description.person->name);
  for (const PersonObserver& reader : description.readers) names.insert(reader.name);
  const auto check = [&](const std::string& where, const std::vector<Measurement>& list) {
    for (const Measurement& measurement : list) {
      faults.Require(measurement.reader.empty() || names.count(measurement.reader) != 0, where,
                     "a reader whom the report does not name");
    }
  };
  for (size_t i = 0; i < description.groups.size(); ++i) {
    check(At("groups", i) + ".measurements", description.groups[i].measurements);
  }
  check("derived", description.derived);
}

}  // namespace

std::string At(const std::string& list, size_t index) {
  return list + '[' + std::to_string(index) + ']';
}

size_t LengthOf(const std::string& text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

void Faults::CheckProvenance(const Provenance& provenance) {
  Require(provenance.verifiers.empty() || provenance.completion == "COMPLETE", "verifiers",
          "only a complete report can be verified");
  CheckLine("completion_description", provenance.completion_description, kLongString);
  for (size_t i = 0; i < provenance.verifiers.size(); ++i) {
    const Verifier& verifier = provenance.verifiers[i];
    const std::string where = At("verifiers", i);
    const bool named = !verifier.name.empty() && verifier.name.front() != '^';
    Require(named, where + ".name", "a verifier needs a name");
    Require(!verifier.organization.empty(), where + ".organization", "missing");
    Require(verifier.date_time.size() >= 8, where + ".date_time", "not a date and time");
    CheckLine(where + ".name", verifier.name, kLongString);
    CheckLine(where + ".organization", verifier.organization, kLongString);
    CheckCode(where + ".identification", verifier.identification);
  }
  for (size_t i = 0; i < provenance.participants.size(); ++i) {
    const Participant& participant = provenance.participants[i];
    Require(participant.name.empty() != participant.device_uid.empty(), At("participants", i),
            "either a person's name or a device's UID");
    Require(participant.device_uid.empty() || dicom::IsValidUid(participant.device_uid),
            At("participants", i), "not a UID");
  }
  for (size_t i = 0; i < provenance.predecessors.size(); ++i) {
    const Predecessor& before = provenance.predecessors[i];
    for (const std::string* uid : {&before.study_instance_uid, &before.series_instance_uid,
                                   &before.sop_class_uid, &before.sop_instance_uid}) {
      Require(dicom::IsBearableUid(*uid) && !uid->empty(), At("predecessors", i), "not a UID");
    }
  }
  for (size_t i = 0; i < provenance.equipment.size(); ++i) {
    CheckCode(At("equipment", i) + ".purpose", provenance.equipment[i].purpose);
    Require(!provenance.equipment[i].manufacturer.empty(), At("equipment", i) + ".manufacturer",
            "missing");
    const std::string& uid = provenance.equipment[i].device_uid;
    Require(uid.empty() || dicom::IsValidUid(uid), At("equipment", i) + ".device_uid", "not a UID");
  }
}

std::vector<std::string> FaultsOf(const ReportDescription& description,
                                  const Instances& instances) {
  Faults faults(instances);
  CheckObservers(faults, description);
  faults.CheckCode("language", description.language);
  for (size_t i = 0; i < description.procedures.size(); ++i) {
    faults.CheckCode(At("procedures", i), description.procedures[i]);
  }
  for (size_t i = 0; i < description.groups.size(); ++i) {
    faults.CheckGroup(At("groups", i), description.groups[i]);
  }
  CheckTracking(faults, description.groups);
  CheckDerived(faults, description);
  CheckReaders(faults, description);
  for (size_t i = 0; i < description.evaluations.size(); ++i) {
    faults.CheckEvaluation(At("evaluations", i), description.evaluations[i]);
  }
  faults.CheckProvenance(description.provenance);
  faults.Require(
      description.amendment_reason.empty() || !description.provenance.predecessors.empty(),
      "amendment_reason", "nothing is replaced");
  return faults.Take();
}

}  // namespace glossator::sr
