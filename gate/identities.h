// SPDX-License-Identifier: GPL-3.0-or-later
// Finds or makes the patient's secret and the study's keys. Both are durable before anything of the
// study is acknowledged; a study once bound keeps its secret (house decision 4).
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "dicom/data_set.h"
#include "gate/keys.h"
#include "gate/study.h"
#include "store/gate_identity.h"

namespace glossator::gate {

struct Binding {
  std::shared_ptr<Study> study;
  bool other_patient = false;  // the object names another patient than the study is bound to
};

// What a re-send says about whom the study belongs to.
struct NewIdentity {
  int64_t instance = 0;
  std::string digest;  // keyed
  bool other_patient = false;
  dicom::DataSet attributes;  // of IdentityAttributes
};

// Patient and General Study attributes (PS3.3 C.7.1.1, C.7.2.1), those that go back to the PACS.
dicom::DataSet IdentityAttributes(const dicom::DataSet& head);

class Identities {
 public:
  // `authorities`: every assigning authority that a route has.
  Identities(store::Database& database, const Keys& keys, Entropy& entropy, const Clock& clock,
             std::set<std::string> authorities)
      : database_(database),
        keys_(keys),
        entropy_(entropy),
        clock_(clock),
        authorities_(std::move(authorities)) {}

  // `head` has a Study Instance UID. `assigning_authority` is that of a Patient ID without issuer;
  // nullopt: it came over a route that is not known any more.
  Binding Bind(const std::string& project, const dicom::DataSet& head,
               const std::optional<std::string>& assigning_authority);
  std::shared_ptr<Study> Find(int64_t number);
  std::shared_ptr<Study> FindByUid(const std::string& pseudonymous_study_uid);  // nullptr: unknown

  // Keyed index of an original SOP Instance UID in a project.
  std::string InstanceIndex(const std::string& project, const std::string& sop_instance_uid) const;
  // The newest IdentityAttributes that came with the study; those with which it was bound.
  dicom::DataSet IdentityOf(const Study& study);
  dicom::DataSet BoundIdentityOf(const Study& study);
  // Seals a new version unless the newest is that already. The case does not hear of it.
  void Renew(store::Transaction& transaction, const Study& study, const NewIdentity& identity);
  std::string SealDictionary(const Study& study) const;

 private:
  std::string PatientIndex(const std::string& project, const dicom::DataSet& head,
                           const std::string& issuer) const;
  std::shared_ptr<Study> LoadOrMake(const std::string& project, const std::string& study_index,
                                    const dicom::DataSet& head, const std::string& issuer);
  std::shared_ptr<Study> Make(store::Transaction& transaction, const std::string& project,
                              const std::string& study_index, const dicom::DataSet& head,
                              const std::string& issuer);
  bool NamesAnother(const Study& study, const dicom::DataSet& head,
                    const std::optional<std::string>& assigning_authority) const;
  std::shared_ptr<Study> Load(const store::Reader& reader, const store::StudyRow& row);
  std::shared_ptr<Study> Remembered(const std::string& study_index) const;  // nullptr: not there
  std::shared_ptr<Study> Remember(std::shared_ptr<Study> study, const std::string& study_index);
  std::pair<int64_t, vault::Key> SecretOf(store::Transaction& transaction,
                                          const std::string& project,
                                          const std::string& patient_index);
  vault::Key Unwrap(const store::PatientRow& patient) const;
  bool SamePatient(const std::string& index, const std::string& other) const;

  store::Database& database_;
  const Keys& keys_;
  Entropy& entropy_;
  const Clock& clock_;
  const std::set<std::string> authorities_;
  // Never held while the database is asked: its writer, inside a transaction, asks us.
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Study>> by_index_;
};

}  // namespace glossator::gate
