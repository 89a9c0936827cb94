// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/pixel_stage.h"

#include <gtest/gtest.h>

#include "pixels/worker.h"

namespace glossator::deid {
namespace {

namespace tags = dicom::tags;

dicom::DataSet Radiograph() {
  dicom::DataSet object;
  object.SetString(tags::SOPClassUID, "1.2.840.10008.5.1.4.1.1.1.1");
  object.SetString(tags::PhotometricInterpretation, "MONOCHROME2");
  for (const auto& [tag, number] : {std::pair{tags::SamplesPerPixel, 1},
                                    {tags::Rows, 40},
                                    {tags::Columns, 64},
                                    {tags::BitsAllocated, 8},
                                    {tags::BitsStored, 8},
                                    {tags::PixelRepresentation, 0}}) {
    object.SetInt(tag, number);
  }
  object.SetBytes(tags::PixelData, dicom::Vr::OB, std::string(64 * 40, 'x'));
  return object;
}

// It passed as it was, unread, when the worker had died.
TEST(PixelStage, AWorkerThatDiesSealsAlsoWhatHasNoSignOfText) {
  auto object = Radiograph();
  for (const char* program : {"/bin/true", "/nowhere/glossator-codec"}) {
    const PixelStage stage({}, program);
    const auto result = stage.Clean(object, dicom::kExplicitLittleEndian, {});
    EXPECT_FALSE(result.ran);
    ASSERT_EQ(result.reasons.size(), 1u) << program;
    EXPECT_EQ(result.reasons[0].path, kUnreadablePath);
  }
  const PixelStage stage({}, pixels::Worker::DefaultProgram());
  EXPECT_TRUE(stage.Clean(object, dicom::kExplicitLittleEndian, {}).ran);
}

TEST(PixelStage, BrokenFramesSealWhatHasNoSignAndFramesWithoutACodecDoNot) {
  auto object = Radiograph();
  dicom::Element& pixels = *object.Find(tags::PixelData);
  pixels.encapsulated = true;
  pixels.fragments = {"", "no frame"};
  const PixelStage stage({}, pixels::Worker::DefaultProgram());
  const auto* broken = dicom::FindTransferSyntax("1.2.840.10008.1.2.4.70");
  EXPECT_EQ(stage.Clean(object, *broken, {}).reasons.size(), 1u);
  const auto* film = dicom::FindTransferSyntax("1.2.840.10008.1.2.4.102");
  EXPECT_EQ(stage.Clean(object, *film, {}).reasons.size(), 1u) << "a film never passes unread";
  const auto* high_throughput = dicom::FindTransferSyntax("1.2.840.10008.1.2.4.201");
  EXPECT_TRUE(stage.Clean(object, *high_throughput, {}).reasons.empty());
  object.SetString(tags::BurnedInAnnotation, "YES");
  EXPECT_EQ(stage.Clean(object, *high_throughput, {}).reasons.size(), 1u);
}

TEST(PixelStage, TextThatTheObjectSaysItHasAndThatIsNotFoundKeepsItSealed) {
  auto object = Radiograph();
  object.SetString(tags::BurnedInAnnotation, "YES");
  const PixelStage stage({}, pixels::Worker::DefaultProgram());
  const auto result = stage.Clean(object, dicom::kExplicitLittleEndian, {});
  ASSERT_EQ(result.reasons.size(), 1u);
  EXPECT_EQ(result.reasons[0].path, kNotFoundPath);
}

TEST(PixelStage, AnObjectWithoutPixelsHasNoTextInThem) {
  auto object = Radiograph();
  object.Erase(tags::PixelData);
  const std::vector<Reason> screened{{std::string(reasons::kBurnedInRisk), "(0028,0301)"}};
  const auto result = PixelStage().Clean(object, dicom::kExplicitLittleEndian, screened);
  EXPECT_TRUE(result.reasons.empty());
  EXPECT_FALSE(result.ran);
}

}  // namespace
}  // namespace glossator::deid
