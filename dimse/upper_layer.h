// SPDX-License-Identifier: GPL-3.0-or-later
// One association, either role (PS3.8 7, 9.2): runs the state machine over a Stream.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "dimse/pdu.h"
#include "dimse/pdu_reader.h"
#include "dimse/state_machine.h"
#include "dimse/stream.h"
#include "dimse/write_queue.h"

namespace glossator::dimse {

enum class Role { kRequestor, kAcceptor };

enum class AbortCause {
  kPeer,        // A-ABORT received
  kProtocol,    // we aborted: the peer broke the protocol
  kConnection,  // connection refused or lost
};

// The service user: gets the indications and confirmations, answers with UpperLayer's functions,
// also from inside the calls. OnData may throw MalformedPdu, or Error for a fault
// above the PDUs; nothing else may be thrown.
class UpperLayerUser {
 public:
  virtual ~UpperLayerUser() = default;
  virtual void OnAssociate(const AssociateRq&) {}  // answer: Accept or Reject
  virtual void OnConfirm(const AssociateAc&) {}
  virtual void OnReject(const Rejection&) {}
  virtual void OnData(const PdvPiece& piece) = 0;
  virtual void OnRelease() = 0;  // answer: RespondRelease
  virtual void OnReleased() {}
  virtual void OnAbort(const Abort&, AbortCause) {}
  virtual void OnClosed() = 0;  // the last call; however it ended
};

enum class Reading {
  kAll,
  kNoData,  // stops in front of P-DATA; aborts and releases still arrive
  kNone,
};

struct UpperLayerOptions {
  uint32_t max_pdu = 128 * 1024;
  std::chrono::milliseconds artim{30'000};
  std::chrono::milliseconds idle{0};  // 0: never
};

// Not thread-safe: everything but Post runs in the stream's order.
class UpperLayer : public std::enable_shared_from_this<UpperLayer> {
 public:
  UpperLayer(Role role, std::unique_ptr<Stream> stream, const UpperLayerOptions& options,
             std::shared_ptr<UpperLayerUser> user);

  void Listen();                               // acceptor: Evt5
  void Associate(const AssociateRq& request);  // requestor: Evt1
  void Accept(const AssociateAc& acceptance);  // Evt7
  void Reject(const Rejection& rejection);     // Evt8
  // Evt9. `data` (may be empty) is asked for more when the wire has taken what was there.
  void SendMessage(uint8_t context, std::string_view command, NextChunk data);
  void Release();         // Evt11
  void RespondRelease();  // Evt14
  void AbortByUser();     // Evt15
  void Drop();            // closes the connection without a word

  void SetReading(Reading reading);
  void Post(std::function<void()> task) { stream_->Post(std::move(task)); }
  void StartTimer(std::chrono::milliseconds after, std::function<void()> expired) {
    stream_->StartTimer(Stream::Timer::kUser, after, std::move(expired));
  }
  void StopTimer() { stream_->StopTimer(Stream::Timer::kUser); }

  State state() const { return state_; }
  PeerName peer() const { return stream_->peer(); }
  uint64_t writes() const { return writes_; }  // done so far

 private:
  using ActionFunction = void (UpperLayer::*)();
  static const ActionFunction kActionFunctions[kActions];

  void Fire(Event event);
  // PS3.8 Tables 9-6 to 9-9.
  void Ae1();
  void Ae2();
  void Ae3();
  void Ae4();
  void Ae5();
  void Ae6();
  void Ae7();
  void Ae8();
  void Dt1();
  void Dt2();
  void Ar1();
  void Ar2();
  void Ar3();
  void Ar4();
  void Ar8();
  void Ar9();
  void Ar10();
  void Aa1();
  void Aa2();
  void Aa3();
  void Aa4();
  void Aa6();
  void Aa7();
  void Aa8();

  void SendAbort(const Abort& abort);
  void Send(std::string bytes);
  void WriteNext();
  void OnWritten(bool ok);
  void StartRead();
  void OnRead(bool ok, size_t size);
  void Process();
  void HandlePieces();
  void Handle(const PduPiece& piece);
  bool MayProcess() const;
  bool Clogged() const;
  void StartArtim();
  void StartIdle();
  void OnIdle();
  void TakeLimits(const UserInformation& peer);
  void Finish();

  const Role role_;
  const std::unique_ptr<Stream> stream_;
  const UpperLayerOptions options_;
  std::shared_ptr<UpperLayerUser> user_;  // until Finish
  State state_ = State::Sta1;

  PduReader reader_;
  std::unique_ptr<char[]> buffer_;
  size_t buffer_size_ = 0;
  size_t buffer_wanted_ = 4 * 1024;  // all that an idle association holds
  std::string_view input_;           // what is left of buffer_
  Reading reading_mode_ = Reading::kAll;
  bool reading_ = false;
  bool processing_ = false;
  bool out_of_step_ = false;  // after a malformed PDU: drop everything

  WriteQueue queue_;
  bool writing_ = false;
  uint32_t fragment_max_ = 16 * 1024;
  uint64_t writes_ = 0;
  std::chrono::steady_clock::time_point last_activity_;

  // Parameters of the event under way.
  AssociateRq request_;
  AssociateAc acceptance_;
  Rejection rejection_{};
  Abort abort_{};
  const PdvPiece* piece_ = nullptr;
};

}  // namespace glossator::dimse
