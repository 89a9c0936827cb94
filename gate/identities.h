// SPDX-License-Identifier: GPL-3.0-or-later
// Finds or makes the patient's secret and the study's keys. Both are durable before anything of the
// study is acknowledged; a study once bound keeps its secret (house decision 4).
#pragma once

#include <map>
#include <memory>
#include <mutex>
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

class Identities {
 public:
  Identities(store::Database& database, const Keys& keys, Entropy& entropy, const Clock& clock)
      : database_(database), keys_(keys), entropy_(entropy), clock_(clock) {}

  // `head` has a Study Instance UID.
  Binding Bind(const std::string& project, const dicom::DataSet& head);
  std::shared_ptr<Study> Find(int64_t number);
  std::shared_ptr<Study> FindByUid(const std::string& pseudonymous_study_uid);  // nullptr: unknown

  // Keyed index of an original SOP Instance UID in a project.
  std::string InstanceIndex(const std::string& project, const std::string& sop_instance_uid) const;
  // Patient and General Study attributes as the study came (PS3.3 C.7.1.1, C.7.2.1).
  dicom::DataSet IdentityOf(const Study& study);
  std::string SealDictionary(const Study& study) const;

 private:
  std::string PatientIndex(const std::string& project, const dicom::DataSet& head) const;
  std::shared_ptr<Study> Make(const std::string& project, const std::string& study_index,
                              const dicom::DataSet& head);
  std::shared_ptr<Study> Load(const store::StudyRow& row);
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
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Study>> by_index_;
};

}  // namespace glossator::gate
