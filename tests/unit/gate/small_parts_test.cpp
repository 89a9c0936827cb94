// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <set>
#include <thread>

#include "dicom/io.h"
#include "gate/arrival.h"
#include "gate/deflate_stage.h"
#include "gate/held_instances.h"
#include "gate/line_server.h"
#include "gate/patient_check.h"
#include "gate/pooled_entropy.h"
#include "gate/twins.h"
#include "model/error.h"
#include "vault/digest.h"
#include "vault/seal.h"

namespace glossator::gate {
namespace {

namespace tags = dicom::tags;

TEST(DeflateStage, GivesBackWhatWentInHoweverItIsCut) {
  std::string plain;
  for (int i = 0; i < 20000; ++i) plain += std::to_string(i * 7919);
  Deflater deflater;
  auto packed = deflater.Take(std::string_view(plain).substr(0, 777));
  packed += deflater.Take(std::string_view(plain).substr(777));
  packed += deflater.Finish();
  EXPECT_EQ(packed.size() % 2, 0u);
  Inflater inflater;
  std::string back;
  for (size_t i = 0; i < packed.size(); i += 1000) {
    back += inflater.Take(std::string_view(packed).substr(i, 1000));
  }
  EXPECT_TRUE(inflater.complete());
  EXPECT_EQ(back, plain);
}

TEST(DeflateStage, RefusesABombAndABrokenStream) {
  Deflater deflater;
  std::string bomb;
  for (int i = 0; i < 400; ++i) bomb += deflater.Take(std::string(1 << 20, '\0'));
  bomb += deflater.Finish();
  EXPECT_THROW(Inflater().Take(bomb), Error);
  EXPECT_THROW(Inflater().Take("\xFF\xFF this was never deflated"), Error);
}

TEST(PatientCheck, ACorrectedNameIsTheSamePatientAnotherPatientIdIsNot) {
  dicom::DataSet vault;
  vault.SetString(tags::PatientID, "4711");
  vault.SetString(tags::PatientName, "OLD^NAME");
  dicom::DataSet answer = vault;
  answer.SetString(tags::PatientName, "NEW^NAME");
  EXPECT_TRUE(IsSamePatient(vault, answer));
  answer.SetString(tags::IssuerOfPatientID, "HOSPITAL");
  EXPECT_TRUE(IsSamePatient(vault, answer));
  vault.SetString(tags::IssuerOfPatientID, "CLINIC");
  EXPECT_FALSE(IsSamePatient(vault, answer));
  answer = vault;
  answer.SetString(tags::PatientID, "4712");
  EXPECT_FALSE(IsSamePatient(vault, answer));
}

TEST(Twins, OneOfTwoThatRaceIsFirstAndTheOtherHearsWhenItIsDone) {
  Twins twins;
  EXPECT_TRUE(twins.Claim("a"));
  EXPECT_FALSE(twins.Claim("a"));
  EXPECT_TRUE(twins.Claim("b"));
  int calls = 0;
  twins.Await("a", [&] { ++calls; });
  EXPECT_EQ(calls, 0);
  twins.Forget("a");
  EXPECT_EQ(calls, 1);
  twins.Await("a", [&] { ++calls; });
  EXPECT_EQ(calls, 2) << "nobody has it in hand";
  EXPECT_TRUE(twins.Claim("a"));
}

TEST(BloomFilters, NeverForgetWhatWasAddedAlsoWhenTheyGrow) {
  BloomFilters filters(100);
  const auto index = [](int i) { return vault::Sha256Hex(std::to_string(i)); };
  for (int i = 0; i < 5000; ++i) filters.Add(index(i));
  int in_vain = 0;
  for (int i = 0; i < 5000; ++i) {
    EXPECT_TRUE(filters.MayHave(index(i))) << i;
    in_vain += filters.MayHave(index(i + 10000)) ? 1 : 0;
  }
  EXPECT_LT(in_vain, 50);
}

TEST(PooledEntropy, GivesNothingOutTwice) {
  PooledEntropy entropy;
  std::set<std::array<uint8_t, 12>> seen;
  for (int i = 0; i < 1000; ++i) {
    std::array<uint8_t, 12> nonce{};
    entropy.Fill(nonce);
    EXPECT_TRUE(seen.insert(nonce).second);
  }
}

// Every member another value; texts with what JSON escapes.
Arrival FilledArrival() {
  Arrival arrival{.sealed = true,
                  .study = 7,
                  .project = "lung",
                  .identity_index = "index",
                  .digests = {"content", "identity"},
                  .sop_class_uid = "1.2",
                  .transfer_syntax_uid = "1.3",
                  .size = int64_t{1} << 40,
                  .arrived = 1'700'000'000'000'000,
                  .series_instance_uid = "1.4",
                  .sop_instance_uid = "1.5"};
  arrival.seal = "seal";
  arrival.head_size = 1234;
  arrival.identity = std::string("\0\1\2", 3);
  arrival.dictionary = "\xFF\xFE";
  arrival.facts = R"({"site":"A\\B"})";
  arrival.reason = "a \"reason\"\n\x01";
  arrival.path = "(0010,0010)";
  arrival.key = std::string(61, '\x80');
  arrival.quarantine_study = true;
  arrival.pixel_tries = 1;
  arrival.face_tries = -2;
  return arrival;
}

TEST(Arrival, ComesBackFromItsSealedTrailerAndFromNoOtherKey) {
  SystemEntropy entropy;
  const Keys keys(vault::Key(std::string(32, 'k')));
  for (const auto& arrival : {FilledArrival(), Arrival{}}) {
    const auto trailer = SealArrival(keys, entropy, arrival);
    EXPECT_EQ(trailer.find("lung"), std::string::npos);
    EXPECT_EQ(OpenArrival(keys, trailer), arrival);
    EXPECT_THROW(OpenArrival(Keys(vault::Key(std::string(32, 'x'))), trailer), Error);
  }
}

// A spool outlives the program that wrote it. This trailer's text was written as a tree of values,
// with its members in the order of their names.
TEST(Arrival, ComesBackFromTheTrailerOfAnEarlierVersion) {
  const Keys keys(vault::Key(std::string(32, 'k')));
  SystemEntropy entropy;
  const auto trailer = vault::Seal(
      keys.seal, entropy, "spool/trailer",
      R"({"arrived":5,"class":"1.2","dictionary":"","digest":"d","face_tries":0,"facts":"",)"
      R"("head":1234,"identity":"000102","identity_digest":"i","identity_index":"x",)"
      R"("instance":"1.5","key":"","path":"","pixel_tries":0,"project":"lung",)"
      R"("quarantine_study":false,"reason":"","seal":"s","sealed":false,"series":"1.4",)"
      R"("size":9,"study":7,"syntax":"1.3"})");
  const Arrival expected{.study = 7,
                         .project = "lung",
                         .identity_index = "x",
                         .digests = {"d", "i"},
                         .sop_class_uid = "1.2",
                         .transfer_syntax_uid = "1.3",
                         .size = 9,
                         .arrived = 5,
                         .series_instance_uid = "1.4",
                         .sop_instance_uid = "1.5",
                         .seal = "s",
                         .head_size = 1234,
                         .identity = std::string("\0\1\2", 3)};
  EXPECT_EQ(OpenArrival(keys, trailer), expected);
}

TEST(LineServer, AnswersEachLineAndTurnsErrorsIntoReplies) {
  const auto path =
      std::filesystem::temp_directory_path() / ("gate-" + std::to_string(getpid()) + ".sock");
  LineServer server(path, 0600, [](const Json::Value& request) {
    if (request["call"] == "fail") throw Error(ErrorKind::kConflict, "no");
    Json::Value reply;
    reply["echo"] = request["call"];
    return reply;
  });
  Json::Value request;
  request["call"] = "hello";
  EXPECT_EQ(CallLine(path, request)["echo"].asString(), "hello");
  request["call"] = "fail";
  try {
    CallLine(path, request);
    FAIL() << "no error came back";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kConflict);
  }
}

// Waits for the call "go" when it is called "long".
class TwoCalls {
 public:
  Json::Value Handle(const Json::Value& request) {
    if (request["call"] == "long") go_.get_future().wait();
    if (request["call"] == "go") go_.set_value();
    Json::Value reply;
    reply["number"] = ++answered_;
    return reply;
  }

 private:
  std::promise<void> go_;
  std::atomic<int> answered_{0};
};

TEST(LineServer, AnswersOthersWhileACallTakesLong) {
  const auto path =
      std::filesystem::temp_directory_path() / ("gate-" + std::to_string(getpid()) + ".sock");
  TwoCalls calls;
  LineServer server(
      path, 0600, [&](const Json::Value& request) { return calls.Handle(request); },
      [](const Json::Value& request) { return request["call"] == "long"; });
  const auto call = [&](const char* name) {
    Json::Value request;
    request["call"] = name;
    return CallLine(path, request)["number"].asInt();
  };
  auto one = std::async(std::launch::async, call, "long");
  EXPECT_EQ(call("other"), 1);
  EXPECT_EQ(call("go") + one.get(), 2 + 3) << "in either order";
  EXPECT_EQ(call("other"), 4) << "the one after is answered as ever";
}

TEST(LineServer, EndsWhileCallsThatTakeLongWait) {
  const auto path =
      std::filesystem::temp_directory_path() / ("gate-" + std::to_string(getpid()) + ".sock");
  std::promise<void> begun;
  auto server = std::make_unique<LineServer>(
      path, 0600,
      [&](const Json::Value&) {
        begun.set_value();  // throws for a second call, and ends the test
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        return Json::Value(Json::objectValue);
      },
      [](const Json::Value&) { return true; });
  const auto call = [&] { return CallLine(path, Json::Value(Json::objectValue))["ok"].asBool(); };
  auto one = std::async(std::launch::async, call);
  begun.get_future().wait();
  auto behind = std::async(std::launch::async, call);
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  server.reset();
  EXPECT_TRUE(one.get());
  EXPECT_THROW(behind.get(), Error);
}

}  // namespace
}  // namespace glossator::gate
