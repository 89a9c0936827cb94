// SPDX-License-Identifier: GPL-3.0-or-later
#include "dimse/scu_session.h"

#include <algorithm>

#include "dicom/io.h"
#include "dimse/guard.h"

namespace glossator::dimse {
namespace {

constexpr size_t kMessageBytesMax = 16u << 20;

std::vector<std::string> SyntaxesOf(const ScuContext& context) {
  if (!context.transfer_syntaxes.empty()) return context.transfer_syntaxes;
  return {std::string(dicom::kExplicitLittleEndian.uid),
          std::string(dicom::kImplicitLittleEndian.uid)};
}

}  // namespace

ScuSession::ScuSession(const ScuOptions& options) : options_(options) {
  if (options.contexts.empty() || options.contexts.size() > 128) {
    throw Error(ErrorKind::kInvalid, "an association needs 1 to 128 presentation contexts");
  }
}

AssociateRq ScuSession::MakeRequest() const {
  AssociateRq request;
  request.called_aet = options_.called_aet;
  request.calling_aet = options_.calling_aet;
  request.application_context = kDicomApplicationContext;
  request.user = OwnUserInformation(options_.max_pdu);
  request.user.user_identity = options_.user_identity;
  unsigned id = 1;
  for (const ScuContext& context : options_.contexts) {
    request.contexts.push_back(
        {static_cast<uint8_t>(id), context.abstract_syntax, SyntaxesOf(context)});
    id += 2;
    if (context.as_scp) request.user.roles.push_back({context.abstract_syntax, false, true});
  }
  return request;
}

uint8_t ScuSession::FindContext(std::string_view abstract_syntax,
                                const dicom::TransferSyntax* syntax) const {
  for (const auto& [id, context] : contexts) {
    const bool fits = !syntax || context.transfer_syntax->uid == syntax->uid;
    if (context.abstract_syntax == abstract_syntax && fits) return id;
  }
  return 0;
}

void ScuSession::OnConfirm(const AssociateAc& acceptance) {
  for (const AnsweredContext& answer : acceptance.contexts) {
    const size_t index = answer.id / 2u;
    if (answer.result != ContextResult::kAcceptance || index >= options_.contexts.size()) continue;
    const auto offered = SyntaxesOf(options_.contexts[index]);
    const auto* syntax = dicom::FindTransferSyntax(answer.transfer_syntax);
    // Taking what was not offered is the acceptor's fault: not used.
    if (!syntax || std::ranges::find(offered, answer.transfer_syntax) == offered.end()) continue;
    contexts[answer.id] = {options_.contexts[index].abstract_syntax, syntax};
  }
  const PeerName peer = upper_->peer();
  association.calling_aet = options_.calling_aet;
  association.called_aet = options_.called_aet;
  association.peer_address = peer.address;
  association.peer_port = peer.port;
  association.tls_subject = peer.tls_subject;
  association.implementation_class_uid = acceptance.user.implementation_class_uid;
  association.implementation_version = acceptance.user.implementation_version;
  established = true;
}

void ScuSession::OnReject(const Rejection& reason) { rejection = reason; }

void ScuSession::OnRelease() {
  peer_releases = true;
  fault = "the peer released the association";
  upper_->RespondRelease();
}

void ScuSession::OnAbort(const Abort& abort, AbortCause cause) {
  static constexpr const char* kFaults[] = {"the peer aborted the association",
                                            "the peer broke the protocol", "no connection"};
  fault = kFaults[static_cast<int>(cause)];
  if (cause != AbortCause::kConnection) {
    fault += " (source " + std::to_string(static_cast<int>(abort.source)) + ", reason " +
             std::to_string(static_cast<int>(abort.reason)) + ")";
  }
}

void ScuSession::OnCommand(uint8_t context, const Command& command) {
  context_ = context;
  incoming_ = {command, {}};
}

void ScuSession::OnDataSet(std::string_view bytes) {
  if (incoming_.data_set.size() + bytes.size() > kMessageBytesMax) {
    throw Error(ErrorKind::kInvalid, "data set of a message too long");
  }
  incoming_.data_set += bytes;
}

void ScuSession::OnMessageEnd() {
  if (incoming_.command.is_response()) {
    responses.push_back(std::move(incoming_));
    return;
  }
  const Status status = Serve();
  upper_->SendMessage(context_, Encode(Command::Response(incoming_.command, status)), {});
  ++requests_served;
}

// Storage commitment may report on the association that asked for it (PS3.4 J.3.3).
Status ScuSession::Serve() {
  const Command& command = incoming_.command;
  if (command.operation() == Operation::kEcho) return {};
  if (command.operation() != Operation::kEventReport || !options_.on_event_report) {
    return {kUnrecognizedOperation};
  }
  Status status;
  const auto failure = Guard([&] {
    const auto& syntax = *contexts.at(context_).transfer_syntax;
    status = options_.on_event_report(command.sop_class_uid, command.sop_instance_uid, command.type,
                                      dicom::Read(incoming_.data_set, syntax));
  });
  return failure ? *failure : status;
}

}  // namespace glossator::dimse
