// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/identities.h"

#include <algorithm>

#include "dicom/io.h"
#include "dicom/uid.h"
#include "gate/hospital_tags.h"
#include "model/error.h"
#include "store/gate_object.h"
#include "store/journal.h"
#include "vault/seal.h"

namespace glossator::gate {
namespace {

using dicom::DataSet;
using dicom::Tag;
namespace tags = dicom::tags;

// How many studies stay in memory; the others come back from the database when they are needed.
// Each has five slots of the locked arena, of which 64 KiB have 2,048 (ADR 16).
constexpr size_t kRememberedMax = 256;

std::string SecretPlace(const std::string& patient_index) { return "patient/" + patient_index; }
std::string DataKeyPlace(const std::string& study_index) { return "study/" + study_index; }
std::string IdentityPlace(const std::string& study_uid) { return "identity/" + study_uid; }
std::string IdentityPlace(const std::string& study_uid, int64_t version) {
  return IdentityPlace(study_uid) + "/" + std::to_string(version);
}
std::string DictionaryPlace(const std::string& study_uid) { return "dictionary/" + study_uid; }

// PS3.3 C.7.1.1: a name, or else a universal identifier of its authority.
std::string IssuerOf(const DataSet& head, const std::string& otherwise) {
  const auto issuer = head.GetString(tags::IssuerOfPatientID);
  if (!issuer.empty()) return issuer;
  const auto* qualifiers = head.Find(tags::IssuerOfPatientIDQualifiersSequence);
  if (qualifiers == nullptr || qualifiers->items.empty()) return otherwise;
  const auto identifier = qualifiers->items.front().GetString(tags::UniversalEntityID);
  return identifier.empty() ? otherwise : identifier;
}

int64_t Microseconds(Time time) { return time.time_since_epoch().count(); }

}  // namespace

DataSet IdentityAttributes(const DataSet& head) {
  DataSet identity;
  for (const auto tag : kHospitalTags) {
    if (const auto* element = head.Find(tag)) identity.Put(*element);
  }
  return identity;
}

std::string Identities::InstanceIndex(const std::string& project,
                                      const std::string& sop_instance_uid) const {
  return vault::IndexOf(keys_.index, {"instance", project, sop_instance_uid});
}

// Equal Patient IDs of two issuers never meet. Without a Patient ID the study stands for itself.
std::string Identities::PatientIndex(const std::string& project, const DataSet& head,
                                     const std::string& issuer) const {
  const auto patient_id = head.GetString(tags::PatientID);
  if (patient_id.empty()) {
    return vault::IndexOf(keys_.index,
                          {"unnamed", project, head.GetString(tags::StudyInstanceUID)});
  }
  return vault::IndexOf(keys_.index, {"patient", project, issuer, patient_id});
}

Binding Identities::Bind(const std::string& project, const DataSet& head,
                         const std::optional<std::string>& assigning_authority) {
  const auto study_uid = head.GetString(tags::StudyInstanceUID);
  const auto study_index = vault::IndexOf(keys_.index, {"study", project, study_uid});
  auto study = Remembered(study_index);
  if (!study) {
    const auto issuer = IssuerOf(head, assigning_authority.value_or(""));
    study = Remember(LoadOrMake(project, study_index, head, issuer), study_index);
  }
  return {study, NamesAnother(*study, head, assigning_authority)};
}

// A study may have been bound before its route had an authority.
bool Identities::NamesAnother(const Study& study, const DataSet& head,
                              const std::optional<std::string>& assigning_authority) const {
  if (head.GetString(tags::PatientID).empty()) return false;
  const auto is_bound_to = [&](const std::string& issuer) {
    return PatientIndex(study.project(), head, issuer) == study.patient_index();
  };
  const auto issuer = IssuerOf(head, assigning_authority.value_or(""));
  if (SamePatient(PatientIndex(study.project(), head, issuer), study.patient_index())) return false;
  if (!IssuerOf(head, "").empty()) return true;
  if (is_bound_to("")) return false;
  return assigning_authority || std::ranges::none_of(authorities_, is_bound_to);
}

bool Identities::SamePatient(const std::string& index, const std::string& other) const {
  if (index == other) return true;
  bool same = false;
  database_.Read([&](const store::Reader& reader) {
    const auto root = [&](const std::string& of) {
      auto patient = store::FindPatient(reader, of);
      for (int step = 0; patient && patient->merged_into && step < 32; ++step) {
        patient = store::FindPatient(reader, *patient->merged_into);
      }
      return patient ? patient->number : -1;
    };
    const int64_t number = root(index);
    same = number >= 0 && number == root(other);
  });
  return same;
}

vault::Key Identities::Unwrap(const store::PatientRow& patient) const {
  return vault::UnwrapKey(keys_.wrap, SecretPlace(patient.identity_index), patient.secret);
}

std::pair<int64_t, vault::Key> Identities::SecretOf(store::Transaction& transaction,
                                                    const std::string& project,
                                                    const std::string& patient_index) {
  if (const auto patient = store::FindPatient(transaction, patient_index)) {
    return {patient->number, Unwrap(*patient)};
  }
  auto secret = vault::RandomKey(entropy_);
  const auto wrapped = vault::WrapKey(keys_.wrap, entropy_, SecretPlace(patient_index), secret);
  const auto number =
      store::InsertPatient(transaction, {0, project, patient_index, wrapped, std::nullopt});
  return {number, std::move(secret)};
}

std::shared_ptr<Study> Identities::LoadOrMake(const std::string& project,
                                              const std::string& study_index, const DataSet& head,
                                              const std::string& issuer) {
  std::shared_ptr<Study> study;
  database_.Read([&](const store::Reader& reader) {
    if (const auto row = store::FindStudy(reader, study_index)) study = Load(reader, *row);
  });
  if (study) return study;
  database_.Write([&](store::Transaction& transaction) {
    const auto row = store::FindStudy(transaction, study_index);  // another association was first
    study = row ? Load(transaction, *row) : Make(transaction, project, study_index, head, issuer);
  });
  return study;
}

std::shared_ptr<Study> Identities::Make(store::Transaction& transaction, const std::string& project,
                                        const std::string& study_index, const DataSet& head,
                                        const std::string& issuer) {
  const auto patient_index = PatientIndex(project, head, issuer);
  auto [patient, key] = SecretOf(transaction, project, patient_index);
  vault::PatientSecret secret(std::move(key));
  auto data_key = vault::RandomKey(entropy_);
  store::StudyRow row;
  row.project = project;
  row.identity_index = study_index;
  row.patient = patient;
  row.patient_index = patient_index;
  row.uid = secret.Uid(head.GetString(tags::StudyInstanceUID));
  row.patient_code = secret.Code();
  row.data_key = vault::WrapKey(keys_.wrap, entropy_, DataKeyPlace(study_index), data_key);
  row.identity = vault::Seal(vault::Derive(secret.key(), "glossator identity"), entropy_,
                             IdentityPlace(row.uid),
                             dicom::Write(IdentityAttributes(head), dicom::kExplicitLittleEndian));
  row.dictionary =
      vault::Seal(keys_.seal, entropy_, DictionaryPlace(row.uid), deid::Dictionary().Serialize());
  row.last_arrival = Microseconds(clock_.Now());
  const auto number = store::InsertStudy(transaction, row);
  Json::Value fields;
  fields["study"] = Json::Int64(number);
  fields["project"] = project;
  fields["study_uid"] = row.uid;
  store::Append(transaction, "study.bound", "gate", fields);
  return std::make_shared<Study>(number, project, row.uid, patient_index, std::move(secret),
                                 std::move(data_key), deid::Dictionary());
}

std::shared_ptr<Study> Identities::Load(const store::Reader& reader, const store::StudyRow& row) {
  const auto patient = store::FindPatient(reader, row.patient);
  if (!patient || patient->secret.empty()) {
    throw Error(ErrorKind::kForbidden, "the patient's secret was destroyed");
  }
  return std::make_shared<Study>(
      row.number, row.project, row.uid, row.patient_index, vault::PatientSecret(Unwrap(*patient)),
      vault::UnwrapKey(keys_.wrap, DataKeyPlace(row.identity_index), row.data_key),
      deid::Dictionary::Parse(vault::Open(keys_.seal, DictionaryPlace(row.uid), row.dictionary)));
}

std::shared_ptr<Study> Identities::Remembered(const std::string& study_index) const {
  const std::lock_guard lock(mutex_);
  const auto known = by_index_.find(study_index);
  return known != by_index_.end() ? known->second : nullptr;
}

// Of several that were made of one row at a time the first stays.
std::shared_ptr<Study> Identities::Remember(std::shared_ptr<Study> study,
                                            const std::string& study_index) {
  const std::lock_guard lock(mutex_);
  // Only what nobody else holds may go: a second Study object would not see the first's dictionary.
  if (by_index_.size() >= kRememberedMax) {
    std::erase_if(by_index_, [](const auto& entry) { return entry.second.use_count() == 1; });
  }
  return by_index_.try_emplace(study_index, std::move(study)).first->second;
}

std::shared_ptr<Study> Identities::Find(int64_t number) {
  std::shared_ptr<Study> study;
  database_.Read([&](const store::Reader& reader) {
    const auto row = store::FindStudy(reader, number);
    if (!row) return;
    study = Remembered(row->identity_index);
    if (!study) study = Remember(Load(reader, *row), row->identity_index);
  });
  return study;
}

std::shared_ptr<Study> Identities::FindByUid(const std::string& pseudonymous_study_uid) {
  std::optional<store::StudyRow> row;
  database_.Read([&](const store::Reader& reader) {
    row = store::FindStudyByUid(reader, pseudonymous_study_uid);
  });
  return row ? Find(row->number) : nullptr;
}

DataSet Identities::BoundIdentityOf(const Study& study) {
  std::optional<store::StudyRow> row;
  database_.Read(
      [&](const store::Reader& reader) { row = store::FindStudy(reader, study.number()); });
  if (!row) throw Error(ErrorKind::kNotFound, "no such study in the vault");
  return dicom::Read(vault::Open(study.identity_key(), IdentityPlace(row->uid), row->identity),
                     dicom::kExplicitLittleEndian);
}

DataSet Identities::IdentityOf(const Study& study) {
  std::optional<store::IdentityRow> row;
  database_.Read(
      [&](const store::Reader& reader) { row = store::LatestIdentity(reader, study.number()); });
  if (!row) return BoundIdentityOf(study);
  const auto place = IdentityPlace(study.uid(), row->version);
  return dicom::Read(vault::Open(study.identity_key(), place, row->identity),
                     dicom::kExplicitLittleEndian);
}

void Identities::Renew(store::Transaction& transaction, const Study& study,
                       const NewIdentity& identity) {
  store::SetInstanceIdentity(transaction, identity.instance, identity.digest);
  // New names are searched for in what has not been released yet, also after a restart.
  store::SetDictionary(transaction, study.number(), SealDictionary(study));
  const auto latest = store::LatestIdentity(transaction, study.number());
  if (latest && latest->digest == identity.digest) return;
  const int64_t version = latest ? latest->version + 1 : 2;
  const auto sealed =
      vault::Seal(study.identity_key(), entropy_, IdentityPlace(study.uid(), version),
                  dicom::Write(identity.attributes, dicom::kExplicitLittleEndian));
  store::InsertIdentity(transaction, {study.number(), version, identity.digest, sealed});
  Json::Value fields;
  fields["study"] = Json::Int64(study.number());
  fields["version"] = Json::Int64(version);
  fields["other_patient"] = identity.other_patient;
  store::Append(transaction, "identity.renewed", "gate", fields);
}

std::string Identities::SealDictionary(const Study& study) const {
  return vault::Seal(keys_.seal, entropy_, DictionaryPlace(study.uid()),
                     study.dictionary()->Serialize());
}

}  // namespace glossator::gate
