// SPDX-License-Identifier: GPL-3.0-or-later
// Bytes in, bytes out, timers. The actions of the state machine are in upper_layer_actions.cpp.
#include "dimse/upper_layer.h"

#include <algorithm>
#include <array>

namespace glossator::dimse {
namespace {

constexpr size_t kLargeBuffer = 128 * 1024;
constexpr size_t kWaitingMax = 64;  // messages that a peer may leave unread before we stop reading

Event EventOf(PduType type) {
  constexpr std::array<Event, 8> kEventOf = {Event::Evt19, Event::Evt6,  Event::Evt3,
                                             Event::Evt4,  Event::Evt10, Event::Evt12,
                                             Event::Evt13, Event::Evt16};
  return kEventOf[static_cast<size_t>(type)];
}

}  // namespace

UpperLayer::UpperLayer(Role role, std::unique_ptr<Stream> stream, const UpperLayerOptions& options,
                       std::shared_ptr<UpperLayerUser> user)
    : role_(role),
      stream_(std::move(stream)),
      options_(options),
      user_(std::move(user)),
      reader_(options.max_pdu) {}

void UpperLayer::Send(std::string bytes) {
  queue_.Add(std::move(bytes));
  WriteNext();
}

void UpperLayer::WriteNext() {
  if (writing_ || queue_.empty()) return;
  const std::vector<std::string_view> pieces = queue_.Gather();
  writing_ = true;
  stream_->Write(pieces, [self = shared_from_this()](bool ok) { self->OnWritten(ok); });
}

void UpperLayer::OnWritten(bool ok) {
  writing_ = false;
  if (!ok) return Fire(Event::Evt17);
  const bool was_clogged = Clogged();
  queue_.Written();
  ++writes_;
  last_activity_ = std::chrono::steady_clock::now();
  WriteNext();
  if (was_clogged && !Clogged()) Process();
}

bool UpperLayer::Clogged() const { return queue_.size() > kWaitingMax; }

void UpperLayer::StartRead() {
  if (reading_ || state_ == State::Sta1 || !input_.empty()) return;
  if (reading_mode_ == Reading::kNone || Clogged()) return;
  if (buffer_size_ < buffer_wanted_) {
    buffer_size_ = buffer_wanted_;
    buffer_ = std::make_unique_for_overwrite<char[]>(buffer_size_);
  }
  reading_ = true;
  stream_->Read(std::span(buffer_.get(), buffer_size_),
                [self = shared_from_this()](bool ok, size_t size) { self->OnRead(ok, size); });
}

void UpperLayer::OnRead(bool ok, size_t size) {
  reading_ = false;
  if (!ok) return Fire(Event::Evt17);
  input_ = std::string_view(buffer_.get(), size);
  if (size == buffer_size_) buffer_wanted_ = kLargeBuffer;  // a full small one announces bulk
  Process();
}

bool UpperLayer::MayProcess() const {
  if (state_ == State::Sta1 || out_of_step_ || Clogged()) return false;
  if (reading_mode_ == Reading::kNone) return false;
  return reading_mode_ == Reading::kAll || !reader_.DataAhead(input_);
}

void UpperLayer::HandlePieces() {
  const uint64_t pdus_before = reader_.pdus();
  while (MayProcess()) {
    const std::optional<PduPiece> piece = reader_.Next(input_);
    if (!piece) break;
    Handle(*piece);
  }
  // Only whole PDUs count: a peer that sends a byte a second is idle.
  if (reader_.pdus() != pdus_before) last_activity_ = std::chrono::steady_clock::now();
}

// The edge between bytes and events: what is no PDU becomes Evt19; what is no DIMSE message makes
// its user abort.
void UpperLayer::Process() {
  if (processing_) return;
  processing_ = true;
  try {
    HandlePieces();
  } catch (const MalformedPdu& fault) {
    out_of_step_ = true;
    abort_ = {AbortSource::kServiceProvider, fault.reason()};
    Fire(Event::Evt19);
  } catch (const Error&) {
    out_of_step_ = true;
    AbortByUser();
  }
  processing_ = false;
  if (out_of_step_ || state_ == State::Sta1) input_ = {};
  StartRead();
}

void UpperLayer::Handle(const PduPiece& piece) {
  abort_ = {AbortSource::kServiceProvider, AbortReason::kUnexpectedPdu};  // should it be one
  switch (piece.type) {
    case PduType::kAssociateRq:
      request_ = ParseAssociateRq(piece.body);
      break;
    case PduType::kAssociateAc:
      acceptance_ = ParseAssociateAc(piece.body);
      break;
    case PduType::kAssociateRj:
      rejection_ = ParseRejection(piece.body);
      break;
    case PduType::kAbort:
      abort_ = ParseAbort(piece.body);
      break;
    default:
      piece_ = &piece.pdv;
  }
  Fire(EventOf(piece.type));
  piece_ = nullptr;
}

void UpperLayer::SetReading(Reading reading) {
  reading_mode_ = reading;
  last_activity_ = std::chrono::steady_clock::now();
  Process();
}

void UpperLayer::StartArtim() {
  stream_->StartTimer(Stream::Timer::kUpperLayer, options_.artim,
                      [self = shared_from_this()] { self->Fire(Event::Evt18); });
}

void UpperLayer::StartIdle() {
  stream_->StopTimer(Stream::Timer::kUpperLayer);
  last_activity_ = std::chrono::steady_clock::now();
  OnIdle();
}

// Re-arms itself instead of being re-armed by every PDU.
void UpperLayer::OnIdle() {
  if (options_.idle.count() == 0 || state_ != State::Sta6) return;
  const auto now = std::chrono::steady_clock::now();
  if (reading_mode_ != Reading::kAll) last_activity_ = now;  // it is us who make it wait
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(last_activity_ + options_.idle - now);
  if (left.count() <= 0) return AbortByUser();
  stream_->StartTimer(Stream::Timer::kUpperLayer, left,
                      [self = shared_from_this()] { self->OnIdle(); });
}

void UpperLayer::TakeLimits(const UserInformation& peer) {
  // PS3.8 D.1.1: the maximum counts what follows the PDU header; 0 is no limit.
  constexpr uint32_t kOwnMax = 256 * 1024;
  const uint32_t limit = peer.max_length == 0 ? 128 * 1024 : std::min(peer.max_length, kOwnMax);
  fragment_max_ = std::max<uint32_t>(limit, kPdvHeader + 2) - kPdvHeader;
  fragment_max_ -= fragment_max_ % 2;
}

void UpperLayer::Finish() {
  state_ = State::Sta1;
  stream_->StopTimer(Stream::Timer::kUpperLayer);
  stream_->StopTimer(Stream::Timer::kUser);
  stream_->Close();
  if (const auto user = std::move(user_)) user->OnClosed();
}

}  // namespace glossator::dimse
