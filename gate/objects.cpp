// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/objects.h"

#include "dicom/io.h"
#include "dicom/json.h"
#include "model/error.h"
#include "store/gate_object.h"
#include "vault/seal.h"

namespace glossator::gate {
namespace {

namespace tags = dicom::tags;

std::string SyntaxUid(const dicom::TransferSyntax& syntax) { return std::string(syntax.uid); }

dimse::Status DiskTrouble() { return {dimse::kOutOfResources, "the spool could not be written"}; }

}  // namespace

void Commit(Intake& intake, RecordWriter& record, std::shared_ptr<Hold> hold, Arrival arrival,
            dimse::Respond respond) {
  auto trailer = SealArrival(intake.parts().keys, intake.parts().entropy, arrival);
  intake.parts().ledger.Expect();
  record.Commit(std::move(trailer), [&intake, hold = std::move(hold), arrival = std::move(arrival),
                                     respond = std::move(respond)](
                                        std::optional<spool::Place> place) mutable {
    if (!place) {
      intake.parts().ledger.Lost();
      hold->Release();
      return respond(DiskTrouble());
    }
    intake.parts().ledger.Add(*place, std::move(arrival), [hold] { hold->Release(); });
    respond({});
  });
}

CleanedObject::CleanedObject(Intake& intake, std::shared_ptr<Study> study,
                             std::shared_ptr<Hold> hold, const dicom::DataSet& original,
                             const deid::Cleaned& cleaned,
                             const std::shared_ptr<const deid::Dictionary>& identifiers,
                             const dicom::TransferSyntax& syntax, Arrival arrival,
                             const Readmitted* again)
    : intake_(intake),
      study_(std::move(study)),
      hold_(std::move(hold)),
      arrival_(std::move(arrival)),
      digest_(intake.parts().keys, original, cleaned.instance.syntax()),
      original_(again ? std::optional(again->digests) : std::nullopt),
      pixels_(original, cleaned.instance.syntax()),
      record_(intake.parts().spool, study_->data_key(), intake.parts().entropy),
      deflater_(syntax.deflated ? std::make_unique<Deflater>() : nullptr) {
  const auto& head = cleaned.instance.data_set();
  arrival_.sop_instance_uid = head.GetString(tags::SOPInstanceUID);
  arrival_.series_instance_uid = head.GetString(tags::SeriesInstanceUID);
  arrival_.transfer_syntax_uid = SyntaxUid(syntax);
  SealIdentity(cleaned);
  const auto meta = dicom::FileMeta(arrival_.sop_class_uid, arrival_.sop_instance_uid, syntax);
  const auto body = dicom::Write(head, cleaned.instance.syntax());
  arrival_.head_size = static_cast<int64_t>(meta.size() + body.size());
  study_->ForgetSearched(arrival_.identity_index);
  record_.Write(meta);
  Put(body);
  // The search before the case opens reads heads only; deflated, head and pixels are one stream.
  if (deflater_) return;
  record_.EndChunk();
  Search(meta + body, identifiers);
}

// While the study learns nothing more, that search need not read this head again.
void CleanedObject::Search(std::string_view head,
                           const std::shared_ptr<const deid::Dictionary>& identifiers) {
  const auto& options = intake_.EngineOf(arrival_.project).policy().options;
  if (identifiers->Compile(options)->Finds(head)) return;
  study_->NoteSearched(arrival_.identity_index, identifiers);
}

// The original UIDs are all that the way back needs: the pseudonymous ones follow from the secret.
void CleanedObject::SealIdentity(const deid::Cleaned& cleaned) {
  std::string originals;
  for (const auto& [original, pseudonymous] : cleaned.uids) {
    originals += originals.empty() ? '[' : ',';
    dicom::AppendJsonText(originals, original);
  }
  originals += originals.empty() ? "[]" : "]";
  arrival_.identity = vault::Seal(study_->identity_key(), intake_.parts().entropy,
                                  "instance/" + arrival_.sop_instance_uid, originals);
}

void CleanedObject::Put(std::string_view bytes) {
  if (deflater_) {
    record_.Write(deflater_->Take(bytes));
  } else {
    record_.Write(bytes);
  }
}

void CleanedObject::Write(std::string_view bytes) {
  has_pixels_ = true;
  digest_.Add(bytes);
  pixels_.Write(bytes, [this](std::string_view piece) { Put(piece); });
}

void CleanedObject::Finish(dimse::Respond respond) {
  if (has_pixels_ && !pixels_.complete()) {
    throw Error(ErrorKind::kInvalid, "the data set ends inside Pixel Data");
  }
  if (!pixel_problem().empty()) {
    throw Error(ErrorKind::kInvalid, "Pixel Data is not of its transfer syntax");
  }
  if (deflater_) record_.Write(deflater_->Finish());
  record_.Close();
  arrival_.digests = digest_.Finish();
  if (original_) arrival_.digests = *original_;
  arrival_.seal = record_.seal();
  arrival_.size = record_.size();
  ++intake_.counters().cleaned;
  Commit(intake_, record_, std::move(hold_), std::move(arrival_), std::move(respond));
}

SealedObject::SealedObject(Intake& intake, std::shared_ptr<Hold> hold, std::string_view head,
                           const dicom::DataSet& original, const dicom::TransferSyntax& syntax,
                           Arrival arrival)
    : intake_(intake),
      hold_(std::move(hold)),
      arrival_(std::move(arrival)),
      digest_(intake.parts().keys, original, syntax),
      key_(vault::RandomKey(intake.parts().entropy)),
      record_(intake.parts().spool, key_, intake.parts().entropy) {
  arrival_.sealed = true;
  arrival_.key =
      vault::WrapKey(intake_.parts().keys.wrap, intake_.parts().entropy, kQuarantineKeyPlace, key_);
  record_.Write(head);
}

void SealedObject::Write(std::string_view bytes) {
  digest_.Add(bytes);
  record_.Write(bytes);
}

void SealedObject::Finish(dimse::Respond respond) {
  record_.Close();
  arrival_.digests = digest_.Finish();
  arrival_.size = record_.size();
  bool known = false;
  intake_.parts().database.Read([&](const store::Reader& reader) {
    known = store::IsQuarantined(reader, arrival_.identity_index, arrival_.digests.content,
                                 arrival_.digests.identity);
  });
  ++(known ? intake_.counters().resent : intake_.counters().sealed);
  if (known) return respond({});
  Commit(intake_, record_, std::move(hold_), std::move(arrival_), std::move(respond));
}

}  // namespace glossator::gate
