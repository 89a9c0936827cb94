// SPDX-License-Identifier: GPL-3.0-or-later
// The hold until the case opens: a study whose quiet time is over is searched again with all of its
// own identifiers; what came late sends it through a second pass. Only then the lab may read it.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "deid/policy.h"
#include "deid/reason.h"
#include "gate/identities.h"
#include "gate/second_pass.h"
#include "model/config.h"
#include "spool/reader.h"
#include "store/gate_object.h"

namespace glossator::gate {

struct ReleaserParts {
  const Config& config;
  store::Database& database;
  spool::Spool& spool;
  Identities& identities;
  const Keys& keys;
  Entropy& entropy;
  FileSystem& files;
  std::filesystem::path spool_directory;
  const Clock& clock;
};

class Releaser {
 public:
  explicit Releaser(const ReleaserParts& parts);

  // One round over all studies that hold something back.
  void Round();
  // A manager does not want to wait for the quiet time. Throws kNotFound.
  void Request(const std::string& study_uid);

 private:
  void Try(const store::StudyRow& study);
  void Decide(const store::StudyRow& study);
  bool Open(const store::StudyRow& study);  // false: another object came meanwhile
  void Quarantine(const store::StudyRow& study, const deid::Reason& reason);
  // The first identifier of the study that stands in what would be released.
  std::optional<deid::Reason> Search(const Study& study,
                                     const std::vector<store::InstanceRow>& held) const;
  bool WaitsForStage(const store::StudyRow& study) const;
  std::vector<store::InstanceRow> HeldOf(const store::StudyRow& study) const;
  // True when something was written anew.
  bool CleanAgain(const store::StudyRow& row, const Study& study,
                  const std::vector<store::InstanceRow>& held);
  deid::Policy PolicyOf(const Study& study) const;

  const Config& config_;
  store::Database& database_;
  Identities& identities_;
  spool::Reader reader_;
  SecondPass second_pass_;
  const Clock& clock_;
  struct Failure {
    int times = 0;
    Time next_try;
  };
  std::map<int64_t, Failure> failures_;  // by study; of the thread that calls Round
};

}  // namespace glossator::gate
