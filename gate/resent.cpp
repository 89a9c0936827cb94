// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/resent.h"

#include "deid/reason.h"
#include "model/error.h"
#include "model/log.h"
#include "store/gate_object.h"

namespace glossator::gate {

struct ResentObject::Resend {
  Resend(Intake& the_intake, Binding the_binding, std::shared_ptr<Hold> the_hold,
         const dicom::DataSet& original, const dicom::TransferSyntax& syntax, Arrival the_arrival)
      : intake(the_intake),
        binding(std::move(the_binding)),
        hold(std::move(the_hold)),
        arrival(std::move(the_arrival)),
        identity(IdentityAttributes(original)),
        digest(intake.parts().keys, original, syntax),
        key(vault::RandomKey(intake.parts().entropy)),
        record(intake.parts().spool, key, intake.parts().entropy) {}

  Intake& intake;
  Binding binding;
  std::shared_ptr<Hold> hold;
  Arrival arrival;
  dicom::DataSet identity;
  ContentDigest digest;
  vault::Key key;
  RecordWriter record;
  dimse::Respond respond;
};

// Who waits for the instance may go on before the sender hears of it.
void ResentObject::Answer(Resend& resend, dimse::Status status) {
  resend.hold->Release();
  resend.respond(std::move(status));
}

ResentObject::ResentObject(Intake& intake, Binding binding, std::shared_ptr<Hold> hold,
                           std::string_view head, const dicom::DataSet& original,
                           const dicom::TransferSyntax& syntax, Arrival arrival)
    : resend_(std::make_shared<Resend>(intake, std::move(binding), std::move(hold), original,
                                       syntax, std::move(arrival))) {
  resend_->arrival.sealed = true;
  resend_->arrival.reason = deid::reasons::kConflict;
  resend_->arrival.key = vault::WrapKey(intake.parts().keys.wrap, intake.parts().entropy,
                                        kQuarantineKeyPlace, resend_->key);
  resend_->record.Write(head);
}

void ResentObject::Write(std::string_view bytes) {
  resend_->digest.Add(bytes);
  resend_->record.Write(bytes);
}

void ResentObject::Finish(dimse::Respond respond) {
  auto& resend = *resend_;
  resend.respond = std::move(respond);
  resend.record.Close();
  resend.arrival.digests = resend.digest.Finish();
  resend.arrival.size = resend.record.size();
  if (resend.hold->claims()) return Settle(resend_);
  resend.intake.twins().Await(resend.arrival.identity_index,
                              [shared = resend_] { AfterTwin(shared); });
}

// The other has its row, or has failed. Of several that waited only one goes on at a time.
void ResentObject::AfterTwin(const std::shared_ptr<Resend>& resend) noexcept {
  try {
    auto& twins = resend->intake.twins();
    const auto& index = resend->arrival.identity_index;
    if (!twins.Claim(index)) return twins.Await(index, [resend] { AfterTwin(resend); });
    resend->hold = std::make_shared<Hold>(resend->binding.study, twins, index);
    Settle(resend);
  } catch (const std::exception& error) {
    Log(LogLevel::kError, "gate.resend-failed", {{"why", error.what()}});
    Answer(*resend, {dimse::kOutOfResources, "send again"});
  }
}

void ResentObject::Settle(const std::shared_ptr<Resend>& resend) {
  const auto& arrival = resend->arrival;
  auto& counters = resend->intake.counters();
  std::optional<store::InstanceRow> held;
  bool sealed = false;
  resend->intake.parts().database.Read([&](const store::Reader& reader) {
    held = store::FindInstance(reader, arrival.identity_index);
    sealed = store::IsQuarantined(reader, arrival.identity_index, arrival.digests.content,
                                  arrival.digests.identity);
  });
  const bool same_content =
      held && held->study == arrival.study && held->digest == arrival.digests.content;
  if (sealed || (same_content && held->identity_digest == arrival.digests.identity)) {
    ++counters.resent;
    return Answer(*resend, {});
  }
  if (same_content) return RenewIdentity(resend, *held);
  if (held) return KeepAsConflict(*resend);
  // The twin has failed, or was sealed while this one differs: judged anew when it comes again.
  Answer(*resend, {dimse::kOutOfResources, "the same instance was being received, send again"});
}

void ResentObject::KeepAsConflict(Resend& resend) {
  ++resend.intake.counters().conflicts;
  Commit(resend.intake, resend.record, std::move(resend.hold), std::move(resend.arrival),
         std::move(resend.respond));
}

// The network's threads do not wait for the database.
void ResentObject::RenewIdentity(const std::shared_ptr<Resend>& resend,
                                 const store::InstanceRow& instance) {
  ++resend->intake.counters().renewed;
  auto& parts = resend->intake.parts();
  parts.ledger.RecordLater(
      [resend, &parts, number = instance.number](store::Transaction& transaction) {
        const NewIdentity identity{number, resend->arrival.digests.identity,
                                   resend->binding.other_patient, resend->identity};
        parts.identities.Renew(transaction, *resend->binding.study, identity);
      },
      [resend](bool done) {
        Answer(*resend,
               done ? dimse::Status{} : dimse::Status{dimse::kOutOfResources, "send again"});
      });
}

}  // namespace glossator::gate
