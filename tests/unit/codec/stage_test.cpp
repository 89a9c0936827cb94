// SPDX-License-Identifier: GPL-3.0-or-later
#include "pixels/stage.h"

#include <gtest/gtest.h>

#include "codec/serve.h"

namespace glossator::pixels {
namespace {

namespace tags = dicom::tags;

constexpr uint32_t kColumns = 64, kRows = 40;

dicom::DataSet Object(int frames, std::string pixels) {
  dicom::DataSet object;
  object.SetInt(tags::SamplesPerPixel, 1);
  object.SetString(tags::PhotometricInterpretation, "MONOCHROME2");
  object.SetInt(tags::NumberOfFrames, frames);
  object.SetInt(tags::Rows, kRows);
  object.SetInt(tags::Columns, kColumns);
  object.SetInt(tags::BitsAllocated, 8);
  object.SetInt(tags::BitsStored, 8);
  object.SetInt(tags::PixelRepresentation, 0);
  object.SetBytes(tags::PixelData, dicom::Vr::OB, std::move(pixels));
  return object;
}

Plan Blanking(std::vector<Rectangle> blank) {
  Plan plan;
  plan.step = Step::kBlank;
  plan.blank = std::move(blank);
  return plan;
}

TEST(Stage, BlanksTheSameInEveryFrame) {
  auto object = Object(3, std::string(3 * kColumns * kRows, 'x'));
  codec::UnconfinedService service;
  const auto outcome =
      CleanPixels(object, dicom::kExplicitLittleEndian, Blanking({{0, 0, kColumns, 10}}), service);
  EXPECT_EQ(outcome.fault, "");
  EXPECT_DOUBLE_EQ(outcome.share, 0.25);
  const std::string frame = std::string(kColumns * 10, '\0') + std::string(kColumns * 30, 'x');
  EXPECT_EQ(object.Find(tags::PixelData)->value, frame + frame + frame);
}

TEST(Stage, LeavesAnObjectAloneWhoseFramesItCannotTellApart) {
  auto object = Object(4, std::string(3 * kColumns * kRows, 'x'));
  const auto before = object;
  codec::UnconfinedService service;
  EXPECT_NE(
      CleanPixels(object, dicom::kExplicitLittleEndian, Blanking({{0, 0, 1, 1}}), service).fault,
      "");
  EXPECT_EQ(object, before);
}

// A title may be one frame long: the first and the last frame are looked at for themselves.
TEST(Stage, ComparesEachFrameBetweenTheFirstAndTheLastWithTheNext) {
  class Notes final : public FrameService {
   public:
    Reply Ask(const Request& request) override {
      seen.emplace_back(request.frame[0], request.native.empty() ? '-' : request.native[0]);
      return {};
    }
    std::vector<std::pair<char, char>> seen;
  } service;
  constexpr size_t kFrame = kColumns * kRows;
  auto object = Object(4, std::string(kFrame, 'a') + std::string(kFrame, 'b') +
                              std::string(kFrame, 'c') + std::string(kFrame, 'd'));
  Plan plan = Blanking({});
  plan.detect = true;
  EXPECT_EQ(CleanPixels(object, dicom::kExplicitLittleEndian, plan, service).fault, "");
  const std::vector<std::pair<char, char>> expected{{'a', '-'}, {'b', 'c'}, {'c', 'd'}, {'d', '-'}};
  EXPECT_EQ(service.seen, expected);
}

// A worker that gives up with the second frame must not leave the first one changed.
TEST(Stage, ChangesNothingWhenOneFrameFails) {
  class Once final : public FrameService {
   public:
    Reply Ask(const Request& request) override {
      Reply reply;
      if (asked_++ > 0) reply.fault = "no";
      reply.frame = request.frame;
      return reply;
    }

   private:
    int asked_ = 0;
  } service;
  auto object = Object(2, std::string(2 * kColumns * kRows, 'x'));
  const auto before = object;
  EXPECT_EQ(
      CleanPixels(object, dicom::kExplicitLittleEndian, Blanking({{0, 0, 1, 1}}), service).fault,
      "no");
  EXPECT_EQ(object, before);
}

TEST(Frames, AreFoundByTheOffsetTableWhenTheyHaveSeveralFragments) {
  auto object = Object(2, "");
  dicom::Element& pixels = *object.Find(tags::PixelData);
  pixels.encapsulated = true;
  pixels.fragments = {std::string("\0\0\0\0\x14\0\0\0", 8), "ab", "cd", "ef"};
  EXPECT_EQ(FramesOf(object, *FormatOf(object)), std::vector<std::string>({"abcd", "ef"}));
  pixels.fragments = {"", "ab", "cd", "ef"};
  EXPECT_TRUE(FramesOf(object, *FormatOf(object)).empty());
}

}  // namespace
}  // namespace glossator::pixels
