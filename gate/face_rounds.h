// SPDX-License-Identifier: GPL-3.0-or-later
// Faces of projects whose policy says deface: the images of a head are sealed as they come, and
// when the study is complete the face is removed from each series as a whole and the series is
// admitted. What it cannot be removed from stays sealed for a person. On the thread of the pixel
// stage, after it.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "gate/pixel_rounds.h"
#include "pixels/deface.h"
#include "store/gate_face.h"

namespace glossator::gate {

class FaceRounds {
 public:
  struct Parts {
    const Config& config;
    store::Database& database;
    spool::Spool& spool;
    Identities& identities;
    Intake& intake;
    Ledger& ledger;
    Readmission& readmission;
    const PixelRounds& pixels;
    const Clock& clock;
    std::filesystem::path worker;  // glossator-codec
  };

  explicit FaceRounds(Parts parts) : parts_(std::move(parts)) {}

  // All series that wait in studies that are complete. One that cannot be done costs its tries and
  // nothing else.
  void Round();
  // Work under way ends soon, as if it had not begun. Before PixelRounds::Stop.
  void Stop() { stop_ = true; }

  // What was removed from an image, by its pseudonymous UID: frames as PBM pictures (P4), one
  // behind the other. Throws kNotFound.
  std::string MaskOf(const std::string& sop_instance_uid) const;

 private:
  struct Series;

  void TryStudy(const store::StudyRow& row);
  void WorkOn(const store::StudyRow& row);
  void TrySeries(const std::shared_ptr<Study>& study, const std::string& uid);
  void Work(Series& series);
  // Sets aside what must not be cut, or not with the others. False: nothing is left to do.
  bool Choose(Series& series);
  void Load(Series& series) const;
  bool Cut(Series& series);  // false: it cannot be done, and stays sealed
  // From here on the series is cut in just these images. Throws kBusy when others have come.
  void Begin(const Series& series);
  void Admit(Series& series);
  void Finish(const Series& series);
  void Keep(const Series& series, const std::vector<store::QuarantineRow>& rows, const char* path,
            const std::string& why);
  void SetTries(const Series& series, int64_t tries);

  Parts parts_;
  std::atomic<bool> stop_{false};
};

}  // namespace glossator::gate
