// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/readmission.h"

#include <algorithm>
#include <future>
#include <memory>
#include <sstream>

#include "model/error.h"
#include "store/gate_face.h"
#include "store/gate_identity.h"
#include "store/journal.h"

namespace glossator::gate {
namespace {

namespace tags = dicom::tags;

std::string Without(const std::string& words, const std::string& gone) {
  std::istringstream stream(words);
  std::string left;
  for (std::string word; stream >> word;) {
    if (word != gone) left += left.empty() ? word : " " + word;
  }
  return left;
}

// The study no longer waits for so many like this one; nor for its reason when no other has it.
void Unseal(store::Transaction& transaction, const store::QuarantineRow& row, int64_t count) {
  if (!row.study) return;
  auto study = store::FindStudy(transaction, *row.study).value();
  study.sealed = std::max<int64_t>(0, study.sealed - count);
  if (!store::HasOpenQuarantine(transaction, *row.study, row.reason)) {
    study.reasons = Without(study.reasons, row.reason);
  }
  if (study.state == "QUARANTINED" && study.reasons.empty()) study.state = "RECEIVING";
  store::UpdateStudy(transaction, study);
}

void NameReason(store::Transaction& transaction, const store::QuarantineRow& row,
                const std::string& reason) {
  if (!row.study) return;
  auto study = store::FindStudy(transaction, *row.study).value();
  if (!store::HasOpenQuarantine(transaction, *row.study, row.reason)) {
    study.reasons = Without(study.reasons, row.reason);
  }
  study.reasons = Without(study.reasons, reason);
  study.reasons += study.reasons.empty() ? reason : " " + reason;
  store::UpdateStudy(transaction, study);
}

bool IsOpen(const store::Reader& reader, int64_t number) {
  const auto now = store::FindQuarantine(reader, number);
  return now && now->state == "OPEN";
}

Json::Value EventFields(const store::QuarantineRow& row, const deid::Reason& reason,
                        const Decided& decided) {
  Json::Value fields;
  fields["quarantine"] = Json::Int64(row.number);
  fields["reason"] = reason.code;
  fields["path"] = reason.path;
  fields["why"] = decided.why;
  return fields;
}

// An object on its way in: its head opens a writer, which takes the rest.
class Entrance {
 public:
  using Open = std::function<std::unique_ptr<ObjectWriter>(std::string_view head)>;
  Entrance(const dicom::TransferSyntax& syntax, Open open)
      : scanner_(syntax), open_(std::move(open)) {}

  void Take(std::string_view piece) {
    if (reason_) return;
    if (writer_) return Try([&] { writer_->Write(piece); });
    // Mostly the head is in the first piece: no copy then.
    const size_t before = head_.size();
    if (before > 0) head_ += piece;
    const std::string_view all = before > 0 ? std::string_view(head_) : piece;
    if (scanner_.Scan(all) == dicom::HeadScanner::State::kAtPixelData) {
      Begin(all.substr(0, scanner_.head_size()));
      const auto pixels = all.substr(scanner_.head_size());
      if (!reason_) Try([&] { writer_->Write(pixels); });
    } else if (before == 0) {
      head_ = piece;
    }
  }

  // nullopt: written.
  std::optional<deid::Reason> Finish() {
    if (!writer_ && !reason_) Begin(head_);
    const auto done = std::make_shared<std::promise<dimse::Status>>();
    Try([&] {
      writer_->Finish([done](dimse::Status answer) { done->set_value(std::move(answer)); });
    });
    if (reason_) return reason_;
    if (done->get_future().get().code != dimse::kSuccess) {
      throw Error(ErrorKind::kUnavailable, "the object could not be written");
    }
    return std::nullopt;
  }

 private:
  void Begin(std::string_view head) {
    writer_ = open_(head);
    reason_ = writer_->sealed_for();
    if (reason_ && reason_->code == deid::reasons::kConflict) {
      throw Error(ErrorKind::kBusy, "the same instance is being received, try again");
    }
  }

  // What the writer finds wrong is the object's fault.
  template <class Step>
  void Try(Step&& step) {
    if (reason_) return;
    try {
      step();
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kInvalid) throw;
      const auto problem = writer_->pixel_problem();
      reason_ = {std::string(problem.empty() ? deid::reasons::kBitstream : problem), "(7FE0,0010)"};
    }
  }

  dicom::HeadScanner scanner_;
  Open open_;
  std::string head_;
  std::unique_ptr<ObjectWriter> writer_;
  std::optional<deid::Reason> reason_;
};

}  // namespace

std::string_view HeadPart(std::string_view bytes, const dicom::TransferSyntax& syntax) {
  dicom::HeadScanner scanner(syntax);
  if (scanner.Scan(bytes) != dicom::HeadScanner::State::kAtPixelData) return bytes;
  return bytes.substr(0, scanner.head_size());
}

const dicom::TransferSyntax& SyntaxOf(const store::QuarantineRow& row) {
  const auto* syntax = dicom::FindTransferSyntax(row.transfer_syntax_uid);
  if (syntax == nullptr) throw Error(ErrorKind::kInternal, "an unknown transfer syntax");
  return *syntax;
}

store::QuarantineRow Readmission::OpenRow(int64_t number) const {
  std::optional<store::QuarantineRow> row;
  database_.Read([&](const store::Reader& reader) { row = store::FindQuarantine(reader, number); });
  if (!row) throw Error(ErrorKind::kNotFound, "no such entry in quarantine");
  if (row->state != "OPEN") throw Error(ErrorKind::kConflict, "the entry is already decided");
  return *row;
}

const ProjectConfig& Readmission::ProjectOf(const store::QuarantineRow& row) const {
  const auto* project = config_.FindProject(row.project);
  if (project == nullptr) throw Error(ErrorKind::kNotFound, "the project is no longer configured");
  return *project;
}

std::optional<deid::Reason> Readmission::Admit(const store::QuarantineRow& row,
                                               std::string_view plain, Readmitted work) {
  ledger_.Flush();  // the row is there a moment before its object is let go
  auto reason = Put(row, plain, std::move(work));
  ledger_.Flush();
  return reason;
}

std::optional<deid::Reason> Readmission::AdmitOriginal(const store::QuarantineRow& row,
                                                       Readmitted work) {
  ledger_.Flush();
  auto reason = PutFrom(
      row, [&](const Ledger::Take& take) { ledger_.ReadQuarantined(row, take); }, std::move(work));
  ledger_.Flush();
  return reason;
}

std::optional<deid::Reason> Readmission::Put(const store::QuarantineRow& row,
                                             std::string_view plain, Readmitted work) {
  return PutFrom(
      row, [&](const Ledger::Take& take) { take(plain); }, std::move(work));
}

std::optional<deid::Reason> Readmission::PutFrom(const store::QuarantineRow& row,
                                                 const Source& source, Readmitted work) {
  std::optional<store::InstanceRow> held;
  database_.Read(
      [&](const store::Reader& reader) { held = store::FindInstance(reader, row.identity_index); });
  const bool same =
      held && held->digest == row.digest && held->identity_digest == row.identity_digest;
  if (same) return std::nullopt;  // released before, and killed before that was noted
  if (held) return deid::Reason{std::string(deid::reasons::kConflict), ""};
  work.digests = {row.digest, row.identity_digest};
  Entrance entrance(SyntaxOf(row), [&](std::string_view head) { return Begin(row, head, work); });
  source([&](std::string_view piece) {
    entrance.Take(piece);
    return true;  // to its end: only then it is known to be whole
  });
  return entrance.Finish();
}

std::unique_ptr<ObjectWriter> Readmission::Begin(const store::QuarantineRow& row,
                                                 std::string_view head_bytes,
                                                 const Readmitted& work) {
  const auto& syntax = SyntaxOf(row);
  const auto head = dicom::Read(head_bytes, syntax);
  dimse::StoreRequest original;
  original.sop_class_uid = head.GetString(tags::SOPClassUID);
  original.sop_instance_uid = head.GetString(tags::SOPInstanceUID);
  original.transfer_syntax = &syntax;
  return intake_.Admit(&ProjectOf(row), head_bytes, syntax, original, kNoAssociation, {}, &work);
}

void Readmission::Release(const store::QuarantineRow& row, const Decided& decided) {
  bool released = false;
  database_.Write([&](store::Transaction& transaction) {
    if (!IsOpen(transaction, row.number)) return;
    store::SetQuarantineState(transaction, row.number, "RELEASED");
    Unseal(transaction, row, 1);
    store::Append(transaction, decided.event, decided.actor,
                  EventFields(row, {row.reason, row.path}, decided));
    released = true;
  });
  if (released) ledger_.Discard(row);
}

void Readmission::ReleaseAll(std::span<const store::QuarantineRow> rows, const std::string& event,
                             const Json::Value& fields) {
  std::vector<store::QuarantineRow> released;
  database_.Write([&](store::Transaction& transaction) {
    released.clear();
    for (const auto& row : rows) {
      if (!IsOpen(transaction, row.number)) continue;
      const auto held = store::FindInstance(transaction, row.identity_index);
      if (!held || held->digest != row.digest) {
        throw Error(ErrorKind::kBusy, "not all of them are in the database yet");
      }
      store::SetQuarantineState(transaction, row.number, "RELEASED");
      released.push_back(row);
    }
    if (released.empty()) return;
    Unseal(transaction, released.front(), static_cast<int64_t>(released.size()));
    store::Append(transaction, event, "gate", fields);
  });
  for (const auto& row : released) ledger_.Discard(row);
}

// What is known of the text now is known for good; the face is next.
void Readmission::ComeToFace(store::Transaction& transaction, const store::QuarantineRow& row,
                             const Decided& decided) const {
  if (decided.actor == "steward") store::SetTextDecided(transaction, row.number);
  if (row.series.empty()) return;  // of a gate of before
  if (intake_.Defaces(row.project)) store::SetFaceTries(transaction, row.number, kFaceTries);
}

void Readmission::KeepSealed(const store::QuarantineRow& row, const deid::Reason& reason,
                             const Decided& decided) {
  database_.Write([&](store::Transaction& transaction) {
    const auto now = store::FindQuarantine(transaction, row.number);
    if (!now || now->state != "OPEN") return;
    // A person has found out more while the gate worked on it.
    if (decided.actor == "gate" && now->reason != row.reason) return;
    store::SetPixelTries(transaction, row.number, 0);
    store::SetFaceTries(transaction, row.number, 0);
    store::SetQuarantineReason(transaction, row.number, reason.code, reason.path);
    const bool at_face = reason.code == deid::reasons::kFace && row.reason != reason.code;
    if (at_face) ComeToFace(transaction, row, decided);
    store::Append(transaction, decided.event, decided.actor, EventFields(row, reason, decided));
    NameReason(transaction, row, reason.code);
  });
}

}  // namespace glossator::gate
