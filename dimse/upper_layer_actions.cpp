// SPDX-License-Identifier: GPL-3.0-or-later
// PS3.8 Tables 9-6 to 9-9, an action per function.
#include "dimse/upper_layer.h"

namespace glossator::dimse {

const UpperLayer::ActionFunction UpperLayer::kActionFunctions[kActions] = {
    &UpperLayer::Ae1, &UpperLayer::Ae2, &UpperLayer::Ae3,    &UpperLayer::Ae4,
    &UpperLayer::Ae5, &UpperLayer::Ae6, &UpperLayer::Ae7,    &UpperLayer::Ae8,
    &UpperLayer::Dt1, &UpperLayer::Dt2, &UpperLayer::Ar1,    &UpperLayer::Ar2,
    &UpperLayer::Ar3, &UpperLayer::Ar4, &UpperLayer::Finish, &UpperLayer::Dt2,   // AR-5, AR-6
    &UpperLayer::Dt1, &UpperLayer::Ar8, &UpperLayer::Ar9,    &UpperLayer::Ar10,  // AR-7 ...
    &UpperLayer::Aa1, &UpperLayer::Aa2, &UpperLayer::Aa3,    &UpperLayer::Aa4,
    &UpperLayer::Aa2, &UpperLayer::Aa6, &UpperLayer::Aa7,    &UpperLayer::Aa8,  // AA-5 ...
};

// The state changes first: an action may call the user, who may fire the next event.
void UpperLayer::Fire(Event event) {
  const std::optional<Action> action = ActionFor(state_, event);
  if (!action) return;
  const auto self = shared_from_this();  // the user may let go of us
  state_ = TargetOf(*action);
  (this->*kActionFunctions[static_cast<size_t>(*action)])();
}

void UpperLayer::Listen() { Fire(Event::Evt5); }

void UpperLayer::Associate(const AssociateRq& request) {
  request_ = request;
  Fire(Event::Evt1);
}

void UpperLayer::Accept(const AssociateAc& acceptance) {
  acceptance_ = acceptance;
  Fire(Event::Evt7);
}

void UpperLayer::Reject(const Rejection& rejection) {
  rejection_ = rejection;
  Fire(Event::Evt8);
}

void UpperLayer::SendMessage(uint8_t context, std::string_view command, NextChunk data) {
  if (!ActionFor(state_, Event::Evt9)) return;  // the association is ending
  for (size_t at = 0; at < command.size(); at += fragment_max_) {
    const std::string_view fragment = command.substr(at, fragment_max_);
    const bool last = at + fragment.size() == command.size();
    queue_.Add(
        PDataHeader(context, true, last, static_cast<uint32_t>(fragment.size())).append(fragment));
  }
  if (data) queue_.AddDataSet(context, fragment_max_, std::move(data));
  Fire(Event::Evt9);
}

void UpperLayer::Release() { Fire(Event::Evt11); }
void UpperLayer::RespondRelease() { Fire(Event::Evt14); }
void UpperLayer::AbortByUser() { Fire(Event::Evt15); }

void UpperLayer::Drop() {
  const auto self = shared_from_this();
  if (state_ != State::Sta1) Finish();
}

void UpperLayer::Ae1() {
  stream_->Open(
      [self = shared_from_this()](bool ok) { self->Fire(ok ? Event::Evt2 : Event::Evt17); });
}

void UpperLayer::Ae2() {
  Send(Encode(request_));
  StartRead();
}

void UpperLayer::Ae3() {
  TakeLimits(acceptance_.user);
  StartIdle();
  user_->OnConfirm(acceptance_);
}

void UpperLayer::Ae4() {
  user_->OnReject(rejection_);
  Finish();
}

// ARTIM covers the TLS handshake too.
void UpperLayer::Ae5() {
  StartArtim();
  stream_->Open(
      [self = shared_from_this()](bool ok) { ok ? self->StartRead() : self->Fire(Event::Evt17); });
}

void UpperLayer::Ae6() {
  const bool version = (request_.protocol_version & 1) != 0;
  if (version && request_.application_context == kDicomApplicationContext) {
    stream_->StopTimer(Stream::Timer::kUpperLayer);
    return user_->OnAssociate(request_);
  }
  state_ = OtherTarget(Action::AE6);
  rejection_ = version ? kApplicationContextNotSupported : kProtocolVersionNotSupported;
  user_->OnReject(rejection_);
  Ae8();
}

void UpperLayer::Ae7() {
  TakeLimits(request_.user);
  Send(Encode(acceptance_));
  StartIdle();
}

void UpperLayer::Ae8() {
  Send(Encode(rejection_));
  StartArtim();
}

void UpperLayer::Dt1() { WriteNext(); }
void UpperLayer::Dt2() { user_->OnData(*piece_); }
void UpperLayer::Ar1() { Send(EncodeReleaseRq()); }
void UpperLayer::Ar2() { user_->OnRelease(); }

void UpperLayer::Ar3() {
  user_->OnReleased();
  Finish();
}

void UpperLayer::Ar4() {
  Send(EncodeReleaseRp());
  StartArtim();
}

void UpperLayer::Ar8() {
  if (role_ == Role::kRequestor) return user_->OnRelease();
  state_ = OtherTarget(Action::AR8);  // the requestor answers first
}

void UpperLayer::Ar9() { Send(EncodeReleaseRp()); }
void UpperLayer::Ar10() { user_->OnRelease(); }

void UpperLayer::SendAbort(const Abort& abort) {
  queue_.Truncate();
  Send(Encode(abort));
  reading_mode_ = Reading::kAll;  // to see the peer close
  StartArtim();
  Process();
}

void UpperLayer::Aa1() { SendAbort({AbortSource::kServiceUser, AbortReason::kNotSpecified}); }
void UpperLayer::Aa2() { Finish(); }

void UpperLayer::Aa3() {
  user_->OnAbort(abort_, AbortCause::kPeer);
  Finish();
}

void UpperLayer::Aa4() {
  user_->OnAbort({AbortSource::kServiceProvider, AbortReason::kNotSpecified},
                 AbortCause::kConnection);
  Finish();
}

void UpperLayer::Aa6() {}
void UpperLayer::Aa7() { Send(Encode(abort_)); }

void UpperLayer::Aa8() {
  const Abort abort = abort_;
  SendAbort(abort);
  user_->OnAbort(abort, AbortCause::kProtocol);
}

}  // namespace glossator::dimse
