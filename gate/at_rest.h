// SPDX-License-Identifier: GPL-3.0-or-later
// When a study counts as complete: for its faces, which are removed from whole series, and for its
// release.
#pragma once

#include "gate/study.h"
#include "model/config.h"
#include "model/ports.h"
#include "store/gate_identity.h"

namespace glossator::gate {

// Its quiet time is over, or a manager does not want to wait for it.
inline bool IsDue(const Config& config, const Clock& clock, const store::StudyRow& study) {
  const auto* project = config.FindProject(study.project);
  const double quiet = project ? project->quiet_seconds : 60;
  const double waited =
      static_cast<double>(clock.Now().time_since_epoch().count() - study.last_arrival) / 1e6;
  return study.release_requested || waited >= quiet;
}

// Nobody is at it. Whoever sent part of it and is still connected may be slow; a manager need not
// wait for that.
inline bool IsAtRest(const store::StudyRow& row, const Study& study) {
  return study.in_flight == 0 && (study.senders == 0 || row.release_requested);
}

// No release of the study while one of its objects is worked on.
class Working {
 public:
  explicit Working(std::shared_ptr<Study> study) : study_(std::move(study)) {
    if (study_) ++study_->in_flight;
  }
  ~Working() {
    if (study_) --study_->in_flight;
  }
  Working(const Working&) = delete;
  Working& operator=(const Working&) = delete;

 private:
  std::shared_ptr<Study> study_;
};

}  // namespace glossator::gate
