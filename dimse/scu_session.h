// SPDX-License-Identifier: GPL-3.0-or-later
// The requestor's side of one association: what arrived, for scu.cpp to wait for.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "dimse/message_reader.h"
#include "dimse/negotiation.h"
#include "dimse/scu.h"
#include "dimse/upper_layer.h"

namespace glossator::dimse {

struct Response {
  Command command;
  std::string data_set;
};

class ScuSession final : public UpperLayerUser, private MessageUser {
 public:
  explicit ScuSession(const ScuOptions& options);

  AssociateRq MakeRequest() const;
  void Attach(UpperLayer& upper) { upper_ = &upper; }  // outlived by it

  // What the caller waits for.
  bool established = false;
  bool released = false;
  bool peer_releases = false;
  bool closed = false;
  std::string fault;  // why it ended, fit to be shown
  std::optional<Rejection> rejection;
  std::deque<Response> responses;
  unsigned requests_served = 0;

  AcceptedContexts contexts;
  Association association;

  // The accepted context of (abstract, transfer syntax); any syntax when null. 0: none.
  uint8_t FindContext(std::string_view abstract_syntax,
                      const dicom::TransferSyntax* syntax = nullptr) const;

 private:
  void OnConfirm(const AssociateAc& acceptance) override;
  void OnReject(const Rejection& reason) override;
  void OnData(const PdvPiece& piece) override { messages_.Take(piece, *this); }
  void OnRelease() override;
  void OnReleased() override { released = true; }
  void OnAbort(const Abort& abort, AbortCause cause) override;
  void OnClosed() override { closed = true; }

  bool IsAccepted(uint8_t context) const override { return contexts.contains(context); }
  void OnCommand(uint8_t context, const Command& command) override;
  void OnDataSet(std::string_view bytes) override;
  void OnMessageEnd() override;
  Status Serve();

  const ScuOptions& options_;
  UpperLayer* upper_ = nullptr;
  MessageReader messages_;
  uint8_t context_ = 0;
  Response incoming_;
};

}  // namespace glossator::dimse
