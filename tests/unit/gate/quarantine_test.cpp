// SPDX-License-Identifier: GPL-3.0-or-later
// What a steward may release, and what is said when an object stays sealed.
#include "deid/reason.h"
#include "tests/unit/gate/gate_fixture.h"

namespace glossator::gate {
namespace {

dicom::DataSet BurnedInSlice(int instance) {
  auto object = CtSlice(instance);
  object.SetString(tags::BurnedInAnnotation, "YES");
  return object;
}

// With fragments that are of no codec.
dicom::DataSet Compressed(int instance) {
  auto object = BurnedInSlice(instance);
  dicom::Element pixels;
  pixels.tag = tags::PixelData;
  pixels.vr = dicom::Vr::OB;
  pixels.encapsulated = true;
  pixels.fragments = {"", std::string(64, 'm')};
  object.Put(pixels);
  return object;
}

class QuarantineTest : public GateTest {
 protected:
  // The number of the only object that is sealed.
  int64_t AwaitSealed() {
    Await([&] { return AskSteward("quarantine.list")["items"].size() == 1; });
    return AskSteward("quarantine.list")["items"][0]["number"].asInt64();
  }
  Json::Value OnlyRow() { return AskSteward("quarantine.list")["items"][0]; }
};

TEST_F(QuarantineTest, ReleasesWhatOnlyThePixelsWereSuspectedFor) {
  Start();
  Send(BurnedInSlice(1));
  const auto number = AwaitSealed();
  EXPECT_TRUE(OnlyRow()["releasable"].asBool());
  EXPECT_EQ(AskSteward("quarantine.release", number)["outcome"].asString(), "RELEASED");
  const auto batch = AwaitBatch();
  EXPECT_EQ(batch["records"].size(), 1u);
  EXPECT_EQ(OnlyRow()["state"].asString(), "RELEASED");
  const auto study = Ask("studies")["items"][0];
  EXPECT_EQ(study["sealed"].asInt(), 0);
  EXPECT_TRUE(study["reasons"].empty()) << "nothing is sealed any more";
}

// A release once passed over every reason of the screening: an object that its transfer syntax
// keeps sealed went to the lab.
TEST_F(QuarantineTest, AReleaseDoesNotPassOverTheTransferSyntax) {
  Start();
  const auto picture = Compressed(1);
  const auto* syntax = dicom::FindTransferSyntax(kJpegXl);
  ASSERT_EQ(Send(picture, "GL_LUNG", *syntax).code, dimse::kSuccess);
  const auto number = AwaitSealed();
  EXPECT_EQ(OnlyRow()["reason"].asString(), "BURNED_IN_RISK");
  const auto reply = AskSteward("quarantine.release", number);
  EXPECT_EQ(reply["outcome"].asString(), "SEALED");
  EXPECT_EQ(reply["reason"].asString(), "TRANSFER_SYNTAX");
  EXPECT_EQ(OnlyRow()["state"].asString(), "OPEN");
  EXPECT_TRUE(Ask("batches")["items"].empty());
}

// It was said to be released although it had been sealed again, and then it was nowhere to be seen.
TEST_F(QuarantineTest, SaysWhyAReleasedObjectStaysSealed) {
  Start();
  ASSERT_EQ(Send(Compressed(1), "GL_LUNG", *dicom::FindTransferSyntax(kJpeg)).code,
            dimse::kSuccess);
  const auto number = AwaitSealed();
  const auto reply = AskSteward("quarantine.release", number);
  EXPECT_EQ(reply["outcome"].asString(), "SEALED");
  EXPECT_EQ(reply["reason"].asString(), "BITSTREAM");
  EXPECT_EQ(OnlyRow()["reason"].asString(), "BITSTREAM");
  EXPECT_FALSE(OnlyRow()["releasable"].asBool());
  EXPECT_EQ(AskSteward("quarantine.release", number)["outcome"].asString(), "SEALED");
  Await([&] { return Ask("studies")["items"][0]["reasons"][0].asString() == "BITSTREAM"; });
}

TEST_F(QuarantineTest, TheSameInstanceWithOtherContentIsAConflictNotARelease) {
  Start();
  Send(BurnedInSlice(1));
  const auto number = AwaitSealed();
  auto corrected = CtSlice(1);
  corrected.SetString(tags::BurnedInAnnotation, "NO");
  Send(corrected);
  EXPECT_EQ(AwaitBatch()["records"].size(), 1u);
  EXPECT_EQ(AskSteward("quarantine.release", number)["reason"].asString(), "CONFLICT");
}

TEST(Reasons, OnlyWhatAPersonCanSeeInThePixelsIsReleasable) {
  for (const auto& reason : deid::AllReasons()) {
    const bool seen = reason.code == deid::reasons::kBurnedInRisk ||
                      reason.code == deid::reasons::kSlideLabel ||
                      reason.code == deid::reasons::kFace;
    EXPECT_EQ(deid::IsReleasable(reason.code), seen) << reason.code;
  }
  EXPECT_FALSE(deid::IsReleasable("SOMETHING_ELSE"));
}

}  // namespace
}  // namespace glossator::gate
