// SPDX-License-Identifier: GPL-3.0-or-later
// A note comes while the result that it withdraws is on its way, at the worst moment: the gate has
// asked the PACS about the study and waits for the answer.
#include <atomic>
#include <future>
#include <mutex>

#include "dimse/server.h"
#include "spool/spool.h"
#include "tests/unit/gate/gate_fixture.h"

namespace glossator::gate {
namespace {

constexpr const char* kResult = "2.25.501";

// Answers a C-FIND only when it may, and keeps the UIDs of what it is sent.
class SlowPacs final : public dimse::Handler {
 public:
  explicit SlowPacs(dicom::DataSet study) : study_(std::move(study)) {}

  bool Supports(const dimse::Association&, std::string_view) override { return true; }
  dimse::FindAnswer Find(const dimse::Association&, std::string_view,
                         const dicom::DataSet& keys) override {
    if (keys.HasValue(tags::SOPInstanceUID)) return {{dimse::kSuccess, ""}, {keys}};
    if (!was_asked_.exchange(true)) asked.set_value();
    may_answer_.wait();
    return {{dimse::kSuccess, ""}, {study_}};
  }
  std::unique_ptr<dimse::StoreSink> Store(const dimse::Association&,
                                          const dimse::StoreRequest& request) override {
    const std::lock_guard lock(mutex_);
    stored_.push_back(request.sop_class_uid);
    return std::make_unique<Sink>();
  }
  size_t stored() const {
    const std::lock_guard lock(mutex_);
    return stored_.size();
  }

  std::promise<void> asked;
  std::promise<void> answer;

 private:
  class Sink final : public dimse::StoreSink {
    dimse::Flow Data(std::string_view) override { return dimse::Flow::kContinue; }
    void End(dimse::Respond respond) override { respond({dimse::kSuccess, ""}); }
  };

  const dicom::DataSet study_;
  std::atomic<bool> was_asked_ = false;
  std::shared_future<void> may_answer_ = answer.get_future().share();
  mutable std::mutex mutex_;
  std::vector<std::string> stored_;
};

class SecondThoughts : public GateTest {
 protected:
  SecondThoughts() : pacs_(CtSlice(1)), server_({}, pacs_) {
    server_.Start();
    config_.destinations["pacs"] = {.aet = "PACS",
                                    .address = "127.0.0.1",
                                    .port = server_.port(),
                                    .commitment_required = false,
                                    .enabled = true};
    Start();
    EXPECT_EQ(Send(CtSlice(1)).code, dimse::kSuccess);
    study_uid_ = AwaitBatch()["study_uid"].asString();
  }
  ~SecondThoughts() override { Stop(); }

  dicom::DataSet Object(const std::string& uid) const {
    dicom::DataSet object;
    object.SetString(tags::SOPClassUID, kEnhancedSr);
    object.SetString(tags::SOPInstanceUID, uid);
    object.SetString(tags::StudyInstanceUID, study_uid_);
    object.SetString(tags::SeriesInstanceUID, uid + ".1");
    object.SetString(tags::Modality, "SR");
    return object;
  }
  // What the lab puts into the return spool.
  void Return(const std::string& result, const std::string& uid, const Json::Value& earlier) {
    const auto bytes = dicom::WriteFile(Object(uid), dicom::kExplicitLittleEndian);
    Json::Value manifest;
    manifest["result"] = result;
    manifest["project"] = "lung";
    manifest["study_uid"] = study_uid_;
    manifest["destination"] = "pacs";
    if (!earlier.isNull()) manifest["earlier"] = earlier;
    auto& file = manifest["files"].append(Json::objectValue);
    file["size"] = Json::UInt64(bytes.size());
    file["sha256"] = vault::Sha256Hex(bytes);
    {
      spool::Spool spool(SystemFiles(), directory_.path() / "spool" / "return");
      spool.Recover([](const spool::Recovered&) {});
      auto writer = spool.Begin();
      writer->Append(dicom::WriteJson(manifest));
      writer->Append(bytes);
      writer->Commit(result + "@pacs",
                     [](std::optional<spool::Place> place) { EXPECT_TRUE(place); });
    }
    Ask("returned_ready");
  }
  Json::Value Earlier(bool withdrawn) const {
    Json::Value earlier;
    earlier["result"] = kResult;
    earlier["withdrawn"] = withdrawn;
    auto& object = earlier["objects"].append(Json::objectValue);
    object["sop_instance_uid"] = "2.25.511";
    object["series_instance_uid"] = "2.25.511.1";
    return earlier;
  }
  // Of the newest state of that result.
  std::string StateOf(const std::string& result) {
    std::string state;
    const auto reply = Ask("deliveries");
    for (const auto& item : reply["items"]) {
      if (item["result"].asString() == result) {
        state = item["state"].asString() + " " + item["reason"].asString();
      }
    }
    return state;
  }

  SlowPacs pacs_;
  dimse::Server server_;
  std::string study_uid_;
};

TEST_F(SecondThoughts, ANoteOvertakesItsResultWhileThePacsThinks) {
  Return(kResult, "2.25.511", Json::nullValue);
  pacs_.asked.get_future().wait();
  Return("2.25.502", "2.25.512", Earlier(true));
  EXPECT_EQ(StateOf("2.25.502"), "FAILED NOTHING_SENT");
  pacs_.answer.set_value();
  std::this_thread::sleep_for(std::chrono::seconds(1));  // three rounds of the courier
  EXPECT_EQ(StateOf(kResult), "FAILED WITHDRAWN");
  EXPECT_EQ(pacs_.stored(), 0U);
}

TEST_F(SecondThoughts, ANewVersionOvertakesTheOneBeforeWhileThePacsThinks) {
  Return(kResult, "2.25.511", Json::nullValue);
  pacs_.asked.get_future().wait();
  Return("2.25.502", "2.25.512", Earlier(false));
  pacs_.answer.set_value();
  Await([&] { return StateOf("2.25.502").starts_with("STORED_VERIFIED"); });
  EXPECT_EQ(StateOf(kResult), "FAILED SUPERSEDED");
  EXPECT_EQ(pacs_.stored(), 1U);
}

TEST_F(SecondThoughts, WhatNobodyTakesBackArrives) {
  pacs_.answer.set_value();
  Return(kResult, "2.25.511", Json::nullValue);
  Await([&] { return StateOf(kResult).starts_with("STORED_VERIFIED"); });
  EXPECT_EQ(pacs_.stored(), 1U);
}

}  // namespace
}  // namespace glossator::gate
