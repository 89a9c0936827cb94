// SPDX-License-Identifier: GPL-3.0-or-later
#include "pixels/plan.h"

#include <gtest/gtest.h>

#include "dicom/error.h"

namespace glossator::pixels {
namespace {

namespace tags = dicom::tags;

dicom::DataSet Image(std::string_view sop_class, const std::vector<std::string>& type = {}) {
  dicom::DataSet head;
  head.SetString(tags::SOPClassUID, sop_class);
  if (!type.empty()) head.SetStrings(tags::ImageType, type);
  head.SetString(tags::Manufacturer, "Acme");
  head.SetInt(tags::SamplesPerPixel, 1);
  head.SetString(tags::PhotometricInterpretation, "MONOCHROME2");
  head.SetInt(tags::Rows, 100);
  head.SetInt(tags::Columns, 200);
  head.SetInt(tags::BitsAllocated, 8);
  head.SetInt(tags::BitsStored, 8);
  head.SetInt(tags::PixelRepresentation, 0);
  return head;
}

constexpr std::string_view kUltrasound = "1.2.840.10008.5.1.4.1.1.6.1";
constexpr std::string_view kCapture = "1.2.840.10008.5.1.4.1.1.7";
constexpr std::string_view kCt = "1.2.840.10008.5.1.4.1.1.2";
constexpr std::string_view kDx = "1.2.840.10008.5.1.4.1.1.1.1";
constexpr std::string_view kSlide = "1.2.840.10008.5.1.4.1.1.77.1.6";

void AddRegion(dicom::DataSet& head, int x0, int y0, int x1, int y1) {
  auto& item = head.AddItem(tags::SequenceOfUltrasoundRegions);
  item.SetInt(tags::RegionLocationMinX0, x0);
  item.SetInt(tags::RegionLocationMinY0, y0);
  item.SetInt(tags::RegionLocationMaxX1, x1);
  item.SetInt(tags::RegionLocationMaxY1, y1);
}

TEST(Plan, KeepsTheRegionsOfAnUltrasoundAndBlanksTheRest) {
  auto head = Image(kUltrasound);
  AddRegion(head, 10, 20, 189, 99);
  const auto plan = PlanFor(head, {});
  EXPECT_EQ(plan.step, Step::kBlank);
  EXPECT_TRUE(plan.risk);
  EXPECT_EQ(Area(plan.blank, 200, 100), 200u * 100 - 180 * 80);
}

TEST(Plan, DoesNotTrustARegionThatIsTheWholePictureOrNone) {
  auto head = Image(kUltrasound);
  EXPECT_EQ(PlanFor(head, {}).step, Step::kSealed);
  AddRegion(head, 0, 0, 199, 99);
  EXPECT_EQ(PlanFor(head, {}).step, Step::kSealed);
}

TEST(Plan, SealsCapturesOfUnknownDevicesAndFollowsTheRuleOfKnownOnes) {
  const auto head = Image(kCapture);
  EXPECT_EQ(PlanFor(head, {}).step, Step::kSealed);
  const auto rules = ParseRules(
      R"({"rules":[{"match":{"Manufacturer":"other"},"blank":[]},)"
      R"({"match":{"Manufacturer":"ACM*","Rows":"100"},"blank":[[0,0,200,9]],"detect":false}]})");
  const auto plan = PlanFor(head, rules);
  EXPECT_EQ(plan.step, Step::kBlank);
  EXPECT_FALSE(plan.detect);
  EXPECT_EQ(plan.blank, std::vector<Rectangle>({{0, 0, 200, 9}}));
}

TEST(Plan, LooksAtProjectionsLocalizersAndDerivedPicturesWhateverTheySay) {
  auto dx = Image(kDx, {"ORIGINAL", "PRIMARY"});
  dx.SetString(tags::BurnedInAnnotation, "NO");
  EXPECT_TRUE(PlanFor(dx, {}).detect);
  EXPECT_FALSE(PlanFor(dx, {}).risk);
  EXPECT_TRUE(PlanFor(Image(kCt, {"ORIGINAL", "PRIMARY", "LOCALIZER"}), {}).detect);
  EXPECT_TRUE(PlanFor(Image(kCt, {"DERIVED", "SECONDARY"}), {}).risk);
  EXPECT_EQ(PlanFor(Image(kCt, {"DERIVED", "SECONDARY", "SCREEN SAVE"}), {}).step, Step::kSealed);
}

// A maker's localizers have ES as the fourth value of Image Type: they were taken for endoscopy.
TEST(Plan, DoesNotTakeAWordOfTheImageTypeForAModality) {
  const auto plan = PlanFor(Image(kCt, {"ORIGINAL", "PRIMARY", "LOCALIZER", "ES"}), {});
  EXPECT_EQ(plan.step, Step::kBlank);
  EXPECT_TRUE(plan.detect);
}

TEST(Plan, DoesNotTakeAParametricMapForACapture) {
  auto map = Image("1.2.840.10008.5.1.4.1.1.30", {"DERIVED", "PRIMARY", "VOLUME", "QUANTITY"});
  map.SetString(tags::Modality, "OT");
  EXPECT_EQ(PlanFor(map, {}).step, Step::kNothing);
}

TEST(Plan, FollowsARuleAlsoForWhatIsOtherwiseLeftAlone) {
  const auto rules =
      ParseRules(R"({"rules":[{"match":{"Manufacturer":"*cm*"},"blank":[[0,0,200,9]]}]})");
  EXPECT_EQ(PlanFor(Image(kCt, {"ORIGINAL", "PRIMARY", "AXIAL"}), rules).step, Step::kBlank);
}

TEST(Plan, LeavesSlicesAndSlidesAlone) {
  EXPECT_EQ(PlanFor(Image(kCt, {"ORIGINAL", "PRIMARY", "AXIAL"}), {}).step, Step::kNothing);
  EXPECT_EQ(PlanFor(Image(kSlide, {"ORIGINAL", "PRIMARY", "VOLUME"}), {}).step, Step::kNothing);
}

// Films have YBR_PARTIAL_420, which no codec here reads: a radiograph's film passed as one whose
// format nobody need know.
TEST(Plan, SealsAFilmThatItWouldHaveLookedAtUnlessItsDeviceBurnsInNothing) {
  auto film = Image(kDx, {"ORIGINAL", "PRIMARY"});
  film.SetString(tags::PhotometricInterpretation, "YBR_PARTIAL_420");
  EXPECT_EQ(PlanFor(film, {}, true).step, Step::kSealed);
  film.SetString(tags::SOPClassUID, kCapture);
  EXPECT_EQ(PlanFor(film, {}, true).step, Step::kSealed);
  const auto rules =
      ParseRules(R"({"rules":[{"match":{"Manufacturer":"acme"},"blank":[],"detect":false}]})");
  const auto plan = PlanFor(film, rules, true);
  EXPECT_EQ(plan.step, Step::kBlank);
  EXPECT_TRUE(plan.blank.empty() && !plan.detect);
  film.SetString(tags::SOPClassUID, kCt);
  EXPECT_EQ(PlanFor(film, {}, true).step, Step::kNothing);
}

TEST(Rules, TellEveryFaultWithItsPath) {
  try {
    ParseRules(R"({"rules":[{"match":{"NoSuch":"x"},"blank":[[1,2,3]]},{"match":{},"blank":[]},)"
               R"({"match":{"Rows":1},"blank":[],"more":1}]})");
    FAIL();
  } catch (const Error& error) {
    const std::string what = error.what();
    for (const char* path :
         {"rules[0].match.NoSuch", "rules[0].blank[0]", "rules[1].match", "rules[2].more"}) {
      EXPECT_NE(what.find(path), what.npos) << what;
    }
  }
}

TEST(Rules, ComeBackFromTheirDocument) {
  auto head = Image(kCapture);
  Rules rules;
  rules.Add(RuleFor(head, {{1, 2, 3, 4}}));
  const auto again = ParseRules(WriteRules(rules));
  ASSERT_NE(again.Find(head), nullptr);
  EXPECT_EQ(again.Find(head)->blank, std::vector<Rectangle>({{1, 2, 3, 4}}));
  head.SetInt(tags::Rows, 101);
  EXPECT_EQ(again.Find(head), nullptr);
}

}  // namespace
}  // namespace glossator::pixels
