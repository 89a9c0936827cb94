// SPDX-License-Identifier: GPL-3.0-or-later
// The life of an association; its requests are in scp_requests.cpp.
#include "dimse/scp_session.h"

#include "dimse/guard.h"
#include "model/log.h"

namespace glossator::dimse {

ScpSession::ScpSession(std::shared_ptr<ServerCore> core, uint64_t number,
                       std::function<void()> closed)
    : core_(std::move(core)), closed_(std::move(closed)) {
  association_.number = number;
  ++core_->connections_open;
}

void ScpSession::Start(std::unique_ptr<Stream> stream) {
  const ServerOptions& options = core_->options;
  upper_ = std::make_shared<UpperLayer>(
      Role::kAcceptor, std::move(stream),
      UpperLayerOptions{options.max_pdu, options.artim, options.idle}, shared_from_this());
  upper_->Post([upper = upper_] { upper->Listen(); });
}

void ScpSession::Introduce(const AssociateRq& request) {
  const PeerName peer = upper_->peer();
  association_.calling_aet = request.calling_aet;
  association_.called_aet = request.called_aet;
  association_.peer_address = peer.address;
  association_.peer_port = peer.port;
  association_.tls_subject = peer.tls_subject;
  association_.implementation_class_uid = request.user.implementation_class_uid;
  association_.implementation_version = request.user.implementation_version;
  association_.user_identity = request.user.user_identity;
}

std::optional<Rejection> ScpSession::Refusal() {
  if (core_->stopping || core_->congested) return kTemporaryCongestion;
  if (core_->associations_open >= core_->options.associations_max) return kLocalLimitExceeded;
  std::optional<Rejection> refusal;
  if (Guard([&] { refusal = core_->handler.Accept(association_); })) return kTemporaryCongestion;
  return refusal;
}

void ScpSession::OnAssociate(const AssociateRq& request) {
  Introduce(request);
  std::optional<Rejection> refusal = Refusal();
  Negotiated negotiated;
  if (!refusal && Guard([&] {
        negotiated = Negotiate(request, association_, core_->handler, core_->options.max_pdu);
      })) {
    refusal = kTemporaryCongestion;
  }
  if (refusal) {
    OnReject(*refusal);
    return upper_->Reject(*refusal);
  }
  contexts_ = std::move(negotiated.contexts);
  established_ = true;
  ++core_->associations_open;
  ++core_->accepted;
  upper_->Accept(negotiated.answer);
}

void ScpSession::OnReject(const Rejection& rejection) {
  ++core_->rejected;
  ending_ = "rejected";
  Log(LogLevel::kWarning, "association-rejected",
      {{"association", association_.number},
       {"peer", upper_->peer().address},
       {"reason", ToString(rejection)}});
}

void ScpSession::OnData(const PdvPiece& piece) { messages_.Take(piece, *this); }

// A peer that releases before it has its last answer still gets it first (AR-7).
void ScpSession::OnRelease() {
  ending_ = "released";
  releasing_ = true;
  if (!awaiting_) upper_->RespondRelease();
}

void ScpSession::OnAbort(const Abort& abort, AbortCause cause) {
  static constexpr const char* kEndings[] = {"aborted by the peer", "protocol error",
                                             "connection lost"};
  ending_ = kEndings[static_cast<int>(cause)];
  ++core_->aborted;
  store_.reset();
  Log(LogLevel::kWarning, "association-aborted",
      {{"association", association_.number},
       {"peer", upper_->peer().address},
       {"cause", ending_},
       {"source", static_cast<int>(abort.source)},
       {"reason", static_cast<int>(abort.reason)}});
}

void ScpSession::OnClosed() {
  store_.reset();
  --core_->connections_open;
  if (established_) {
    --core_->associations_open;
    Log(LogLevel::kInfo, "association-closed",
        {{"association", association_.number},
         {"peer", association_.peer_address},
         {"ending", ending_},
         {"stored", stored_}});
    Guard([&] { core_->handler.Closed(association_); });
  }
  closed_();
}

void ScpSession::Shutdown() {
  upper_->Post([self = shared_from_this()] {
    self->shutdown_ = true;
    self->MaybeShutdown();
  });
}

// A peer that does not close after our A-ABORT is not waited for as long as ARTIM.
void ScpSession::MaybeShutdown() {
  if (!shutdown_) return;
  if (upper_->state() == State::Sta2) return upper_->Drop();
  if (awaiting_ || store_ || !messages_.at_boundary()) return;
  ending_ = "stopped";
  upper_->AbortByUser();
  constexpr std::chrono::milliseconds kPoliteness{300};
  upper_->StartTimer(kPoliteness, [upper = upper_] { upper->Drop(); });
}

void ScpSession::Kill() {
  upper_->Post([upper = upper_] { upper->Drop(); });
}

}  // namespace glossator::dimse
