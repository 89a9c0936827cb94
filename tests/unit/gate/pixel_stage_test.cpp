// SPDX-License-Identifier: GPL-3.0-or-later
// The gate's pixel stage and what a steward does about pixels, with the real worker.
#include <future>

#include "tests/unit/gate/gate_fixture.h"

namespace glossator::gate {
namespace {

constexpr int kColumns = 64, kRows = 48, kFrames = 2;
constexpr int kTop = 16;  // where the region begins; above it the device writes the name
constexpr char kInk = '\xF0', kTissue = '\x40';

dicom::DataSet Ultrasound(int instance, bool with_region, const std::string& model = "Sono 1") {
  auto object = CtSlice(instance);
  object.SetString(tags::SOPClassUID, kUltrasound);
  object.SetString(tags::Modality, "US");
  object.SetString(tags::ManufacturerModelName, model);
  object.SetString(tags::ImageType, "ORIGINAL\\PRIMARY");
  for (const auto& [tag, number] : {std::pair{tags::Rows, kRows},
                                    {tags::Columns, kColumns},
                                    {tags::BitsAllocated, 8},
                                    {tags::BitsStored, 8},
                                    {tags::HighBit, 7},
                                    {tags::PixelRepresentation, 0}}) {
    object.SetInt(tag, number);
  }
  object.SetInt(tags::NumberOfFrames, kFrames);
  std::string frame(size_t{kColumns} * kRows, kTissue);
  std::fill(frame.begin(), frame.begin() + kColumns * kTop, kInk);
  object.SetBytes(tags::PixelData, dicom::Vr::OB, frame + frame);
  if (!with_region) return object;
  auto& item = object.AddItem(tags::SequenceOfUltrasoundRegions);
  item.SetInt(tags::RegionLocationMinX0, 0);
  item.SetInt(tags::RegionLocationMinY0, kTop);
  item.SetInt(tags::RegionLocationMaxX1, kColumns - 1);
  item.SetInt(tags::RegionLocationMaxY1, kRows - 1);
  return object;
}

class PixelStageTest : public GateTest {
 protected:
  Json::Value Row(Json::ArrayIndex index = 0) {
    return AskSteward("quarantine.list")["items"][index];
  }
  int64_t AwaitRow(const std::string& state, const std::string& path) {
    Await([&] { return Row()["state"].asString() == state && Row()["path"].asString() == path; });
    return Row()["number"].asInt64();
  }
  void UsePolicy(const char* document) {
    const auto policy = directory_.path() / "policy.json";
    std::ofstream(policy) << document;
    config_.projects[0].policy = policy.string();
  }
  int Counter(const char* name) { return Ask("status")["counters"][name].asInt(); }
  std::vector<std::string> Events() {
    std::vector<std::string> types;
    Json::Value request;
    request["limit"] = 500;
    const auto reply = Ask("events", request);
    for (const auto& event : reply["items"]) types.push_back(event["type"].asString());
    return types;
  }
  bool Happened(const std::string& type) {
    const auto types = Events();
    return std::find(types.begin(), types.end(), type) != types.end();
  }
  dicom::DataSet OnlyObject() {
    const auto batch = AwaitBatch();
    EXPECT_EQ(batch["records"].size(), 1u);
    const auto bytes = ReadRecord(batch, 0);
    return dicom::ReadFile(std::string_view(bytes)).data_set;
  }
};

std::string BlankedAbove(int top) {
  std::string frame(size_t{kColumns} * kRows, kTissue);
  std::fill(frame.begin(), frame.begin() + kColumns * top, '\0');
  return frame + frame;
}

bool SaysPixelsWereCleaned(const dicom::DataSet& object) {
  for (const auto& item : object.GetItems(tags::DeidentificationMethodCodeSequence)) {
    if (item.GetString(tags::CodeValue) == "113101") return true;
  }
  return false;
}

Json::Value Box(int x, int y, int width, int height) {
  Json::Value box(Json::arrayValue);
  for (const int number : {x, y, width, height}) box.append(number);
  return box;
}

TEST_F(PixelStageTest, AnUltrasoundKeepsItsRegionsAndReachesTheCase) {
  Start();
  ASSERT_EQ(Send(Ultrasound(1, true)).code, dimse::kSuccess);
  const auto object = OnlyObject();
  EXPECT_EQ(object.Find(tags::PixelData)->value, BlankedAbove(kTop));
  EXPECT_EQ(object.GetString(tags::BurnedInAnnotation), "NO");
  EXPECT_TRUE(SaysPixelsWereCleaned(object));
  EXPECT_EQ(Row()["state"].asString(), "RELEASED");
  EXPECT_TRUE(Happened("quarantine.cleaned"));
  const auto study = Ask("studies")["items"][0];
  EXPECT_EQ(study["sealed"].asInt(), 0);
  EXPECT_TRUE(study["reasons"].empty());
  // Its digest is that of the original, not of what the stage made of it.
  ASSERT_EQ(Send(Ultrasound(1, true)).code, dimse::kSuccess);
  Await([&] { return Counter("resent") == 1; });
  EXPECT_EQ(Counter("conflicts"), 0);
  Stop();
  const auto bytes = AllBytesOnDisk();
  for (const auto* secret : {"ZEBRAFISCH", "MRN-778812", "1.2.3.4.5.1"}) {
    EXPECT_EQ(bytes.find(secret), std::string::npos) << secret;
  }
}

TEST_F(PixelStageTest, AnUnknownDeviceStaysSealedAndSaysWhy) {
  Start();
  ASSERT_EQ(Send(Ultrasound(1, false)).code, dimse::kSuccess);
  AwaitRow("OPEN", "(0008,1090)");
  Await([&] { return StudyState() == "QUARANTINED"; });
  EXPECT_TRUE(Ask("batches")["items"].empty());
}

TEST_F(PixelStageTest, AnImageWithoutASignIsLookedAtBeforeItIsShown) {
  Start();
  auto localizer = CtSlice(1);
  localizer.SetString(tags::ImageType, "ORIGINAL\\PRIMARY\\LOCALIZER");
  ASSERT_EQ(Send(localizer).code, dimse::kSuccess);
  const auto object = OnlyObject();
  EXPECT_EQ(object.GetString(tags::BurnedInAnnotation), "NO");
  EXPECT_EQ(object.Find(tags::PixelData)->value, std::string(128, '\1')) << "no text, no change";
}

TEST_F(PixelStageTest, APolicyLeavesAllOfItToAPerson) {
  UsePolicy(R"({"name":"careful","options":[],"pixels":"seal"})");
  Start();
  ASSERT_EQ(Send(Ultrasound(1, true)).code, dimse::kSuccess);
  Await([&] { return StudyState() == "QUARANTINED"; });
  EXPECT_EQ(Row()["state"].asString(), "OPEN");
  EXPECT_FALSE(Happened("quarantine.cleaned"));
}

TEST_F(PixelStageTest, WhatWasSealedGetsItsTurnAfterARestart) {
  config_.projects[0].quiet_seconds = 3600;
  Start();
  for (int i = 1; i <= 4; ++i) ASSERT_EQ(Send(Ultrasound(i, true)).code, dimse::kSuccess);
  Stop();
  config_.projects[0].quiet_seconds = 0.1;
  Start();
  EXPECT_EQ(AwaitBatch()["records"].size(), 4u);
  EXPECT_EQ(Ask("studies")["items"][0]["sealed"].asInt(), 0);
}

TEST_F(PixelStageTest, AStewardSeesThePictureAndBlanksARectangleInEveryFrame) {
  Start();
  Send(Ultrasound(1, false));
  const auto number = AwaitRow("OPEN", "(0008,1090)");
  Json::Value request;
  request["picture"] = true;
  request["frame"] = 2;
  const auto picture = AskSteward("quarantine.show", number, request)["picture"];
  EXPECT_EQ(FromHex(picture["png"].asString()).substr(1, 3), "PNG");
  EXPECT_EQ(picture["columns"].asInt(), kColumns);
  EXPECT_EQ(picture["frames"].asInt(), kFrames);
  EXPECT_TRUE(Happened("quarantine.shown"));

  request = Json::objectValue;
  request["rectangles"].append(Box(0, 0, kColumns, 20));
  EXPECT_EQ(AskSteward("quarantine.redact", number, request)["outcome"].asString(), "RELEASED");
  const auto object = OnlyObject();
  EXPECT_EQ(object.Find(tags::PixelData)->value, BlankedAbove(20));
  EXPECT_TRUE(SaysPixelsWereCleaned(object));
  EXPECT_TRUE(Happened("quarantine.redacted"));
}

TEST_F(PixelStageTest, AStewardIsAnsweredWhileALargeObjectIsRedacted) {
  constexpr int kSide = 256, kMany = 300;
  Start();
  auto large = Ultrasound(1, false);
  large.SetInt(tags::Rows, kSide);
  large.SetInt(tags::Columns, kSide);
  large.SetInt(tags::NumberOfFrames, kMany);
  large.SetBytes(tags::PixelData, dicom::Vr::OB,
                 std::string(size_t{kSide} * kSide * kMany, kTissue));
  ASSERT_EQ(Send(large).code, dimse::kSuccess);
  const auto number = AwaitRow("OPEN", "(0008,1090)");
  Json::Value request;
  request["rectangles"].append(Box(0, 0, kSide, 20));
  auto redacted = std::async(std::launch::async, [&] {
    return AskSteward("quarantine.redact", number, request)["outcome"].asString();
  });
  int answered = 0;
  while (redacted.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
    Row();
    ++answered;
  }
  EXPECT_EQ(redacted.get(), "RELEASED");
  EXPECT_GT(answered, 2);
}

TEST_F(PixelStageTest, WhatAStewardSaidOfADeviceHoldsForWhatComesLaterAndWhatWaits) {
  Start();
  Send(Ultrasound(1, false));
  Send(Ultrasound(2, false));
  Send(Ultrasound(3, false, "Sono 2"));
  Await([&] { return AskSteward("quarantine.list")["items"].size() == 3; });
  Json::Value request;
  request["rectangles"].append(Box(0, 0, kColumns, kTop));
  request["device"] = true;
  AskSteward("quarantine.redact", Row()["number"].asInt64(), request);
  EXPECT_TRUE(Happened("pixel-rule.added"));
  Await([&] { return Row(1)["state"].asString() == "RELEASED"; });
  EXPECT_EQ(Row(2)["state"].asString(), "OPEN") << "another model";
  Stop();
  Start();  // the rule is in the database
  Send(Ultrasound(4, false));
  Await([&] { return Row(3)["state"].asString() == "RELEASED"; });
  const auto rules = AskSteward("rules.list")["items"];
  ASSERT_EQ(rules.size(), 1u);
  AskSteward("rules.remove", rules[0]["number"].asInt64());
  Send(Ultrasound(5, false));
  Await([&] { return Row(4)["path"].asString() == "(0008,1090)"; });
}

TEST_F(PixelStageTest, RefusesARuleForADeviceWithoutAName) {
  Start();
  auto nameless = Ultrasound(1, false);
  nameless.Erase(tags::Manufacturer);
  nameless.Erase(tags::ManufacturerModelName);
  Send(nameless);
  const auto number = AwaitRow("OPEN", "(0008,1090)");
  Json::Value request;
  request["rectangles"].append(Box(0, 0, 8, 8));
  request["device"] = true;
  EXPECT_THROW(AskSteward("quarantine.redact", number, request), Error);
  EXPECT_EQ(Row()["state"].asString(), "OPEN");
}

dicom::DataSet HeadSlice(int instance) {
  auto object = CtSlice(instance);
  object.SetString(tags::BodyPartExamined, "HEAD");
  return object;
}

TEST_F(PixelStageTest, AFacePassesAndSaysWhatItIs) {
  Start();
  ASSERT_EQ(Send(HeadSlice(1)).code, dimse::kSuccess);
  EXPECT_EQ(OnlyObject().GetString(tags::RecognizableVisualFeatures), "YES");
}

TEST_F(PixelStageTest, AFaceWaitsForAPersonWhereThePolicySaysSo) {
  UsePolicy(R"({"name":"careful","options":[],"faces":"quarantine"})");
  Start();
  ASSERT_EQ(Send(HeadSlice(1)).code, dimse::kSuccess);
  const auto number = AwaitRow("OPEN", "(0028,0302)");
  EXPECT_EQ(Row()["reason"].asString(), "RECOGNIZABLE_FACE");
  Await([&] { return StudyState() == "QUARANTINED"; });
  Json::Value device;
  device["device"] = true;
  EXPECT_THROW(AskSteward("quarantine.release", number, device), Error);
  EXPECT_EQ(AskSteward("quarantine.release", number)["outcome"].asString(), "RELEASED");
  EXPECT_EQ(OnlyObject().GetString(tags::RecognizableVisualFeatures), "YES");
}

// Text and face are two decisions: releasing one does not pass over the other.
TEST_F(PixelStageTest, TextIsLookedForBeforeAFaceIsDecided) {
  UsePolicy(R"({"name":"careful","options":[],"faces":"quarantine"})");
  Start();
  auto localizer = HeadSlice(1);
  localizer.SetString(tags::ImageType, "ORIGINAL\\PRIMARY\\LOCALIZER");
  ASSERT_EQ(Send(localizer).code, dimse::kSuccess);
  const auto number = AwaitRow("OPEN", "(0028,0302)");
  EXPECT_EQ(AskSteward("quarantine.release", number)["outcome"].asString(), "RELEASED");
  const auto object = OnlyObject();
  EXPECT_EQ(object.GetString(tags::BurnedInAnnotation), "NO");
  EXPECT_TRUE(SaysPixelsWereCleaned(object));
}

TEST_F(PixelStageTest, AReleaseOfTextDoesNotReleaseAFace) {
  UsePolicy(R"({"name":"careful","options":[],"faces":"quarantine"})");
  Start();
  auto marked = HeadSlice(1);
  marked.SetString(tags::BurnedInAnnotation, "YES");
  ASSERT_EQ(Send(marked).code, dimse::kSuccess);
  const auto number = AwaitRow("OPEN", "(0028,0301)");
  EXPECT_EQ(AskSteward("quarantine.release", number)["reason"].asString(), "RECOGNIZABLE_FACE");
  EXPECT_EQ(AskSteward("quarantine.release", number)["outcome"].asString(), "RELEASED");
}

}  // namespace
}  // namespace glossator::gate
