// SPDX-License-Identifier: GPL-3.0-or-later
// The hold until the case opens: a study whose quiet time is over is searched again with all of its
// own identifiers; only then the lab may read it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "deid/policy.h"
#include "deid/reason.h"
#include "gate/identities.h"
#include "model/config.h"
#include "spool/reader.h"
#include "store/gate_object.h"

namespace glossator::gate {

class Releaser {
 public:
  Releaser(const Config& config, store::Database& database, Identities& identities,
           FileSystem& files, const std::filesystem::path& spool_directory, const Clock& clock);

  // One round over all studies that hold something back.
  void Round();
  // A manager does not want to wait for the quiet time. Throws kNotFound.
  void Request(const std::string& study_uid);

 private:
  bool IsDue(const store::StudyRow& study) const;
  void Decide(const store::StudyRow& study);
  void Open(const store::StudyRow& study);
  void Quarantine(const store::StudyRow& study, const deid::Reason& reason);
  // The first identifier of the study that stands in what would be released.
  std::optional<deid::Reason> Search(const Study& study,
                                     const std::vector<store::InstanceRow>& held) const;
  std::string HeadOf(const Study& study, const store::InstanceRow& instance) const;

  const Config& config_;
  store::Database& database_;
  Identities& identities_;
  spool::Reader reader_;
  const Clock& clock_;
};

}  // namespace glossator::gate
