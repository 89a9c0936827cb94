// SPDX-License-Identifier: GPL-3.0-or-later
// Our SCU against our server over real sockets.
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "stub_handler.h"

namespace glossator::dimse {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

class Wire : public testing::Test {
 protected:
  void Start(ServerOptions options = QuickOptions()) {
    server = std::make_unique<Server>(options, handler);
    server->Start();
  }
  Status Store(Scu& scu, const std::string& bytes, const std::string& instance = "1.2.3.4") {
    return scu.Store(kCtImageStorage, instance, dicom::kExplicitLittleEndian, bytes);
  }

  StubHandler handler;
  std::unique_ptr<Server> server;
};

TEST_F(Wire, CarriesEchoFindActionAndEventReport) {
  Start();
  Scu scu(ClientOf(*server));
  EXPECT_EQ(scu.Accepted(kCtImageStorage), &dicom::kExplicitLittleEndian);
  EXPECT_EQ(scu.Accepted("1.2.3.4.5"), nullptr);
  EXPECT_EQ(scu.association().implementation_version, "GLOSSATOR_1");
  EXPECT_EQ(scu.Echo().code, kSuccess);
  dicom::DataSet keys;
  keys.SetString(dicom::tags::QueryRetrieveLevel, "STUDY");
  const FindResult found = scu.Find(kStudyRootFind, keys, 100);
  ASSERT_EQ(found.matches.size(), 20u);
  EXPECT_EQ(found.matches[19].GetString(dicom::tags::PatientID), "P19");
  EXPECT_EQ(found.status.code, kSuccess);
  EXPECT_EQ(scu.Find(kStudyRootFind, keys, 3).matches.size(), 3u);
  dicom::DataSet information;
  information.SetString(dicom::tags::TransactionUID, "1.2.9");
  EXPECT_EQ(scu.Action(kStorageCommitment, kStorageCommitmentInstance, 1, information).code,
            kSuccess);
  EXPECT_EQ(scu.EventReport(kStorageCommitment, kStorageCommitmentInstance, 2, information).code,
            2);
  scu.Release();
  EXPECT_FALSE(scu.open());
  EXPECT_THROW(scu.Echo(), Error);
}

TEST_F(Wire, CarriesObjectsOfEverySize) {
  Start();
  Scu scu(ClientOf(*server));
  for (const size_t size : {0u, 2u, 131'060u, 131'062u, 5'000'000u}) {
    std::string bytes(size, '\0');
    for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 31 + i / 4096);
    handler.seen.bytes.clear();
    EXPECT_EQ(Store(scu, bytes).code, kSuccess) << size;
    EXPECT_TRUE(handler.seen.bytes == bytes) << size;
  }
  EXPECT_THROW(Store(scu, "odd"), Error);
}

TEST_F(Wire, StreamsAnObjectThatIsPulledInSmallPieces) {
  Start();
  Scu scu(ClientOf(*server));
  int left = 5000;
  auto next = [&]() -> std::string_view { return left-- > 0 ? "abcdefg" : ""; };
  const auto& syntax = dicom::kExplicitLittleEndian;
  EXPECT_EQ(scu.Store(kCtImageStorage, "1.2.3", syntax, next).code, kSuccess);
  EXPECT_EQ(handler.seen.bytes.size(), 35'000u);
}

TEST_F(Wire, AbortsWhenTheSourceOfAStreamFails) {
  Start();
  Scu scu(ClientOf(*server));
  int pieces = 0;
  const std::string piece(100'000, 'x');
  auto next = [&]() -> std::string_view {
    if (++pieces == 40) throw std::runtime_error("disk");
    return piece;
  };
  EXPECT_THROW(scu.Store(kCtImageStorage, "1.2.3", dicom::kExplicitLittleEndian, next),
               std::runtime_error);
  EXPECT_FALSE(scu.open());
  EXPECT_TRUE(handler.seen.Wait([&] { return handler.seen.aborted == 1; }));
}

TEST_F(Wire, AnswersWithTheStatusThatFits) {
  Start();
  Scu scu(ClientOf(*server));
  EXPECT_EQ(Store(scu, "data", "not a uid").code, kInvalidObjectInstance);
  EXPECT_EQ(Store(scu, "data", "1.2.3.666").code, kOutOfResources);
  const Status internal = Store(scu, "data", "1.2.3.667");
  EXPECT_EQ(internal.code, kProcessingFailure);
  EXPECT_EQ(internal.comment, "internal error");
  handler.behavior.status = {kDataSetMismatch, "no Study Instance UID"};
  const Status refused = Store(scu, "data");
  EXPECT_EQ(refused.code, kDataSetMismatch);
  EXPECT_EQ(refused.comment, "no Study Instance UID");
  EXPECT_TRUE(scu.open());
}

TEST_F(Wire, ReadsAndDropsTheRestOfARefusedObject) {
  handler.behavior = {Flow::kRefuse, true, {kOutOfResources}};
  Start();
  Scu scu(ClientOf(*server));
  EXPECT_EQ(Store(scu, std::string(3'000'000, 'x')).code, kOutOfResources);
  EXPECT_EQ(handler.seen.pieces, 1u);
  EXPECT_EQ(scu.Echo().code, kSuccess);
}

TEST_F(Wire, RefusesAnObjectBeyondTheLimitAndAbortsBeyondTwice) {
  ServerOptions options = QuickOptions();
  options.object_bytes_max = 1'000'000;
  Start(options);
  Scu scu(ClientOf(*server));
  EXPECT_EQ(Store(scu, std::string(1'900'000, 'x')).code, kOutOfResources);
  EXPECT_EQ(handler.seen.aborted, 1u);
  EXPECT_LE(handler.seen.bytes.size(), 1'000'000u);
  EXPECT_THROW(Store(scu, std::string(9'000'000, 'x')), Error);
  EXPECT_FALSE(scu.open());
}

TEST_F(Wire, StopsReadingWhileASinkPauses) {
  handler.behavior.flow = Flow::kPause;
  Start();
  std::thread sender([&] {
    Scu scu(ClientOf(*server));
    EXPECT_EQ(Store(scu, std::string(20'000'000, 'x')).code, kSuccess);
  });
  ASSERT_TRUE(handler.seen.Wait([&] { return handler.seen.pieces == 1; }));
  std::this_thread::sleep_for(milliseconds(200));
  {
    const std::lock_guard lock(handler.seen.mutex);
    EXPECT_EQ(handler.seen.pieces, 1u);
    handler.seen.resume();
  }
  sender.join();
  EXPECT_EQ(handler.seen.bytes.size(), 20'000'000u);
}

TEST_F(Wire, NeverLetsAPauseHoldASenderForLong) {
  handler.behavior.flow = Flow::kPause;
  ServerOptions options = QuickOptions();
  options.pause_max = milliseconds(300);
  Start(options);
  Scu scu(ClientOf(*server));
  const auto start = steady_clock::now();
  EXPECT_EQ(Store(scu, std::string(20'000'000, 'x')).code, kOutOfResources);
  EXPECT_LT(steady_clock::now() - start, milliseconds(3'000));
  EXPECT_EQ(handler.seen.aborted, 1u);
  handler.behavior.flow = Flow::kContinue;
  EXPECT_EQ(Store(scu, "more").code, kSuccess);
}

TEST_F(Wire, AnswersWhenASinkPausedOnTheVeryLastBytes) {
  handler.behavior.flow = Flow::kPause;
  Start();
  std::thread sender([&] {
    Scu scu(ClientOf(*server));
    EXPECT_EQ(Store(scu, "tiny").code, kSuccess);
  });
  ASSERT_TRUE(handler.seen.Wait([&] { return handler.seen.pieces == 1; }));
  EXPECT_EQ(handler.seen.ended, 0u);
  handler.seen.resume();
  sender.join();
  EXPECT_EQ(handler.seen.ended, 1u);
}

TEST_F(Wire, AnswersLateAndFromAnotherThread) {
  handler.behavior.answer_at_once = false;
  Start();
  std::thread sender([&] {
    Scu scu(ClientOf(*server));
    EXPECT_EQ(Store(scu, "data").code, 0xB000);
  });
  ASSERT_TRUE(handler.seen.Wait([&] { return handler.seen.ended == 1; }));
  std::this_thread::sleep_for(milliseconds(50));
  handler.seen.respond({0xB000});
  handler.seen.respond({0xA700});
  sender.join();
}

TEST_F(Wire, AnswersForASinkThatForgetsOrTakesTooLong) {
  handler.behavior.answer_at_once = false;
  ServerOptions options = QuickOptions();
  options.answer_max = milliseconds(300);
  Start(options);
  std::thread sender([&] {
    Scu scu(ClientOf(*server));
    EXPECT_EQ(Store(scu, "data").code, kProcessingFailure);
    EXPECT_EQ(Store(scu, "data").code, kOutOfResources);
  });
  ASSERT_TRUE(handler.seen.Wait([&] { return handler.seen.ended == 1; }));
  std::exchange(handler.seen.respond, nullptr) = nullptr;
  sender.join();
}

TEST_F(Wire, SurvivesAnAnswerAfterThePeerAndTheServerAreGone) {
  handler.behavior.answer_at_once = false;
  Start();
  ScuOptions options = ClientOf(*server);
  options.response_timeout = milliseconds(200);
  {
    Scu scu(options);
    EXPECT_THROW(Store(scu, "data"), Error);
  }
  server->Stop();
  server.reset();
  handler.seen.respond({});
}

TEST_F(Wire, RejectsWithTheHandlersReason) {
  handler.rejection = kCalledAeNotRecognized;
  Start();
  try {
    Scu scu(ClientOf(*server));
    FAIL();
  } catch (const Rejected& rejected) {
    EXPECT_EQ(rejected.rejection(), kCalledAeNotRecognized);
    EXPECT_EQ(rejected.kind(), ErrorKind::kUnavailable);
  }
}

Rejection RejectionOf(const Server& server) {
  try {
    Scu scu(ClientOf(server));
  } catch (const Rejected& rejected) {
    return rejected.rejection();
  }
  return {};
}

TEST_F(Wire, RejectsAsTransientWhenFullOrCongested) {
  ServerOptions options = QuickOptions();
  options.associations_max = 1;
  Start(options);
  Scu first(ClientOf(*server));
  EXPECT_EQ(RejectionOf(*server), kLocalLimitExceeded);
  server->SetCongested(true);
  EXPECT_EQ(RejectionOf(*server), kTemporaryCongestion);
  EXPECT_EQ(first.Echo().code, kSuccess);
  EXPECT_EQ(server->counters().rejected, 2u);
}

TEST_F(Wire, EndsASilentAssociation) {
  ServerOptions options = QuickOptions();
  options.idle = milliseconds(300);
  Start(options);
  Scu scu(ClientOf(*server));
  const auto start = steady_clock::now();
  while (handler.closed == 0 && steady_clock::now() - start < milliseconds(3000)) {
    scu.Serve(milliseconds(50));
  }
  EXPECT_EQ(handler.closed, 1u);
  EXPECT_GE(steady_clock::now() - start, milliseconds(250));
  EXPECT_THROW(scu.Echo(), Error);
}

TEST_F(Wire, TimesOutOnAPeerThatNeverAnswers) {
  handler.behavior.answer_at_once = false;
  Start();
  ScuOptions options = ClientOf(*server);
  options.response_timeout = milliseconds(200);
  Scu scu(options);
  const auto start = steady_clock::now();
  EXPECT_THROW(Store(scu, "data"), Error);
  EXPECT_LT(steady_clock::now() - start, milliseconds(1500));
  EXPECT_FALSE(scu.open());
}

TEST_F(Wire, ReportsAClosedPortAsUnavailable) {
  Start();
  const ScuOptions options = ClientOf(*server);
  server->Stop();
  try {
    Scu scu(options);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUnavailable);
  }
}

TEST_F(Wire, TellsWhenItsPortIsTaken) {
  Start();
  ServerOptions options = QuickOptions();
  options.port = server->port();
  Server second(options, handler);
  EXPECT_THROW(second.Start(), Error);
  options.address = "localhost";
  Server named(options, handler);
  EXPECT_THROW(named.Start(), Error);
}

// A PACS that reports storage commitment as SCP on an association of its own.
TEST_F(Wire, NegotiatesTheScpRoleForStorageCommitmentReports) {
  Start();
  ScuOptions options = ClientOf(*server);
  options.contexts = {{std::string(kStorageCommitment), {}, true}};
  Scu pacs(options);
  dicom::DataSet information;
  information.SetString(dicom::tags::TransactionUID, "1.2.9");
  EXPECT_EQ(pacs.EventReport(kStorageCommitment, kStorageCommitmentInstance, 1, information).code,
            1);
}

TEST_F(Wire, StopsAtOnceWhenIdleAndInTimeUnderLoad) {
  Start();
  std::vector<std::unique_ptr<Scu>> idle;
  for (int i = 0; i < 20; ++i) idle.push_back(std::make_unique<Scu>(ClientOf(*server)));
  std::atomic<bool> over{false};
  std::vector<std::thread> senders;
  for (int i = 0; i < 4; ++i) {
    senders.emplace_back([&] {
      const std::string bytes(500'000, 'x');
      try {
        Scu scu(ClientOf(*server));
        while (!over) Store(scu, bytes);
      } catch (const Error&) {
      }
    });
  }
  std::this_thread::sleep_for(milliseconds(300));
  const auto start = steady_clock::now();
  server->Stop();
  EXPECT_LT(steady_clock::now() - start, milliseconds(2'000));
  over = true;
  for (std::thread& sender : senders) sender.join();
  EXPECT_EQ(server->counters().connections_open, 0u);
  EXPECT_EQ(server->counters().associations_open, 0u);
  EXPECT_EQ(handler.closed, 24u);
}

TEST_F(Wire, KeepsEchoQuickBesideTwoHundredIdleAssociations) {
  Start();
  std::vector<std::unique_ptr<Scu>> idle;
  for (int i = 0; i < 200; ++i) idle.push_back(std::make_unique<Scu>(ClientOf(*server)));
  Scu scu(ClientOf(*server));
  std::vector<milliseconds> times;
  for (int i = 0; i < 200; ++i) {
    const auto start = steady_clock::now();
    EXPECT_EQ(scu.Echo().code, kSuccess);
    times.push_back(std::chrono::duration_cast<milliseconds>(steady_clock::now() - start));
  }
  std::ranges::sort(times);
  EXPECT_LT(times[197], milliseconds(200)) << "p99";
  EXPECT_EQ(server->counters().associations_open, 201u);
}

}  // namespace
}  // namespace glossator::dimse
