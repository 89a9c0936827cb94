// SPDX-License-Identifier: GPL-3.0-or-later
// The association class against a fake wire: what each state sends and tells.
#include "dimse/upper_layer.h"

#include <gtest/gtest.h>

#include "fake_stream.h"
#include "samples.h"

namespace glossator::dimse {
namespace {

class Recorder final : public UpperLayerUser {
 public:
  void OnAssociate(const AssociateRq&) override { log += "associate "; }
  void OnConfirm(const AssociateAc&) override { log += "confirm "; }
  void OnReject(const Rejection&) override { log += "reject "; }
  void OnData(const PdvPiece& piece) override { log += "data(" + std::string(piece.bytes) + ") "; }
  void OnRelease() override { log += "release "; }
  void OnReleased() override { log += "released "; }
  void OnAbort(const Abort& abort, AbortCause cause) override {
    log += "abort(" + std::to_string(static_cast<int>(cause)) + "," +
           std::to_string(static_cast<int>(abort.source)) + "," +
           std::to_string(static_cast<int>(abort.reason)) + ") ";
  }
  void OnClosed() override { log += "closed "; }
  std::string log;
};

struct Bench {
  explicit Bench(Role role)
      : user(std::make_shared<Recorder>()),
        upper(std::make_shared<UpperLayer>(role, std::make_unique<FakeStream>(wire),
                                           UpperLayerOptions{}, user)) {}
  ~Bench() {
    upper->Drop();
    wire.Run();
  }

  // What was written and told since the last call.
  std::string Written() { return std::exchange(wire.written, {}); }
  std::string Told() { return std::exchange(user->log, {}); }

  FakeWire wire;
  std::shared_ptr<Recorder> user;
  std::shared_ptr<UpperLayer> upper;
};

std::string Provider(AbortReason reason) {
  return Encode(Abort{AbortSource::kServiceProvider, reason});
}
std::string ByUser() { return Encode(Abort{}); }

void Listen(Bench& bench) {
  bench.upper->Listen();
  bench.wire.Opened(true);
}
void Establish(Bench& bench) {
  Listen(bench);
  bench.wire.Arrive(Encode(SampleRequest()));
  bench.upper->Accept(SampleAcceptance());
  bench.wire.Run();
  bench.Written();
  bench.Told();
}
void EstablishRequestor(Bench& bench) {
  bench.upper->Associate(SampleRequest());
  bench.wire.Opened(true);
  bench.wire.Arrive(Encode(SampleAcceptance()));
  bench.Written();
  bench.Told();
}

TEST(Acceptor, AcceptsTakesDataAndReleases) {
  Bench bench(Role::kAcceptor);
  Listen(bench);
  EXPECT_EQ(bench.upper->state(), State::Sta2);
  EXPECT_TRUE(bench.wire.timers.contains(Stream::Timer::kUpperLayer)) << "ARTIM";
  bench.wire.Arrive(Encode(SampleRequest()));
  EXPECT_EQ(bench.upper->state(), State::Sta3);
  EXPECT_FALSE(bench.wire.timers.contains(Stream::Timer::kUpperLayer));
  bench.upper->Accept(SampleAcceptance());
  EXPECT_EQ(bench.upper->state(), State::Sta6);
  EXPECT_EQ(bench.Written(), Encode(SampleAcceptance()));
  bench.wire.Run();
  bench.wire.Arrive(DataPdu(3, "ab"));
  bench.wire.Arrive(EncodeReleaseRq());
  EXPECT_EQ(bench.upper->state(), State::Sta8);
  bench.upper->RespondRelease();
  EXPECT_EQ(bench.Written(), EncodeReleaseRp());
  EXPECT_EQ(bench.upper->state(), State::Sta13);
  bench.wire.Run();
  bench.wire.Lose();
  EXPECT_EQ(bench.upper->state(), State::Sta1);
  EXPECT_EQ(bench.Told(), "associate data(ab) release closed ");
}

TEST(Acceptor, ClosesWhenArtimExpiresBeforeAnyPdu) {
  Bench bench(Role::kAcceptor);
  Listen(bench);
  bench.wire.Expire(Stream::Timer::kUpperLayer);
  EXPECT_TRUE(bench.wire.closed);
  EXPECT_EQ(bench.Told(), "closed ");
  EXPECT_EQ(bench.Written(), "");
}

TEST(Acceptor, RejectsAnotherApplicationContextAndProtocolVersion) {
  for (const bool version : {true, false}) {
    Bench bench(Role::kAcceptor);
    Listen(bench);
    AssociateRq request = SampleRequest();
    if (version) {
      request.protocol_version = 2;
    } else {
      request.application_context = "1.2.3";
    }
    bench.wire.Arrive(Encode(request));
    EXPECT_EQ(bench.Written(),
              Encode(version ? kProtocolVersionNotSupported : kApplicationContextNotSupported));
    EXPECT_EQ(bench.upper->state(), State::Sta13);
    bench.wire.Run();
    bench.wire.Expire(Stream::Timer::kUpperLayer);
    EXPECT_EQ(bench.Told(), "reject closed ");
  }
}

TEST(Acceptor, AbortsAsUserOnAnythingButARequestAtFirst) {
  for (const std::string& pdu :
       {DataPdu(1, "ab"), EncodeReleaseRq(), EncodeReleaseRp(), Encode(SampleAcceptance()),
        std::string("GET / HTTP/1.0\r\n\r\n")}) {
    Bench bench(Role::kAcceptor);
    Listen(bench);
    bench.wire.Arrive(pdu);
    EXPECT_EQ(bench.Written(), ByUser());
    EXPECT_EQ(bench.upper->state(), State::Sta13);
  }
}

TEST(Acceptor, AbortsAsProviderOnAPduThatDoesNotBelongIntoAnAssociation) {
  for (const std::string& pdu : {Encode(SampleRequest()), Encode(SampleAcceptance()),
                                 Encode(kCalledAeNotRecognized), EncodeReleaseRp()}) {
    Bench bench(Role::kAcceptor);
    Establish(bench);
    bench.wire.Arrive(pdu);
    EXPECT_EQ(bench.Written(), Provider(AbortReason::kUnexpectedPdu));
    EXPECT_EQ(bench.Told(), "abort(1,2,2) ");
    EXPECT_EQ(bench.upper->state(), State::Sta13);
    bench.wire.Run();
    bench.wire.Arrive(DataPdu(1, "ab"));  // AA-6: ignored
    EXPECT_EQ(bench.Written(), "");
    bench.wire.Lose();
    EXPECT_EQ(bench.Told(), "closed ");
  }
}

TEST(Acceptor, SaysWhatWasWrongWithMalformedBytes) {
  Bench bench(Role::kAcceptor);
  Establish(bench);
  bench.wire.Arrive("\x2A");
  EXPECT_EQ(bench.Written(), Provider(AbortReason::kUnrecognizedPdu));
  bench.wire.Run();
  bench.wire.Arrive("any more of it is dropped");
  EXPECT_EQ(bench.Written(), "");
  EXPECT_EQ(bench.Told(), "abort(1,2,1) ");
}

TEST(Acceptor, TellsOfAnAbortAndOfALostConnection) {
  Bench aborted(Role::kAcceptor);
  Establish(aborted);
  aborted.wire.Arrive(ByUser());
  EXPECT_EQ(aborted.Told(), "abort(0,0,0) closed ");
  Bench lost(Role::kAcceptor);
  Establish(lost);
  lost.wire.Lose();
  EXPECT_EQ(lost.Told(), "abort(2,2,0) closed ");
}

TEST(Acceptor, HoldsDataBackButHearsAnAbort) {
  Bench bench(Role::kAcceptor);
  Establish(bench);
  bench.upper->SetReading(Reading::kNoData);
  bench.wire.Arrive(DataPdu(3, "ab"));
  EXPECT_EQ(bench.Told(), "");
  bench.upper->SetReading(Reading::kAll);
  EXPECT_EQ(bench.Told(), "data(ab) ");
  bench.upper->SetReading(Reading::kNoData);
  bench.wire.Arrive(ByUser());
  EXPECT_EQ(bench.Told(), "abort(0,0,0) closed ");
}

TEST(Requestor, AssociatesSendsAndReleases) {
  Bench bench(Role::kRequestor);
  bench.upper->Associate(SampleRequest());
  EXPECT_EQ(bench.upper->state(), State::Sta4);
  bench.wire.Opened(true);
  EXPECT_EQ(bench.upper->state(), State::Sta5);
  EXPECT_EQ(bench.Written(), Encode(SampleRequest()));
  bench.wire.Arrive(Encode(SampleAcceptance()));
  EXPECT_EQ(bench.upper->state(), State::Sta6);
  bench.upper->SendMessage(1, "command!", [] { return Chunk{"data", true}; });
  bench.wire.Run();
  EXPECT_EQ(bench.Written(), PDataHeader(1, true, true, 8) + "command!" + DataPdu(1, "data"));
  bench.upper->Release();
  EXPECT_EQ(bench.upper->state(), State::Sta7);
  bench.wire.Run();
  bench.wire.Arrive(DataPdu(1, "ab"));  // AR-6
  bench.wire.Arrive(EncodeReleaseRp());
  EXPECT_EQ(bench.upper->state(), State::Sta1);
  EXPECT_EQ(bench.Told(), "confirm data(ab) released closed ");
}

TEST(Requestor, TellsOfRejectionAndOfNoConnection) {
  Bench rejected(Role::kRequestor);
  rejected.upper->Associate(SampleRequest());
  rejected.wire.Opened(true);
  rejected.wire.Arrive(Encode(kLocalLimitExceeded));
  EXPECT_EQ(rejected.Told(), "reject closed ");
  Bench alone(Role::kRequestor);
  alone.upper->Associate(SampleRequest());
  alone.wire.Opened(false);
  EXPECT_EQ(alone.Told(), "abort(2,2,0) closed ");
}

TEST(ReleaseCollision, EndsInOrderForTheRequestor) {
  Bench bench(Role::kRequestor);
  EstablishRequestor(bench);
  bench.upper->Release();
  bench.wire.Run();
  bench.wire.Arrive(EncodeReleaseRq());
  EXPECT_EQ(bench.upper->state(), State::Sta9);
  bench.upper->RespondRelease();
  EXPECT_EQ(bench.upper->state(), State::Sta11);
  EXPECT_EQ(bench.Written(), EncodeReleaseRq() + EncodeReleaseRp());
  bench.wire.Run();
  bench.wire.Arrive(EncodeReleaseRp());
  EXPECT_EQ(bench.Told(), "release released closed ");
}

TEST(ReleaseCollision, EndsInOrderForTheAcceptor) {
  Bench bench(Role::kAcceptor);
  Establish(bench);
  bench.upper->Release();
  bench.wire.Run();
  bench.wire.Arrive(EncodeReleaseRq());
  EXPECT_EQ(bench.upper->state(), State::Sta10);
  bench.wire.Arrive(EncodeReleaseRp());
  EXPECT_EQ(bench.upper->state(), State::Sta12);
  bench.upper->RespondRelease();
  EXPECT_EQ(bench.upper->state(), State::Sta13);
  EXPECT_EQ(bench.Written(), EncodeReleaseRq() + EncodeReleaseRp());
  bench.wire.Run();
  bench.wire.Lose();
  EXPECT_EQ(bench.Told(), "release closed ");
}

TEST(Limits, OfThePeerAreKeptInWhatIsSent) {
  Bench bench(Role::kRequestor);
  bench.upper->Associate(SampleRequest());
  bench.wire.Opened(true);
  AssociateAc acceptance = SampleAcceptance();
  acceptance.user.max_length = 17;
  bench.wire.Arrive(Encode(acceptance));
  bench.Written();
  bench.upper->SendMessage(1, "12345678901234", {});
  EXPECT_EQ(bench.Written(), PDataHeader(1, true, false, 10) + "1234567890" +
                                 PDataHeader(1, true, true, 4) + "1234");
}

}  // namespace
}  // namespace glossator::dimse
