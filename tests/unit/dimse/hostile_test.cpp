// SPDX-License-Identifier: GPL-3.0-or-later
// Peers that break the rules, on both sides; each gets its answer within a second.
#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "dicom/io.h"
#include "raw_peer.h"
#include "stub_handler.h"

namespace glossator::dimse {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

class HostilePeer : public testing::Test {
 protected:
  HostilePeer() : server(QuickOptions(), handler) { server.Start(); }
  void ExpectAlive() {
    Scu scu(ClientOf(server));
    EXPECT_EQ(scu.Echo().code, kSuccess);
  }

  StubHandler handler;
  Server server;
};

std::string Provider(AbortReason reason) {
  return Encode(Abort{AbortSource::kServiceProvider, reason});
}

struct Attack {
  const char* name;
  std::string bytes;
  std::string answer;
};

std::string Spoilt(std::string pdu, size_t at, char value) {
  pdu.at(at) = value;
  return pdu;
}

std::vector<Attack> Attacks() {
  const std::string invalid = Provider(AbortReason::kInvalidParameterValue);
  const std::string by_user = Encode(Abort{});
  const std::string store = CommandPdu(3, StoreRequestCommand());
  const std::string deep_command = [] {
    std::string bytes;
    for (int i = 0; i < 65; ++i) bytes += std::string("\0\0\1\1\xFF\xFF\xFF\xFF", 8);
    return PDataHeader(1, true, true, static_cast<uint32_t>(bytes.size())) + bytes;
  }();
  return {
      {"unknown PDU type", "\x09", Provider(AbortReason::kUnrecognizedPdu)},
      {"A-ASSOCIATE-RQ again", Encode(SampleRequest()), Provider(AbortReason::kUnexpectedPdu)},
      {"A-RELEASE-RP unasked", EncodeReleaseRp(), Provider(AbortReason::kUnexpectedPdu)},
      {"P-DATA over the maximum", std::string("\4\0\x7F\0\0\0", 6), invalid},
      {"PDV over its PDU", Spoilt(store, 9, '\x7F'), invalid},
      {"context not accepted", CommandPdu(99, EchoRequest()), invalid},
      {"even context", CommandPdu(2, EchoRequest()), invalid},
      {"data set first", DataPdu(3, "ab"), Provider(AbortReason::kUnexpectedParameter)},
      {"command in a data set", store + store, Provider(AbortReason::kUnexpectedParameter)},
      {"data set on another context", store + DataPdu(1, "ab"), invalid},
      {"command of noise", PDataHeader(1, true, true, 8) + "\xDE\xAD\xBE\xEFnois", by_user},
      {"command nested 65 deep", deep_command, by_user},
      {"response out of the blue", CommandPdu(1, Command::Response(EchoRequest(), {})), by_user},
  };
}

TEST_F(HostilePeer, IsAbortedForTheRightReasonWithinASecond) {
  for (const Attack& attack : Attacks()) {
    RawPeer peer(server.port());
    peer.Associate();
    const auto start = steady_clock::now();
    peer.Send(attack.bytes);
    EXPECT_EQ(peer.Receive(), attack.answer) << attack.name;
    EXPECT_LT(steady_clock::now() - start, milliseconds(1000)) << attack.name;
  }
  ExpectAlive();
}

TEST_F(HostilePeer, IsClosedByArtimAfterTheAbort) {
  RawPeer peer(server.port());
  peer.Associate();
  peer.Send("noise");
  EXPECT_EQ(peer.Receive().size(), 10u);
  EXPECT_TRUE(peer.Closed());
}

TEST_F(HostilePeer, IsClosedByArtimWhenItSaysNothingOrHalf) {
  RawPeer silent(server.port());
  RawPeer half(server.port());
  half.Send(Encode(SampleRequest()).substr(0, 100));
  const auto start = steady_clock::now();
  EXPECT_TRUE(silent.Closed());
  EXPECT_TRUE(half.Closed());
  EXPECT_LT(steady_clock::now() - start, milliseconds(1500));
  ExpectAlive();
}

TEST_F(HostilePeer, GetsAStatusForWhatIsWellFormedButNotServed) {
  RawPeer peer(server.port());
  peer.Associate();
  Command create = Command::Request(Operation::kCreate, 7);
  create.sop_class_uid = kCtImageStorage;
  peer.Send(CommandPdu(3, create));
  Command answer = ParseCommand(peer.Receive().substr(12));
  EXPECT_EQ(answer.field, 0x8140);
  EXPECT_EQ(answer.status.code, kUnrecognizedOperation);
  Command store = StoreRequestCommand(8);
  store.sop_class_uid = "1.2.840.10008.5.1.4.1.1.4";
  peer.Send(CommandPdu(3, store) + DataPdu(3, "ab"));
  answer = ParseCommand(peer.Receive().substr(12));
  EXPECT_EQ(answer.message_id, 8);
  EXPECT_EQ(answer.status.code, kSopClassNotSupported);
  Command no_data = StoreRequestCommand(9);
  no_data.has_data_set = false;
  peer.Send(CommandPdu(3, no_data));
  EXPECT_EQ(ParseCommand(peer.Receive().substr(12)).status.code, kCannotUnderstand);
  Command find = Command::Request(Operation::kFind, 10);
  find.has_data_set = true;
  peer.Send(CommandPdu(3, find) + DataPdu(3, "noise?"));
  EXPECT_EQ(ParseCommand(peer.Receive().substr(12)).status.code, kDataSetMismatch);
}

TEST_F(HostilePeer, MayPipelineButIsAnsweredInOrder) {
  RawPeer peer(server.port());
  peer.Associate();
  std::string all;
  for (uint16_t id = 1; id <= 50; ++id) {
    all += CommandPdu(3, StoreRequestCommand(id)) + DataPdu(3, "data");
  }
  peer.Send(all + EncodeReleaseRq());
  for (uint16_t id = 1; id <= 50; ++id) {
    EXPECT_EQ(ParseCommand(peer.Receive().substr(12)).message_id, id);
  }
  EXPECT_EQ(peer.Receive(), EncodeReleaseRp());
}

TEST_F(HostilePeer, IsNotReadFromWhileItDoesNotReadItsAnswers) {
  RawPeer peer(server.port());
  peer.Associate();
  std::string all;
  for (int i = 0; i < 1000; ++i) all += CommandPdu(1, EchoRequest());
  bool blocked = false;
  for (int i = 0; i < 2000 && !blocked; ++i) blocked = !peer.SendNow(all);
  EXPECT_TRUE(blocked) << "150 MB of requests were taken";
  ExpectAlive();
}

TEST_F(HostilePeer, LeavesNoObjectWhenItVanishesInTheMiddle) {
  for (const bool abort : {true, false}) {
    RawPeer peer(server.port());
    peer.Associate();
    peer.Send(CommandPdu(3, StoreRequestCommand()) + DataPdu(3, "half", false));
    if (abort) peer.Send(Encode(Abort{}));
  }
  EXPECT_TRUE(handler.seen.Wait([&] { return handler.seen.aborted == 2; }));
  EXPECT_EQ(handler.seen.ended, 0u);
}

TEST_F(HostilePeer, CannotHarmWithRandomlySpoiltBytes) {
  std::mt19937 random(20261123);
  const std::string good = Encode(SampleRequest()) + CommandPdu(1, EchoRequest()) +
                           CommandPdu(3, StoreRequestCommand()) + DataPdu(3, "data") +
                           EncodeReleaseRq();
  for (int round = 0; round < 300; ++round) {
    std::string bytes = good;
    for (unsigned hits = random() % 4 + 1; hits > 0; --hits) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    RawPeer peer(server.port());
    ASSERT_TRUE(peer.connected());
    peer.Send(bytes.substr(0, random() % bytes.size()));
  }
  ExpectAlive();
}

class HostileAcceptor : public testing::Test {
 protected:
  // Runs `act` against the one connection that our SCU opens.
  template <class Act>
  void Start(Act act) {
    thread = std::thread([this, act] {
      const RawPeer peer(listener.Accept(), true);
      peer.Receive();
      act(peer);
    });
  }
  ~HostileAcceptor() override { thread.join(); }
  ScuOptions Options() const {
    ScuOptions options;
    options.host = "127.0.0.1";
    options.port = listener.port();
    options.called_aet = "NODE";
    options.calling_aet = "PACS";
    options.contexts = {{std::string(kVerification), {std::string("1.2.840.10008.1.2")}}};
    options.associate_timeout = milliseconds(500);
    options.response_timeout = milliseconds(500);
    return options;
  }

  RawListener listener;
  std::thread thread;
};

TEST_F(HostileAcceptor, IsGivenUpWhenItDoesNotAnswerTheRequest) {
  Start([](const RawPeer& peer) { EXPECT_EQ(peer.Receive(), Encode(Abort{})); });
  EXPECT_THROW(Scu{Options()}, Error);
}

TEST_F(HostileAcceptor, CannotMakeUsUseWhatWasNotOffered) {
  Start([](const RawPeer& peer) {
    AssociateAc answer = SampleAcceptance();
    answer.contexts = {{1, ContextResult::kAcceptance, "1.2.840.10008.1.2.4.50"},
                       {77, ContextResult::kAcceptance, "1.2.840.10008.1.2"}};
    peer.Send(Encode(answer));
    peer.Receive();
  });
  Scu scu(Options());
  EXPECT_EQ(scu.Accepted(kVerification), nullptr);
  try {
    scu.Echo();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUnsupported);
  }
}

TEST_F(HostileAcceptor, IsAbortedWhenItAnswersNoiseOrAnotherMessage) {
  Start([](const RawPeer& peer) {
    peer.Send(Encode(SampleAcceptance()));
    peer.Receive();
    peer.Send(CommandPdu(1, Command::Response(EchoRequest(4711), {})));
    EXPECT_EQ(peer.Receive(), Encode(Abort{}));
  });
  Scu scu(Options());
  EXPECT_THROW(scu.Echo(), Error);
  EXPECT_FALSE(scu.open());
}

TEST_F(HostileAcceptor, MayReleaseFirstOrAtTheSameTime) {
  Start([](const RawPeer& peer) {
    peer.Send(Encode(SampleAcceptance()));
    EXPECT_EQ(peer.Receive(), EncodeReleaseRq());
    peer.Send(EncodeReleaseRq());
    EXPECT_EQ(peer.Receive(), EncodeReleaseRp());
    peer.Send(EncodeReleaseRp());
    EXPECT_TRUE(peer.Closed());
  });
  Scu scu(Options());
  const auto start = steady_clock::now();
  scu.Release();
  EXPECT_LT(steady_clock::now() - start, milliseconds(400));
}

// Storage commitment on the association that asked for it.
TEST_F(HostileAcceptor, MayReportAnEventOnTheSameAssociation) {
  Start([](const RawPeer& peer) {
    peer.Send(Encode(SampleAcceptance()));
    dicom::DataSet information;
    information.SetString(dicom::tags::TransactionUID, "1.2.9");
    Command report = Command::Request(Operation::kEventReport, 9);
    report.sop_class_uid = kStorageCommitment;
    report.sop_instance_uid = kStorageCommitmentInstance;
    report.type = 1;
    report.has_data_set = true;
    peer.Send(CommandPdu(1, report) +
              DataPdu(1, dicom::Write(information, dicom::kImplicitLittleEndian)));
    const Command answer = ParseCommand(peer.Receive().substr(12));
    EXPECT_EQ(answer.field, 0x8100);
    EXPECT_EQ(answer.message_id, 9);
    EXPECT_EQ(answer.status.code, kSuccess);
  });
  ScuOptions options = Options();
  std::string transaction;
  options.on_event_report = [&](std::string_view, std::string_view, uint16_t type,
                                const dicom::DataSet& information) -> Status {
    transaction = information.GetString(dicom::tags::TransactionUID) + std::to_string(type);
    return {};
  };
  Scu scu(options);
  EXPECT_TRUE(scu.Serve(milliseconds(2000)));
  EXPECT_EQ(transaction, "1.2.91");
  EXPECT_FALSE(scu.Serve(milliseconds(50)));
}

}  // namespace
}  // namespace glossator::dimse
