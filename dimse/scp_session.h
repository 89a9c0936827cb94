// SPDX-License-Identifier: GPL-3.0-or-later
// One association of a Server: what its peer asks, in the order of PS3.7.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "dimse/handler.h"
#include "dimse/message_reader.h"
#include "dimse/negotiation.h"
#include "dimse/server.h"
#include "dimse/store_operation.h"
#include "dimse/upper_layer.h"

namespace glossator::dimse {

// What all associations of a server share.
struct ServerCore {
  ServerCore(ServerOptions given, Handler& its_handler)
      : options(std::move(given)), handler(its_handler) {}

  const ServerOptions options;
  Handler& handler;
  std::atomic<bool> congested{false};
  std::atomic<bool> stopping{false};
  std::atomic<uint64_t> connections_open{0};
  std::atomic<uint64_t> associations_open{0};
  std::atomic<uint64_t> accepted{0};
  std::atomic<uint64_t> rejected{0};
  std::atomic<uint64_t> aborted{0};
  std::atomic<uint64_t> stored{0};
};

class ScpSession final : public UpperLayerUser,
                         private MessageUser,
                         public std::enable_shared_from_this<ScpSession> {
 public:
  ScpSession(std::shared_ptr<ServerCore> core, uint64_t number, std::function<void()> closed);

  void Start(std::unique_ptr<Stream> stream);
  // From any thread, after Start. Ends between two messages with A-ABORT, then closes.
  void Shutdown();
  void Kill();  // at once

 private:
  struct OperationRow;
  static const OperationRow kOperationRows[];
  const OperationRow* FindOperation() const;

  void OnAssociate(const AssociateRq& request) override;
  void OnReject(const Rejection& rejection) override;
  void OnData(const PdvPiece& piece) override;
  void OnRelease() override;
  void OnAbort(const Abort& abort, AbortCause cause) override;
  void OnClosed() override;

  bool IsAccepted(uint8_t context) const override { return contexts_.contains(context); }
  void OnCommand(uint8_t context, const Command& command) override;
  void OnDataSet(std::string_view bytes) override;
  void OnMessageEnd() override;

  std::optional<Rejection> Refusal();
  void Introduce(const AssociateRq& request);
  void BeginStore();
  void AnswerEarly(const Status& fault);
  std::optional<Status> StoreFault() const;
  void Pause();
  void Resume();
  void EndMessage();
  Respond MakeRespond();
  void Answer(uint64_t request, const Status& status);
  void Send(const Command& response, std::string data_set = {});
  void EndRequest();
  void MaybeShutdown();
  dicom::DataSet ReadDataSet() const;

  void Echo();
  void Store();
  void Find();
  void Action();
  void EventReport();
  void Ignore() {}

  const std::shared_ptr<ServerCore> core_;
  const std::function<void()> closed_;
  std::shared_ptr<UpperLayer> upper_;
  Association association_;
  AcceptedContexts contexts_;
  bool established_ = false;
  const char* ending_ = "connection lost";  // for the log
  uint64_t stored_ = 0;

  MessageReader messages_;
  uint64_t request_number_ = 0;  // the request under way; answers to older ones are dropped
  bool awaiting_ = false;        // respond has not been called yet
  bool early_ = false;           // an early answer is due, or given
  bool answered_ = false;        // in front of the end of its data set
  bool paused_ = false;
  bool end_after_pause_ = false;
  bool shutdown_ = false;
  bool releasing_ = false;
  uint8_t context_ = 0;
  Command command_;
  std::optional<StoreOperation> store_;
  std::string data_set_;  // of everything but C-STORE
  uint64_t data_set_bytes_ = 0;
};

}  // namespace glossator::dimse
