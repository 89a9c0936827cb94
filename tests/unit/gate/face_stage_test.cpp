// SPDX-License-Identifier: GPL-3.0-or-later
// A head on its way through a gate whose project removes faces: an ellipsoid with a nose, as CT.
#include <algorithm>
#include <cmath>

#include "tests/unit/gate/gate_fixture.h"

namespace glossator::gate {
namespace {

constexpr int kSide = 64, kHeadSlices = 50;
constexpr double kHeadSpacing = 4, kHeadGap = 5;  // mm
constexpr int kSkin = 1064, kAir = 24;            // stored; 1024 is water

double Square(double value) { return value * value; }

bool IsHead(double x, double y, double z) {
  const bool inside = Square(x / 76) + Square(y / 92) + Square(z / 90) < 1;
  const bool nose = Square(x / 16) + Square((y + 95) / 22) + Square((z - 45) / 22) < 1;
  const bool neck = std::hypot(x, y + 5) < 60 && z > 0;
  return inside || nose || neck;
}

std::string HeadPixels(int slice) {
  std::string pixels;
  for (int row = 0; row < kSide; ++row) {
    for (int column = 0; column < kSide; ++column) {
      const bool head =
          IsHead(column * kHeadSpacing - 128, row * kHeadSpacing - 130, slice * kHeadGap - 100);
      const int value = (head ? kSkin : kAir) + (row * 7 + column * 13 + slice) % 9;
      pixels += static_cast<char>(value & 0xFF);
      pixels += static_cast<char>(value >> 8);
    }
  }
  return pixels;
}

// From the top of the head downward; `slice` counts from 0.
dicom::DataSet FaceSlice(int slice) {
  auto object = CtSlice(slice + 1);
  object.SetString(tags::BodyPartExamined, "HEAD");
  object.SetString(tags::StudyDescription, "Head of Zebrafisch");
  object.SetString(tags::ImagePositionPatient,
                   "-128\\-130\\" + std::to_string(100 - slice * static_cast<int>(kHeadGap)));
  object.SetString(tags::PixelSpacing, "4\\4");
  object.SetInt(tags::RescaleIntercept, -1024);
  object.SetInt(tags::Rows, kSide);
  object.SetInt(tags::Columns, kSide);
  object.SetBytes(tags::PixelData, dicom::Vr::OW, HeadPixels(slice));
  return object;
}

bool SaysFaceWasRemoved(const dicom::DataSet& object) {
  const auto codes = object.GetItems(tags::DeidentificationMethodCodeSequence);
  return object.GetString(tags::RecognizableVisualFeatures) == "NO" &&
         std::ranges::any_of(
             codes, [](const auto& item) { return item.GetString(tags::CodeValue) == "113102"; });
}

class FaceStageTest : public GateTest {
 protected:
  FaceStageTest() {
    const auto policy = directory_.path() / "policy.json";
    std::ofstream(policy) << R"({"name":"careful","options":[],"faces":"deface"})";
    config_.projects[0].policy = policy.string();
    Start();
  }

  void SendSlices(int from, int to) {
    auto scu = Connect();
    for (int slice = from; slice < to; ++slice) {
      const auto object = FaceSlice(slice);
      const auto status =
          scu->Store(kCtImage, object.GetString(tags::SOPInstanceUID), dicom::kExplicitLittleEndian,
                     dicom::Write(object, dicom::kExplicitLittleEndian));
      ASSERT_EQ(status.code, dimse::kSuccess);
    }
    scu->Release();
  }

  std::vector<Json::Value> EventsOf(const std::string& type) {
    std::vector<Json::Value> found;
    Json::Value request;
    request["limit"] = 1000;
    const auto reply = Ask("events", request);
    for (const auto& event : reply["items"]) {
      if (event["type"].asString() == type) found.push_back(event);
    }
    return found;
  }

  // How many rows of the quarantine are open and have this path.
  size_t Open(const std::string& path) {
    const auto items = AskSteward("quarantine.list")["items"];
    return static_cast<size_t>(std::ranges::count_if(items, [&](const auto& row) {
      return row["state"].asString() == "OPEN" && row["path"].asString() == path;
    }));
  }

  std::vector<dicom::DataSet> Shown(const Json::Value& batch) {
    std::vector<dicom::DataSet> objects;
    for (Json::ArrayIndex i = 0; i < batch["records"].size(); ++i) {
      const auto bytes = ReadRecord(batch, i);
      objects.push_back(dicom::ReadFile(std::string_view(bytes)).data_set);
    }
    return objects;
  }
};

TEST_F(FaceStageTest, AHeadWaitsSealedAndReachesTheCaseWithoutItsFace) {
  SendSlices(0, kHeadSlices);
  const auto objects = Shown(AwaitBatch());
  ASSERT_EQ(objects.size(), size_t{kHeadSlices});
  size_t changed = 0;
  for (const auto& object : objects) {
    EXPECT_TRUE(SaysFaceWasRemoved(object));
    const int slice = static_cast<int>(object.GetInt(tags::InstanceNumber).value()) - 1;
    const bool same = object.Find(tags::PixelData)->value == HeadPixels(slice);
    if (!same) ++changed;
    EXPECT_TRUE(same || slice * kHeadGap - 100 > -30) << "the brain's slices are as they were";
  }
  EXPECT_GT(changed, 10u);
  const auto events = EventsOf("series.defaced");
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0]["fields"]["images"].asInt(), kHeadSlices);
  const auto study = Ask("studies")["items"][0];
  EXPECT_EQ(study["sealed"].asInt(), 0);
  EXPECT_TRUE(study["reasons"].empty());
  EXPECT_TRUE(std::filesystem::is_empty(directory_.path() / "gate" / "quarantine"));
  // Its digest is that of the original.
  SendSlices(30, 31);
  Await([&] { return Ask("status")["counters"]["resent"].asInt() == 1; });
  Stop();
  const auto bytes = AllBytesOnDisk();
  for (const auto* secret : {"ZEBRAFISCH", "MRN-778812", "1.2.3.4.5.1"}) {
    EXPECT_EQ(bytes.find(secret), std::string::npos) << secret;
  }
}

TEST_F(FaceStageTest, AStewardSeesWhatWasRemoved) {
  SendSlices(0, kHeadSlices);
  const auto objects = Shown(AwaitBatch());
  const auto nose = std::ranges::find_if(objects, [](const auto& object) {
    return object.GetInt(tags::InstanceNumber) == 30;  // 45 mm below the middle
  });
  ASSERT_NE(nose, objects.end());
  Json::Value request;
  request["uid"] = nose->GetString(tags::SOPInstanceUID);
  const auto picture = AskSteward("face.mask", 0, request)["picture"];
  EXPECT_EQ(FromHex(picture["png"].asString()).substr(1, 3), "PNG");
  EXPECT_EQ(picture["frames"].asInt(), 1);
  EXPECT_EQ(EventsOf("face-mask.shown").size(), 1u);
  request["frame"] = 2;
  EXPECT_THROW(AskSteward("face.mask", 0, request), Error);
  request["uid"] = "1.2.3.4.5.30";
  EXPECT_THROW(AskSteward("face.mask", 0, request), Error) << "identified UIDs are not known";
}

TEST_F(FaceStageTest, AnImageThatComesAfterTheCutStaysSealed) {
  SendSlices(0, kHeadSlices - 1);
  ASSERT_EQ(AwaitBatch()["records"].size(), size_t{kHeadSlices - 1});
  SendSlices(kHeadSlices - 1, kHeadSlices);
  Await([&] { return Open("(0020,000E)") == 1; });
  std::this_thread::sleep_for(std::chrono::milliseconds(800));  // beyond the quiet time
  EXPECT_EQ(Ask("studies")["items"][0]["instances"].asInt(), kHeadSlices - 1);
  EXPECT_EQ(EventsOf("series.defaced").size(), 1u);
}

TEST_F(FaceStageTest, APartOfAHeadWaitsUntilTheRestComesAndIsThenCutAsAWhole) {
  SendSlices(0, 8);
  Await([&] { return StudyState() == "QUARANTINED"; });
  EXPECT_EQ(Open("(0028,0302)"), 8u);
  ASSERT_EQ(EventsOf("series.kept").size(), 1u);
  EXPECT_TRUE(Ask("batches")["items"].empty());
  SendSlices(8, kHeadSlices);
  const auto objects = Shown(AwaitBatch());
  EXPECT_EQ(objects.size(), size_t{kHeadSlices});
  EXPECT_TRUE(std::ranges::all_of(objects, SaysFaceWasRemoved));
}

TEST_F(FaceStageTest, ASeriesOfWhichOneImageIsSealedForItsTextIsCutWhenThatIsDecided) {
  SendSlices(0, kHeadSlices - 1);
  auto marked = FaceSlice(kHeadSlices - 1);
  marked.SetString(tags::BurnedInAnnotation, "YES");
  ASSERT_EQ(Send(marked).code, dimse::kSuccess);
  Await([&] { return StudyState() == "QUARANTINED"; });
  EXPECT_EQ(Open("(0028,0302)"), size_t{kHeadSlices - 1});
  int64_t number = 0;
  const auto listed = AskSteward("quarantine.list");
  for (const auto& row : listed["items"]) {
    if (row["path"].asString() == "(0028,0301)") number = row["number"].asInt64();
  }
  EXPECT_EQ(AskSteward("quarantine.release", number)["reason"].asString(), "RECOGNIZABLE_FACE");
  EXPECT_EQ(AwaitBatch()["records"].size(), size_t{kHeadSlices});
}

TEST_F(FaceStageTest, WhatCannotBeCutAPersonMayRelease) {
  SendSlices(0, 3);
  Await([&] { return StudyState() == "QUARANTINED"; });
  const auto number = AskSteward("quarantine.list")["items"][0]["number"].asInt64();
  Json::Value request;
  request["series"] = true;
  request["device"] = true;
  EXPECT_THROW(AskSteward("quarantine.release", number, request), Error);
  request.removeMember("device");
  const auto reply = AskSteward("quarantine.release", number, request);
  EXPECT_EQ(reply["outcome"].asString(), "RELEASED");
  EXPECT_EQ(reply["released"].asInt(), 3);
  const auto objects = Shown(AwaitBatch());
  ASSERT_EQ(objects.size(), 3u);
  for (const auto& object : objects) {
    EXPECT_EQ(object.GetString(tags::RecognizableVisualFeatures), "YES");
  }
}

TEST_F(FaceStageTest, APersonRejectsAWholeSeries) {
  SendSlices(0, 3);
  Await([&] { return StudyState() == "QUARANTINED"; });
  const auto number = AskSteward("quarantine.list")["items"][0]["number"].asInt64();
  Json::Value request;
  request["series"] = true;
  AskSteward("quarantine.reject", number, request);
  EXPECT_EQ(EventsOf("quarantine.rejected").size(), 3u);
  EXPECT_EQ(Open("(0028,0302)"), 0u);
}

}  // namespace
}  // namespace glossator::gate
