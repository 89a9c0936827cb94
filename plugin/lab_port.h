// SPDX-License-Identifier: GPL-3.0-or-later
// The lab side's DICOM port (`Lab`): tools of readers store Segmentations there, and each becomes
// the submission of who holds the claim. Who that is, is the reader whose AeTitle calls: with
// `Lab.Tls` only a known certificate can call, without it the title is all there is (ADR 44).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "dimse/handler.h"
#include "dimse/server.h"
#include "model/config.h"
#include "node/node.h"

namespace glossator::plugin {

class LabPort final : public dimse::Handler {
 public:
  // Borrows `config` (whose `lab` is set) and `node`. `submitted` is called after each submission.
  LabPort(const Config& config, node::Node& node, std::function<void()> submitted);

  void Start();  // throws kUnavailable when the port is taken
  void Stop();
  uint16_t port() const { return server_.port(); }

  // dimse::Handler
  std::optional<dimse::Rejection> Accept(const dimse::Association& association) override;
  bool Supports(const dimse::Association&, std::string_view abstract_syntax) override;
  std::unique_ptr<dimse::StoreSink> Store(const dimse::Association& association,
                                          const dimse::StoreRequest& request) override;

 private:
  class Sink;
  const ReaderConfig* ReaderOf(const std::string& aet) const;
  dimse::Status Submit(const ReaderConfig& who, std::string part10_bytes);

  const Config& config_;
  node::Node& node_;
  const std::function<void()> submitted_;
  dimse::Server server_;
};

}  // namespace glossator::plugin
