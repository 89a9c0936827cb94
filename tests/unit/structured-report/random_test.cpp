// SPDX-License-Identifier: GPL-3.0-or-later
// Descriptions and trees at random: what goes in comes out.
#include <gtest/gtest.h>

#include <random>

#include "dicom/charset.h"
#include "dicom/io.h"
#include "dicom/json.h"
#include "structured-report/decode.h"
#include "structured-report/description_json.h"
#include "structured-report/verify.h"
#include "tests/unit/structured-report/fixtures.h"

namespace glossator::sr {
namespace {

constexpr unsigned kRounds = 120;

class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}

  int To(int most) { return std::uniform_int_distribution<int>(0, most)(engine_); }
  bool Coin() { return To(1) == 1; }

  std::string Text() {
    static const char* const kWords[] = {"plain", "Größe", "山田", "a<b>&c", "x^y", "1.5", "é à"};
    return std::string(kWords[To(6)]) + " " + std::to_string(To(999));
  }
  Code AnyCode() {
    return {"V" + std::to_string(To(999)), Coin() ? "99X" : "SCT", Text(),
            To(4) == 0 ? "2024" : ""};
  }
  std::optional<Code> MaybeCode() { return Coin() ? std::optional(AnyCode()) : std::nullopt; }
  Code Unit() {
    static const Code kUnits[] = {{"mm", "UCUM", "millimeter"},
                                  {"1", "UCUM", "no units"},
                                  {"[hnsf'U]", "UCUM", "Hounsfield unit"}};
    return kUnits[To(2)];
  }
  double Number() {
    std::uniform_real_distribution<double> spread(-1e6, 1e6);
    return Coin() ? spread(engine_) : static_cast<double>(To(1000)) / 8;
  }
  double Coordinate(int most) { return static_cast<double>(To(most * 8)) / 8; }
  template <class Make>
  auto List(int most, Make make) {
    std::vector<decltype(make())> list(static_cast<size_t>(To(most)));
    for (auto& entry : list) entry = make();
    return list;
  }

  ImageReference AnyImage() { return {"2.25.10" + std::to_string(1 + To(2)), {}, {}}; }
  Modifier AnyModifier() {
    if (Coin()) return {AnyCode(), AnyCode(), ""};
    return {AnyCode(), std::nullopt, Text()};
  }
  Region AnyRegion() {
    Region region;
    if (Coin()) {
      region.type = "POLYLINE";
      for (int i = 0; i < 8; ++i) region.points.push_back(Coordinate(i % 2 == 0 ? 7 : 5));
      region.image = AnyImage();
    } else {
      region.type = "MULTIPOINT";
      for (int i = 0; i < 6; ++i) region.points.push_back(Coordinate(100) - 50);
      region.frame_of_reference_uid = "2.25.3";
    }
    region.purpose = MaybeCode();
    return region;
  }
  Extent AnyExtent() {
    Extent extent{"SEGMENT", AnyImage()};
    const int first = 1 + To(100);
    if (Coin()) {
      extent.samples = {first, first + To(50)};
    } else {
      extent.seconds = {first / 4.0, first / 2.0};
    }
    return extent;
  }
  Measurement AnyMeasurement() {
    Measurement measurement;
    measurement.concept_name = AnyCode();
    if (To(4) == 0) {
      measurement.qualifier = AnyCode();
    } else {
      measurement.value = Number();
      measurement.unit = Unit();
    }
    measurement.derivation = MaybeCode();
    measurement.method = MaybeCode();
    measurement.modifiers = List(2, [this] { return AnyModifier(); });
    measurement.images = List(2, [this] { return AnyImage(); });
    measurement.regions = List(2, [this] { return AnyRegion(); });
    measurement.extents = List(1, [this] { return AnyExtent(); });
    if (Coin()) measurement.reader = "R-0042^";
    return measurement;
  }
  Evaluation AnyEvaluation() {
    Evaluation evaluation{AnyCode()};
    if (Coin()) {
      evaluation.value = AnyCode();
    } else {
      evaluation.text = Text();
    }
    evaluation.modifiers = List(2, [this] { return AnyModifier(); });
    return evaluation;
  }
  TimePoint AnyTimePoint() {
    TimePoint point{Text()};
    point.type = MaybeCode();
    if (Coin()) point.order = To(9);
    if (Coin()) point.subject_identifier = Text();
    if (Coin()) point.protocol_identifier = Text();
    if (Coin()) {
      point.offset = Number();
      point.offset_unit = Unit();
      point.event = MaybeCode();
    }
    return point;
  }
  MeasurementGroup AnyGroup(int number) {
    MeasurementGroup group{Text(), "2.25.5" + std::to_string(number)};
    for (auto* code : {&group.category, &group.finding, &group.method}) *code = MaybeCode();
    group.site = MaybeCode();
    if (group.site) group.laterality = MaybeCode();
    if (group.site) group.site_modifier = MaybeCode();
    if (group.site) {
      group.more_sites = List(2, [this] { return Site{AnyCode(), MaybeCode(), MaybeCode()}; });
    }
    if (Coin()) group.session = Text();
    if (Coin()) group.time_point = AnyTimePoint();
    if (Coin()) group.algorithm = Algorithm{Text(), "1", Coin() ? Text() : ""};
    if (Coin()) {
      group.segment = SegmentReference{"1.2.840.10008.5.1.4.1.1.66.4", kSegUid, 1};
    } else {
      group.regions = List(3, [this] { return AnyRegion(); });
    }
    group.images = List(2, [this] { return AnyImage(); });
    group.extents = List(2, [this] { return AnyExtent(); });
    group.modifiers = List(2, [this] { return AnyModifier(); });
    group.measurements = List(3, [this] { return AnyMeasurement(); });
    group.evaluations = List(3, [this] { return AnyEvaluation(); });
    return group;
  }
  ReportDescription AnyDescription() {
    ReportDescription description = Findings3();
    description.groups.clear();
    for (int i = To(4); i >= 0; --i) description.groups.push_back(AnyGroup(i));
    description.readers = List(2, [this] { return PersonObserver{Text(), Text()}; });
    description.evaluations = List(2, [this] { return AnyEvaluation(); });
    description.derived = List(2, [this] { return AnyMeasurement(); });
    for (Measurement& derived : description.derived) AddPlaces(description, derived);
    if (Coin()) description.guideline = Text();
    if (Coin()) description.provenance.completion = "PARTIAL";
    return description;
  }

 private:
  void AddPlaces(const ReportDescription& description, Measurement& derived) {
    for (size_t group = 0; group < description.groups.size(); ++group) {
      const auto count = static_cast<int>(description.groups[group].measurements.size());
      if (count > 0) derived.from.push_back({static_cast<int64_t>(group), To(count - 1)});
    }
  }

  std::mt19937 engine_;
};

std::string Text(const Json::Value& json) { return dicom::WriteJson(json); }

TEST(RandomDescription, ComesBackFromJsonObjectAndFile) {
  SystemEntropy entropy;
  RandomUids uids(entropy);
  for (unsigned seed = 0; seed < kRounds; ++seed) {
    const ReportDescription sent = Dice(seed).AnyDescription();
    const Json::Value json = dicom::ParseJson(Text(ToJson(sent)));
    ASSERT_EQ(DescriptionFromJson(json, uids).description, sent) << seed;
    const auto report = Encode(sent, Images(), Segmentations(), TestIdentity(), TestTime());
    const auto file =
        dicom::ReadFile(std::string_view(dicom::WriteFile(report, dicom::kExplicitLittleEndian)));
    ASSERT_EQ(Text(ToJson(Decode(file.data_set).description)), Text(json)) << seed;
  }
}

TEST(RandomDescription, HasNoErrorsForTheVerifier) {
  std::vector<dicom::DataSet> sources = Images();
  for (const dicom::DataSet& head : Segmentations()) sources.push_back(head);
  for (unsigned seed = 0; seed < kRounds / 4; ++seed) {
    const auto report =
        Encode(Dice(seed).AnyDescription(), Images(), Segmentations(), TestIdentity(), TestTime());
    for (const Finding& finding : Verify(report, &sources)) {
      if (finding.severity == kFindingError) ADD_FAILURE() << seed << ' ' << ToLine(finding);
    }
  }
}

TEST(RandomTree, ComesBackFromItsJson) {
  for (unsigned seed = 0; seed < kRounds / 4; ++seed) {
    dicom::DataSet report =
        Encode(Dice(seed).AnyDescription(), Images(), Segmentations(), TestIdentity(), TestTime());
    dicom::ConvertToUtf8(report);
    const ContentItem root = ReadContent(report);
    ASSERT_EQ(TreeFromJson(dicom::ParseJson(Text(TreeToJson(root)))), root) << seed;
  }
}

}  // namespace
}  // namespace glossator::sr
