// SPDX-License-Identifier: GPL-3.0-or-later
// The two things that become of an object: cleaned into the lab's spool, or sealed as it came.
#pragma once

#include <memory>
#include <string>

#include "deid/bitstream.h"
#include "gate/arrival.h"
#include "gate/content_digest.h"
#include "gate/deflate_stage.h"
#include "gate/intake.h"
#include "gate/record_writer.h"
#include "gate/study.h"
#include "gate/twins.h"

namespace glossator::gate {

// While one exists its study is not released, and (with an index) its instance is claimed. Lives
// until the object's row is durable.
class Hold {
 public:
  Hold(std::shared_ptr<Study> study, Twins& twins, std::string claimed_index)
      : study_(std::move(study)), twins_(twins), claimed_index_(std::move(claimed_index)) {
    if (study_) ++study_->in_flight;
  }
  ~Hold() { Release(); }
  // Whoever waits for the instance goes on, on this thread: hold no lock.
  void Release() {
    if (study_) --study_->in_flight;
    study_.reset();
    const auto index = std::exchange(claimed_index_, {});
    if (!index.empty()) twins_.Forget(index);
  }
  bool claims() const { return !claimed_index_.empty(); }
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;

 private:
  std::shared_ptr<Study> study_;
  Twins& twins_;
  std::string claimed_index_;
};

// Hands the record to the spool; after the sync the ledger hears of it, then the sender.
void Commit(Intake& intake, RecordWriter& record, std::shared_ptr<Hold> hold, Arrival arrival,
            dimse::Respond respond);

class CleanedObject final : public ObjectWriter {
 public:
  // `identifiers`: those of the study with which it was cleaned.
  CleanedObject(Intake& intake, std::shared_ptr<Study> study, std::shared_ptr<Hold> hold,
                const dicom::DataSet& original, const deid::Cleaned& cleaned,
                const std::shared_ptr<const deid::Dictionary>& identifiers,
                const dicom::TransferSyntax& syntax, Arrival arrival,
                const Readmitted* again = nullptr);

  void Write(std::string_view bytes) override;
  void Finish(dimse::Respond respond) override;
  std::string_view pixel_problem() const override {
    return has_pixels_ ? pixels_.problem() : std::string_view();
  }

 private:
  void Put(std::string_view bytes);  // of the data set
  void SealIdentity(const deid::Cleaned& cleaned);
  void Search(std::string_view head, const std::shared_ptr<const deid::Dictionary>& identifiers);

  Intake& intake_;
  std::shared_ptr<Study> study_;
  std::shared_ptr<Hold> hold_;
  Arrival arrival_;
  ContentDigest digest_;
  std::optional<Digests> original_;  // the pixels that come are not those that arrived
  deid::PixelStream pixels_;
  RecordWriter record_;
  std::unique_ptr<Deflater> deflater_;
  bool has_pixels_ = false;
};

// Sealed as it came, because of `arrival.reason`.
class SealedObject final : public ObjectWriter {
 public:
  SealedObject(Intake& intake, std::shared_ptr<Hold> hold, std::string_view head,
               const dicom::DataSet& original, const dicom::TransferSyntax& syntax,
               Arrival arrival);

  void Write(std::string_view bytes) override;
  void Finish(dimse::Respond respond) override;
  std::optional<deid::Reason> sealed_for() const override {
    return deid::Reason{arrival_.reason, arrival_.path};
  }

 private:
  Intake& intake_;
  std::shared_ptr<Hold> hold_;
  Arrival arrival_;
  ContentDigest digest_;
  vault::Key key_;
  RecordWriter record_;
};

}  // namespace glossator::gate
