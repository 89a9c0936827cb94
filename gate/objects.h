// SPDX-License-Identifier: GPL-3.0-or-later
// The two things that become of an object: cleaned into the lab's spool, or sealed as it came.
#pragma once

#include <memory>
#include <string>

#include "deid/bitstream.h"
#include "gate/arrival.h"
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
  ~Hold() {
    if (!claimed_index_.empty()) twins_.Forget(claimed_index_);
    if (study_) --study_->in_flight;
  }
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;

 private:
  std::shared_ptr<Study> study_;
  Twins& twins_;
  std::string claimed_index_;
};

// Keyed digest of the original content: the head in one canonical encoding, the rest as sent.
class ContentDigest {
 public:
  ContentDigest(const Keys& keys, const dicom::DataSet& head);
  void Add(std::string_view rest) { hash_.Add(rest); }
  std::string Finish();  // hex

 private:
  const Keys& keys_;
  vault::UniversalHash hash_;
};

class CleanedObject final : public ObjectWriter {
 public:
  CleanedObject(Intake& intake, std::shared_ptr<Study> study, std::shared_ptr<Hold> hold,
                const dicom::DataSet& original, const deid::Cleaned& cleaned,
                const dicom::TransferSyntax& syntax, Arrival arrival);

  void Write(std::string_view bytes) override;
  void Finish(dimse::Respond respond) override;

 private:
  void Put(std::string_view bytes);  // of the data set
  void SealIdentity(const deid::Cleaned& cleaned);

  Intake& intake_;
  std::shared_ptr<Study> study_;
  std::shared_ptr<Hold> hold_;
  Arrival arrival_;
  ContentDigest digest_;
  deid::PixelStream pixels_;
  RecordWriter record_;
  std::unique_ptr<Deflater> deflater_;
  bool has_pixels_ = false;
};

class SealedObject final : public ObjectWriter {
 public:
  // `known_digest`: of an instance that we hold already; equal content is then a quiet Success.
  SealedObject(Intake& intake, std::shared_ptr<Hold> hold, std::string_view head,
               const dicom::DataSet& original, Arrival arrival, std::string known_digest);

  void Write(std::string_view bytes) override;
  void Finish(dimse::Respond respond) override;

 private:
  bool IsResend(const std::string& digest) const;

  Intake& intake_;
  std::shared_ptr<Hold> hold_;
  Arrival arrival_;
  std::string known_digest_;
  ContentDigest digest_;
  vault::Key key_;
  RecordWriter record_;
};

// The same instance is coming in on another association at this moment; whoever asks second is
// asked to send again.
class TwinObject final : public ObjectWriter {
 public:
  void Write(std::string_view) override {}
  void Finish(dimse::Respond respond) override {
    respond({dimse::kOutOfResources, "the same instance is being received, send again"});
  }
};

}  // namespace glossator::gate
