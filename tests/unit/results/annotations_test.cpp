// SPDX-License-Identifier: GPL-3.0-or-later
#include "results/annotations.h"

#include <gtest/gtest.h>

#include <random>

#include "dicom/error.h"
#include "dicom/io.h"
#include "dicom/json.h"
#include "results/annotations_json.h"
#include "tests/unit/results/fixtures.h"

namespace glossator::results {
namespace {

namespace tags = dicom::tags;

class Counted final : public UidSource {
 public:
  std::string New() override { return "2.25.77" + std::to_string(++count_); }

 private:
  int count_ = 0;
};

std::vector<std::string> CodesOf(const Annotations& annotations) {
  std::vector<std::string> codes;
  for (const Finding& finding : CheckAnnotations(annotations)) codes.push_back(finding.code);
  return codes;
}

TEST(BulkAnnotations, AreTheGoldenObjectByteForByte) {
  EXPECT_EQ(DifferenceFromGolden("golden_annotations.dcm", Written(TestAnnotations())), "");
}

TEST(BulkAnnotations, ReadBackAsTheyWereWritten) {
  EXPECT_EQ(ReadBack(Written(TestAnnotations())).annotations, TestAnnotations());
}

TEST(BulkAnnotations, InSpaceCarryMillimetresWithOneOrEveryZ) {
  Annotations annotations;
  annotations.in_space = true;
  annotations.groups = {Shapes(GraphicType::kPolygon, 2, 3), Shapes(GraphicType::kPoint, 4, 2)};
  annotations.groups[1].common_z = {0.25};
  annotations.groups[0].fine_coordinates = {1e-9, 2, 3, 4, 5, 6, 7, 8, 9};
  annotations.groups[0].coordinates.clear();
  annotations.groups[0].starts = {1};
  annotations.groups[0].count = 1;
  const AnnotationObject object = ReadBack(Written(annotations));
  EXPECT_EQ(object.annotations, annotations);
  EXPECT_EQ(object.head.GetString(tags::FrameOfReferenceUID), "2.25.3");
}

TEST(BulkAnnotations, AreAlsoAnOrdinaryDataSet) {
  const std::string file = Written(TestAnnotations());
  const dicom::DataSet data_set = dicom::ReadFile(std::string_view(file)).data_set;
  const auto& groups = data_set.GetItems(tags::AnnotationGroupSequence);
  ASSERT_EQ(groups.size(), 5u);
  EXPECT_EQ(groups[0].GetInt(tags::NumberOfAnnotations), 2);
  EXPECT_EQ(groups[0].Find(tags::PointCoordinatesData)->value.size(), 14 * sizeof(float));
  // The same through our own writer, which gives sequences a defined length.
  const std::string again = dicom::WriteFile(data_set, dicom::kImplicitLittleEndian);
  EXPECT_EQ(ReadBack(again).annotations, TestAnnotations());
}

TEST(BulkAnnotations, LongListsAreReadStraightFromTheFile) {
  Annotations annotations;
  annotations.groups = {Shapes(GraphicType::kPolygon, 5000, 2)};
  annotations.groups[0].measurements = {
      {{"42798000", "SCT", "Area"}, {"um2", "UCUM", "um2"}, BulkVector<float>(5000, 2.5F), {}}};
  const std::string file = Written(annotations);
  const dicom::MemorySource source(file);
  EXPECT_EQ(dicom::Skim(source).bulks.size(), 3u);
  EXPECT_EQ(ReadAnnotations(source).annotations, annotations);
}

TEST(BulkAnnotations, ThatAreUnsoundAreRefusedWithEveryFault) {
  Annotations annotations = TestAnnotations();
  annotations.groups[0].starts = {1, 6};         // within a point
  annotations.groups[1].coordinates.pop_back();  // odd
  annotations.groups[2].label.clear();
  annotations.groups[3].coordinates[0] = std::numeric_limits<float>::quiet_NaN();
  annotations.groups[4].generation = "AUTOMATIC";
  EXPECT_EQ(CodesOf(annotations),
            (std::vector<std::string>{"point-index-list", "coordinate-count", "group-label",
                                      "coordinate-value", "algorithm"}));
  EXPECT_THROW(Written(annotations), Error);
}

TEST(BulkAnnotations, MeasurementsBelongToAnnotationsOfTheGroup) {
  Annotations annotations = TestAnnotations();
  annotations.groups[0].measurements[0].values.pop_back();
  annotations.groups[0].measurements[1].indices = {3};
  EXPECT_EQ(CodesOf(annotations),
            (std::vector<std::string>{"measurement-count", "measurement-index"}));
}

TEST(BulkAnnotations, ACutFileIsRefusedAtEveryByte) {
  const std::string file = Written(TestAnnotations());
  for (size_t size = 0; size < file.size(); ++size) {
    try {
      ReadBack(file.substr(0, size));
    } catch (const Error&) {
    }
  }
}

std::string AsJson(const Annotations& annotations) {
  std::string json;
  WriteAnnotationsJson({annotations, "series", 9001}, [&](std::string_view t) { json += t; });
  return json;
}

TEST(AnnotationJson, ComesBackWithoutLoss) {
  Counted uids;
  const auto again = AnnotationsFromJson(dicom::ParseJson(AsJson(TestAnnotations())), uids);
  EXPECT_EQ(again.annotations, TestAnnotations());
  EXPECT_EQ(again.series_description, "series");
  EXPECT_EQ(again.series_number, 9001);
}

TEST(AnnotationJson, ComesBackForRandomGroups) {
  std::mt19937 random(7);
  Counted uids;
  for (int run = 0; run < 60; ++run) {
    Annotations annotations;
    annotations.in_space = run % 3 == 0;
    for (int g = 0; g < 3; ++g) {
      const auto type = static_cast<GraphicType>(random() % 5);
      AnnotationGroup group = Shapes(type, 1 + random() % 20, annotations.in_space ? 3 : 2);
      for (float& value : group.coordinates) {
        value = std::ldexp(static_cast<float>(random()), static_cast<int>(random() % 60) - 50);
      }
      annotations.groups.push_back(std::move(group));
    }
    const auto again = AnnotationsFromJson(dicom::ParseJson(AsJson(annotations)), uids);
    ASSERT_EQ(again.annotations, annotations) << run;
    ASSERT_EQ(ReadBack(Written(annotations)).annotations, annotations) << run;
  }
}

TEST(AnnotationJson, NamesEveryFault) {
  Counted uids;
  const Json::Value json =
      dicom::ParseJson(R"({"groups":[{"label":"x","graphic_type":"BLOB","category":{"value":"1"},)"
                       R"("annotations":[1],"colour":1}],"extra":2})");
  try {
    AnnotationsFromJson(json, uids);
    FAIL();
  } catch (const Error& error) {
    const std::string text = error.what();
    for (const char* part : {"groups[0].graphic_type", "groups[0].category.scheme: is missing",
                             "groups[0].type: is missing", "groups[0].annotations",
                             "groups[0].colour: unknown key", "extra: unknown key"}) {
      EXPECT_NE(text.find(part), std::string::npos) << part << " in " << text;
    }
  }
}

TEST(AnnotationCsv, ComesBackIntoTheSameGroups) {
  const Annotations given = TestAnnotations();
  std::string csv;
  WriteAnnotationsCsv(given, [&](std::string_view text) { csv += text; });
  Annotations again = given;
  for (AnnotationGroup& group : again.groups) {
    group.count = 0;
    group.coordinates.clear();
    group.starts.clear();
    for (AnnotationMeasurement& measurement : group.measurements) {
      measurement.values.clear();
      measurement.indices.clear();
    }
  }
  AddAnnotationsFromCsv(csv, again);
  EXPECT_EQ(again, given);
}

TEST(AnnotationCsv, NamesTheLineOfAFault) {
  Annotations annotations = TestAnnotations();
  for (const char* csv : {"", "a,b\n", "group,coordinates\n9,1 2\n", "group,coordinates\n1,1 x\n",
                          "coordinates\n\"1 2\n"}) {
    EXPECT_THROW(AddAnnotationsFromCsv(csv, annotations), Error) << csv;
  }
}

}  // namespace
}  // namespace glossator::results
