// SPDX-License-Identifier: GPL-3.0-or-later
#include "seg/source.h"

#include <gtest/gtest.h>

#include "dicom/json.h"
#include "seg/codes.h"
#include "seg/header.h"
#include "seg/plan.h"
#include "tests/unit/seg/seg_fixtures.h"

namespace glossator::seg::test {
namespace {

ErrorKind KindOfFault(const std::vector<dicom::DataSet>& heads) {
  try {
    MakeSource(heads);
  } catch (const Error& error) {
    return error.kind();
  }
  return ErrorKind::kInternal;
}

TEST(SourceOrder, IsAlongTheNormalWhateverTheNumbersAndTheOrderOfArrivalAre) {
  Grid grid{4, 5, 6};
  grid.step = {0, 0, -2.5};
  SourceBuilder builder;
  for (const int index : {2, 0, 3, 1}) builder.Add(VolumeHead(grid, index));
  const Source source = builder.Build();
  EXPECT_EQ(source.instances.front().sop_instance_uid, "1.2.3.4.4");
  EXPECT_DOUBLE_EQ(source.SliceSpacing(), 2.5);
  EXPECT_TRUE(source.IsRegular());
  EXPECT_EQ(source.head.GetInt(tags::InstanceNumber), 1);
}

TEST(SourceOrder, IsByInstanceNumberWithoutPlanes) {
  SourceBuilder builder;
  for (const int number : {3, 1, 2}) builder.Add(Head("1.2.840.10008.5.1.4.1.1.1", 4, 4, number));
  const Source source = builder.Build();
  EXPECT_EQ(source.instances[0].sop_instance_uid, "1.2.3.4.1");
  EXPECT_EQ(source.instances[2].sop_instance_uid, "1.2.3.4.3");
  EXPECT_FALSE(source.has_planes());
}

TEST(SourceOrder, KeepsUnevenSpacingAndTiltPerPlane) {
  Grid grid{3, 5, 6};
  grid.step = {0, 0.5, 2};
  const Source tilted = Volume(grid);
  EXPECT_FALSE(tilted.IsRegular());
  EXPECT_DOUBLE_EQ(tilted.frames[2].plane->position[1], -19);
}

// A public fMRI series has every position many times over; it was refused once.
TEST(SourceOrder, KeepsSeveralTimesOfOnePositionInTheOrderOfTheImages) {
  const Grid grid{2, 5, 6};
  auto late = VolumeHead(grid, 0);
  late.SetString(tags::SOPInstanceUID, "1.2.3.4.99");
  late.SetInt(tags::InstanceNumber, 99);
  const Source source = MakeSource({late, VolumeHead(grid, 1), VolumeHead(grid, 0)});
  ASSERT_EQ(source.frames.size(), 3u);
  EXPECT_EQ(source.instances[source.frames[1].instance].sop_instance_uid, "1.2.3.4.99");
  EXPECT_FALSE(source.IsRegular());
}

// Localizers of public MR studies hold three planes in one series; they were refused once.
TEST(SourceOrder, IsByInstanceNumberWhereImagesAreOfSeveralOrientations) {
  const Grid grid{3, 5, 6};
  auto sagittal = VolumeHead(grid, 1);
  sagittal.SetDoubles(tags::ImageOrientationPatient, {0, 1, 0, 0, 0, -1});
  const Source source = MakeSource({VolumeHead(grid, 2), sagittal, VolumeHead(grid, 0)});
  ASSERT_EQ(source.frames.size(), 3u);
  EXPECT_EQ(source.instances[0].sop_instance_uid, "1.2.3.4.1");
  EXPECT_EQ(source.instances[1].sop_instance_uid, "1.2.3.4.2");
  EXPECT_EQ(source.frames[1].plane->orientation[1], 1);
  EXPECT_FALSE(source.IsRegular());
}

TEST(SourceFaults, HaveTheirKinds) {
  const Grid grid{3, 5, 6};
  auto one = VolumeHead(grid, 0);
  auto two = VolumeHead(grid, 1);
  EXPECT_EQ(KindOfFault({}), ErrorKind::kInvalid);
  EXPECT_EQ(KindOfFault({one, one}), ErrorKind::kConflict);
  two = VolumeHead(grid, 1);
  two.Erase(tags::ImagePositionPatient);
  EXPECT_EQ(KindOfFault({one, two}), ErrorKind::kUnsupported);
  two = VolumeHead(grid, 1);
  two.SetString(tags::FrameOfReferenceUID, "1.2.3.99");
  EXPECT_EQ(KindOfFault({one, two}), ErrorKind::kConflict);
  two = VolumeHead(grid, 1);
  two.SetInt(tags::Rows, 6);
  EXPECT_EQ(KindOfFault({one, two}), ErrorKind::kConflict);
  two = VolumeHead(grid, 1);
  two.Erase(tags::Rows);
  EXPECT_EQ(KindOfFault({one, two}), ErrorKind::kInvalid);
}

TEST(LabelFaults, AreAllReported) {
  const Source source = Volume({});
  Labels labels = Noise(source, {1, 2, 9}, LabelType::kUint8);
  const auto findings = CheckLabels(source, labels.view(), Describe({1, 3}));
  std::vector<std::string> codes;
  for (const Finding& finding : findings) codes.push_back(finding.code + finding.path);
  EXPECT_EQ(codes,
            (std::vector<std::string>{"label-not-describedlabels[2]",
                                      "label-not-describedlabels[9]", "segment-emptysegments[3]"}));
  labels.rows = 3;
  EXPECT_EQ(CheckLabels(source, labels.view(), Describe({1})).at(0).code, "shape");
  EXPECT_THROW(EncodeOne(source, labels, Describe({1})), Error);
}

TEST(LabelBytes, AreInflatedButNeverBeyondTheShape) {
  EXPECT_EQ(LabelsFromBytes("abcd", 1, 2, 2, LabelType::kUint8).bytes.size(), 4u);
  EXPECT_THROW(LabelsFromBytes("abc", 1, 2, 2, LabelType::kUint8), Error);
}

TEST(DescriptionFaults, AreAllReported) {
  const auto json = dicom::ParseJson(R"({"segments":[
    {"label":0,"name":"a","category":{"code":"1"},"type":{"code":"10200004","scheme":"SCT",
     "meaning":"Spleen"},"algorithm_type":"AUTOMATIC","color":[1,2,300]}],"colour":1})");
  std::string lines;
  for (const Finding& finding : CheckDescription(json)) lines += ToLine(finding) + "\n";
  for (const char* expected : {"$.colour: unknown key", "label: expected a number", "scheme: is",
                               "meaning: is", "color: expected three"}) {
    EXPECT_NE(lines.find(expected), std::string::npos) << expected << " in\n" << lines;
  }
  EXPECT_THROW(ParseDescription(json), Error);
}

TEST(DescriptionFaults, IncludeAMeaningThatIsAnotherCodes) {
  Description description = Describe({1});
  description.segments[0].type.meaning = "Spleen";
  EXPECT_TRUE(HasErrors(Check(description)));
  description.segments[0].type.meaning = "Hepar";
  EXPECT_FALSE(HasErrors(Check(description)));
  EXPECT_FALSE(Check(description).empty());
}

TEST(DescriptionJson, ComesBackTheSame) {
  Description description = Describe({1, 7});
  description.content_creator = "Reader^One";
  description.segments[1].region = dicom::Code{"64033007", "SCT", "Kidney"};
  description.segments[1].region_modifiers = {{"7771000", "SCT", "Left"}};
  description.segments[1].color = std::array<uint8_t, 3>{1, 2, 3};
  const auto json = ToJson(description);
  EXPECT_EQ(dicom::WriteJson(ToJson(ParseDescription(json))), dicom::WriteJson(json));
}

TEST(Codes, KnowRetiredValues) {
  EXPECT_EQ(Modernize({"T-62000", "SRT", "Liver"}).value, "10200004");
  EXPECT_EQ(FindCode({"10200004", "SCT", ""})->meaning, "Liver");
  EXPECT_EQ(FindCode({"10200004", "DCM", ""}), nullptr);
  EXPECT_FALSE(IsKnownScheme("99LAB"));
}

TEST(Colors, ComeBackFromCieLabWithinOneStep) {
  for (int r = 0; r < 256; r += 51) {
    for (int g = 0; g < 256; g += 51) {
      for (int b = 0; b < 256; b += 51) {
        const std::array<uint8_t, 3> color{static_cast<uint8_t>(r), static_cast<uint8_t>(g),
                                           static_cast<uint8_t>(b)};
        const auto back = ColorOf(CieLabOf(color));
        for (size_t i = 0; i < 3; ++i) EXPECT_LE(std::abs(back[i] - color[i]), 1);
      }
    }
  }
  EXPECT_EQ(CieLabOf({255, 255, 255})[0], 65535);
}

TEST(Objects, AreTheSameBytesForTheSameInput) {
  const Source source = Volume({});
  const Labels labels = Noise(source, {1, 2}, LabelType::kUint8);
  EXPECT_EQ(EncodeOne(source, labels, Describe({1, 2})),
            EncodeOne(source, labels, Describe({1, 2})));
}

}  // namespace
}  // namespace glossator::seg::test
