// SPDX-License-Identifier: GPL-3.0-or-later
// Presentation states, structure sets and captures of the same regions.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>

#include "dicom/error.h"
#include "dicom/io.h"
#include "results/capture.h"
#include "results/outlines.h"
#include "results/presentation.h"
#include "results/structure_set.h"
#include "results/verify.h"
#include "tests/unit/results/region_fixtures.h"

namespace glossator::results {
namespace {

namespace tags = dicom::tags;

dicom::DataSet State(const Regions& regions = TestRegions()) {
  return EncodePresentation(regions, CtHeads(), {}, TestIdentity(), {}, TestTime());
}

dicom::DataSet Structures(Holes holes, const Regions& regions = TestRegions()) {
  return EncodeStructureSet(regions, {.holes = holes}, TestIdentity(), {}, TestTime());
}

void Gray(size_t frame, std::span<uint8_t> rgb) {
  std::fill(rgb.begin(), rgb.end(), static_cast<uint8_t>(frame * 20));
}

std::string FileOf(const dicom::DataSet& object) {
  return dicom::WriteFile(object, dicom::kExplicitLittleEndian);
}

std::vector<std::string> CodesOf(const std::vector<Finding>& findings) {
  std::vector<std::string> codes;
  for (const Finding& finding : findings) codes.push_back(finding.code);
  return codes;
}

TEST(PresentationState, IsTheGoldenObjectByteForByte) {
  EXPECT_EQ(DifferenceFromGolden("golden_presentation.dcm", FileOf(State())), "");
}

TEST(PresentationState, HasALayerForEachSegmentAndClosedPolylinesOnItsFrames) {
  const Presentation state = ReadPresentation(State());
  ASSERT_EQ(state.layers.size(), 2u);
  EXPECT_EQ(state.layers[0].description, "Größe");
  EXPECT_EQ(state.layers[0].color, (dicom::Rgb{255, 0, 0}));
  EXPECT_EQ(state.images.size(), 2u);    // only those that show something
  ASSERT_EQ(state.graphics.size(), 6u);  // ring with hole on two frames, two spots on one
  for (const Graphic& graphic : state.graphics) {
    EXPECT_EQ(graphic.type, "POLYLINE");
    EXPECT_FALSE(graphic.filled);
    EXPECT_EQ(graphic.points[0], graphic.points[graphic.points.size() - 2]);
    EXPECT_EQ(graphic.points[1], graphic.points.back());
  }
  EXPECT_EQ(CodesOf(VerifyPresentation(State())), std::vector<std::string>{});
}

TEST(PresentationState, CarriesTheWindowAndTheModalityLutOn) {
  const dicom::DataSet state = State();
  EXPECT_EQ(state.GetDouble(tags::RescaleIntercept), -1024);
  EXPECT_EQ(state.FirstItem(tags::SoftcopyVOILUTSequence)->GetDouble(tags::WindowWidth), 400);
  EXPECT_EQ(state.GetString(tags::PresentationLUTShape), "IDENTITY");
}

TEST(PresentationState, OfColorOrOfSeveralModalityLutsIsRefused) {
  std::vector<dicom::DataSet> heads = CtHeads();
  heads[2].SetDouble(tags::RescaleSlope, 2);
  EXPECT_THROW(EncodePresentation(TestRegions(), heads, {}, TestIdentity(), {}, TestTime()), Error);
  heads[0].SetString(tags::PhotometricInterpretation, "RGB");
  EXPECT_THROW(EncodePresentation(TestRegions(), heads, {}, TestIdentity(), {}, TestTime()), Error);
}

TEST(PresentationState, OfNothingIsForTheFirstImage) {
  const Masks nothing(2, std::vector<uint8_t>(kFrames * kRows * kColumns, 0));
  const Presentation state = ReadPresentation(State(TestRegions(nothing)));
  EXPECT_EQ(state.images.size(), 1u);
  EXPECT_TRUE(state.graphics.empty());
}

TEST(PresentationState, LongOutlinesAreSplitWithinTheLengthOfTheirValue) {
  constexpr uint32_t kSize = 200;
  std::vector<uint8_t> comb(kSize * kSize, 0);
  for (uint32_t i = 0; i < kSize * kSize; ++i) comb[i] = i % 2 == 0 || i / kSize == 100 ? 1 : 0;
  for (uint32_t i = 0; i < kSize * kSize; ++i) {
    if (i / kSize % 2 == 1 && i % 4 == 0 && i / kSize != 100) comb[i] = 0;
  }
  for (uint32_t row = 0; row < kSize; ++row) comb[row * kSize] = 1;
  Regions regions = TestRegions();
  regions.rows = regions.columns = kSize;
  regions.regions.resize(1);
  regions.mask = [&](size_t, size_t frame, std::span<uint8_t> mask) {
    if (frame == 0) std::copy(comb.begin(), comb.end(), mask.begin());
    return frame == 0;
  };
  for (const Graphic& graphic : ReadPresentation(State(regions)).graphics) {
    EXPECT_LE(graphic.points.size() * 4, 65534u);
  }
}

TEST(PresentationState, DamageIsFound) {
  dicom::DataSet state = State();
  state.Erase(tags::GraphicLayerSequence);
  EXPECT_EQ(CodesOf(VerifyPresentation(state)), std::vector<std::string>(6, "layer"));
  state = State();
  state.Find(tags::ReferencedSeriesSequence)->items[0].Erase(tags::ReferencedImageSequence);
  const auto codes = CodesOf(VerifyPresentation(state));
  EXPECT_EQ(codes.front(), "images");
  EXPECT_EQ(codes.back(), "reference");
}

TEST(StructureSet, IsTheGoldenObjectByteForByte) {
  EXPECT_EQ(DifferenceFromGolden("golden_structure_set.dcm", FileOf(Structures(Holes::kKeyhole))),
            "");
}

TEST(StructureSet, FilledGivesTheMasksAgainHoweverHolesAreSaid) {
  std::mt19937 random(3);
  for (int run = 0; run < 40; ++run) {
    Masks masks = TestMasks();
    for (uint8_t& pixel : masks[1]) pixel = run == 0 ? pixel : random() % 3 == 0 ? 1 : 0;
    for (const Holes holes : {Holes::kKeyhole, Holes::kSeparate}) {
      const Regions regions = TestRegions(masks);
      const StructureSet set = ReadStructureSet(Structures(holes, regions));
      ASSERT_EQ(set.regions.size(), 2u);
      for (size_t i = 0; i < 2; ++i) {
        std::vector<uint8_t> mask(masks[i].size(), 0);
        EXPECT_EQ(Rasterize(set.regions[i], regions, mask), 0u);
        ASSERT_EQ(mask, masks[i]) << run << " region " << i;
      }
    }
  }
}

TEST(StructureSet, SaysWhatEachRegionIs) {
  const dicom::DataSet object = Structures(Holes::kSeparate);
  const StructureSet set = ReadStructureSet(object);
  EXPECT_EQ(set.regions[0].name, "Größe");
  EXPECT_EQ(set.regions[0].color, (dicom::Rgb{255, 0, 0}));
  EXPECT_EQ(set.regions[0].code, (Code{"4147007", "SCT", "Mass"}));
  EXPECT_EQ(set.regions[1].algorithm, "AUTOMATIC");
  EXPECT_EQ(set.regions[0].contours[0].type, "CLOSEDPLANAR_XOR");
  EXPECT_EQ(set.regions[1].contours[0].type, "CLOSED_PLANAR");
  const Regions regions = TestRegions();
  EXPECT_EQ(CodesOf(VerifyStructureSet(object, &regions)), std::vector<std::string>{});
}

TEST(StructureSet, WithoutPlanesIsRefused) {
  Regions regions = TestRegions();
  regions.frames[1].plane.reset();
  EXPECT_THROW(Structures(Holes::kKeyhole, regions), Error);
}

TEST(StructureSet, ContoursOffEveryFrameAreCounted) {
  const Regions regions = TestRegions();
  StructureRegion region = ReadStructureSet(Structures(Holes::kKeyhole)).regions[1];
  for (Vector3& point : region.contours[0].points) point[2] += 1000;
  std::vector<uint8_t> mask(kFrames * kRows * kColumns, 0);
  EXPECT_EQ(Rasterize(region, regions, mask), 1u);
}

TEST(StructureSet, DamageIsFound) {
  const Regions regions = TestRegions();
  const auto damaged = [&](const std::function<void(dicom::DataSet&)>& damage) {
    dicom::DataSet object = Structures(Holes::kKeyhole);
    damage(object);
    return CodesOf(VerifyStructureSet(object, &regions));
  };
  const auto first = [](dicom::DataSet& object) -> dicom::DataSet& {
    return object.Find(tags::ROIContourSequence)->items[0].Find(tags::ContourSequence)->items[0];
  };
  using Codes = std::vector<std::string>;
  EXPECT_EQ(damaged([](auto& o) {
              o.Find(tags::StructureSetROISequence)->items[1].SetInt(tags::ROINumber, 1);
            }),
            (Codes{"roi-number", "roi-reference", "roi-reference"}));
  EXPECT_EQ(damaged([](auto& o) { o.Erase(tags::ReferencedFrameOfReferenceSequence); }),
            (Codes{"frame-of-reference", "frame-of-reference"}));
  EXPECT_EQ(damaged([&](auto& o) { first(o).SetInt(tags::NumberOfContourPoints, 3); }),
            Codes{"contour-points"});
  EXPECT_EQ(damaged([&](auto& o) {
              std::vector<double> data = first(o).GetDoubles(tags::ContourData);
              data[5] += 3;
              first(o).SetDoubles(tags::ContourData, data);
            }),
            Codes{"contour-planar"});
  EXPECT_EQ(damaged([&](auto& o) {
              first(o)
                  .Find(tags::ContourImageSequence)
                  ->items[0]
                  .SetString(tags::ReferencedSOPInstanceUID, "2.25.104");
            }),
            Codes{"contour-image"});
}

TEST(StructureSet, WithALongContourGoesInImplicitVr) {
  dicom::DataSet object = Structures(Holes::kKeyhole);
  EXPECT_TRUE(SyntaxFor(object).explicit_vr);
  dicom::DataSet& contour =
      object.Find(tags::ROIContourSequence)->items[0].Find(tags::ContourSequence)->items[0];
  contour.SetBytes(tags::ContourData, dicom::Vr::DS, std::string(70000, '1'));
  EXPECT_FALSE(SyntaxFor(object).explicit_vr);
}

TEST(Capture, IsTheGoldenObjectByteForByte) {
  const dicom::DataSet object =
      EncodeCapture(TestRegions(), Gray, {}, TestIdentity(), {}, TestTime());
  EXPECT_EQ(DifferenceFromGolden("golden_capture.dcm", FileOf(object)), "");
}

TEST(Capture, CannotBeTakenForAnOriginal) {
  const dicom::DataSet object =
      EncodeCapture(TestRegions(), Gray, {}, TestIdentity(), {}, TestTime());
  EXPECT_EQ(object.GetString(tags::BurnedInAnnotation), "YES");
  EXPECT_EQ(object.GetStrings(tags::ImageType), (std::vector<std::string>{"DERIVED", "SECONDARY"}));
  EXPECT_EQ(object.GetString(tags::PhotometricInterpretation), "RGB");
  EXPECT_EQ(object.GetInt(tags::NumberOfFrames), 2);
  const std::string& pixels = object.Find(tags::PixelData)->value;
  const auto pixel = [&](size_t row, size_t column) {
    return pixels.substr((row * kColumns + column) * 3, 3);
  };
  EXPECT_EQ(pixel(10, 10), std::string(3, 20));    // as it was
  EXPECT_EQ(pixel(1, 1), std::string(3, '\xFF'));  // the D of the banner
}

TEST(Capture, DamageIsFound) {
  const dicom::DataSet capture =
      EncodeCapture(TestRegions(), Gray, {}, TestIdentity(), {}, TestTime());
  EXPECT_TRUE(Verify(capture).empty());
  const std::pair<const char*, std::function<void(dicom::DataSet&)>> damages[] = {
      {"image-type", [](auto& o) { o.SetString(tags::ImageType, "ORIGINAL\\PRIMARY"); }},
      {"conversion-type", [](auto& o) { o.Erase(tags::ConversionType); }},
      {"burned-in", [](auto& o) { o.SetString(tags::BurnedInAnnotation, "NO"); }},
      {"burned-in", [](auto& o) { o.Erase(tags::BurnedInAnnotation); }},
      {"source", [](auto& o) { o.Erase(tags::SourceImageSequence); }},
      {"pixels", [](auto& o) { o.SetInt(tags::BitsStored, 12); }},
      {"pixel-data", [](auto& o) { o.SetInt(tags::Rows, 60000); }},
      {"pixel-data", [](auto& o) { o.Erase(tags::PixelData); }},
      {"frames", [](auto& o) { o.SetInt(tags::NumberOfFrames, 0); }},
      {"frame-increment", [](auto& o) { o.Erase(tags::FrameIncrementPointer); }},
      {"frame-increment", [](auto& o) { o.SetInts(tags::PageNumberVector, {1}); }},
      {"modality", [](auto& o) { o.SetString(tags::Modality, "CT"); }},
  };
  for (const auto& [code, damage] : damages) {
    dicom::DataSet damaged = capture;
    damage(damaged);
    EXPECT_NE(std::ranges::count(Verify(damaged), std::string(code), &Finding::code), 0) << code;
  }
}

TEST(Capture, ShowsAtMostSoManyFrames) {
  Masks masks = TestMasks();
  std::fill(masks[0].begin(), masks[0].end(), 1);
  const dicom::DataSet object =
      EncodeCapture(TestRegions(masks), Gray, {.frames_max = 3}, TestIdentity(), {}, TestTime());
  EXPECT_EQ(object.GetInt(tags::NumberOfFrames), 3);
  EXPECT_EQ(object.GetItems(tags::SourceImageSequence).size(), 3u);
}

TEST(RenderFrame, AppliesModalityLutAndWindow) {
  dicom::DataSet image = CtHead(0);
  image.SetInt(tags::Rows, 1);
  image.SetInt(tags::Columns, 3);
  std::string pixels("\0\0\x28\x04\xFF\x0F", 6);  // -1024, 40 and 3071 HU
  image.SetBytes(tags::PixelData, dicom::Vr::OW, pixels);
  std::vector<uint8_t> rgb(9);
  RenderFrame(image, 1, rgb);
  EXPECT_EQ(rgb[0], 0);
  EXPECT_NEAR(rgb[3], 128, 1);
  EXPECT_EQ(rgb[8], 255);
  EXPECT_THROW(RenderFrame(image, 2, rgb), Error);
  image.Find(tags::PixelData)->encapsulated = true;
  EXPECT_THROW(RenderFrame(image, 1, rgb), Error);
}

}  // namespace
}  // namespace glossator::results
