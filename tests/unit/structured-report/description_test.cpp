// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "dicom/error.h"
#include "dicom/json.h"
#include "structured-report/description_json.h"
#include "structured-report/ucum.h"
#include "tests/unit/structured-report/fixtures.h"

namespace glossator::sr {
namespace {

class CountingUids final : public UidSource {
 public:
  std::string New() override { return "2.25." + std::to_string(++count_); }

 private:
  int count_ = 7000;
};

DescriptionFile Parse(const std::string& text) {
  CountingUids uids;
  return DescriptionFromJson(dicom::ParseJson(text), uids);
}

TEST(DescriptionJson, KeepsADescription) {
  CountingUids uids;
  const ReportDescription description = Findings3();
  EXPECT_EQ(DescriptionFromJson(ToJson(description), uids).description, description);
}

TEST(DescriptionJson, MakesTrackingUidsAndKnowsShortUnitsAndImages) {
  const DescriptionFile file = Parse(
      R"({"series_description":"S","series_number":7,"source_series":["2.25.2"],
          "person":{"name":"R"},
          "sources":[{"00080018":{"vr":"UI","Value":["2.25.101"]}}],
          "groups":[{"tracking_identifier":"T","images":["2.25.101"],
            "measurements":[{"concept":{"value":"1","scheme":"99X","meaning":"m"},
                             "value":2,"unit":"mm2"}]}]})");
  EXPECT_EQ(file.series_number, 7);
  EXPECT_EQ(file.source_series, std::vector<std::string>{"2.25.2"});
  ASSERT_EQ(file.sources.size(), 1u);
  const MeasurementGroup& group = file.description.groups.at(0);
  EXPECT_EQ(group.tracking_uid, "2.25.7001");
  EXPECT_EQ(group.images.at(0).sop_instance_uid, "2.25.101");
  EXPECT_EQ(group.measurements.at(0).unit, (Code{"mm2", "UCUM", "mm2"}));
}

TEST(DescriptionJson, TellsEveryFaultWithItsPath) {
  try {
    Parse(R"({"x":1,"person":{},"groups":[{"segment":5,"images":[7],"measurements":[{"value":"1"}]},
             {"tracking_identifier":3,"images":{},"finding":{"value":"1"}}]})");
    FAIL();
  } catch (const Error& error) {
    const std::string text = error.what();
    for (const char* part :
         {"x: unknown key", "person: name is missing", "groups[0]: tracking_identifier is missing",
          "groups[0].segment: an object", "groups[0].images[0]: an object",
          "groups[0].measurements[0].value: a number",
          "groups[0].measurements[0]: concept is missing",
          "groups[1].tracking_identifier: a string", "groups[1].images: a list",
          "groups[1].finding: scheme is missing"}) {
      EXPECT_NE(text.find(part), std::string::npos) << part << " not in " << text;
    }
  }
  EXPECT_THROW(Parse("[]"), Error);
}

TEST(Ucum, AcceptsUnitsOfImaging) {
  for (const char* unit :
       {"1",     "mm",         "mm2",      "mm3",         "cm3",         "ml",
        "mL",    "%",          "[hnsf'U]", "g/ml{SUVbw}", "{SUVbw}g/ml", "{pixels}",
        "Bq/ml", "kBq/mL",     "m/s",      "cm/s",        "mm[Hg]",      "deg",
        "rad",   "s-1",        "1/s",      "/min",        "{beats}/min", "10*-6.mm2/s",
        "10*-3", "ms",         "um2/ms",   "mGy.cm",      "kg/m2",       "[ppm]",
        "Cel",   "(ml/min)/g", "mmol/l",   "h",           "a",           "dB"}) {
    EXPECT_TRUE(IsUcum(unit)) << unit;
  }
}

TEST(Ucum, RefusesInventionsAndBadGrammar) {
  for (const char* unit :
       {"",        "sqmm",   "cc",    "HU",        "mm^3",   "mm3 ", "pixels",
        "{pixels", "mm{a}}", "mm//s", "mm/",       ".mm",    "(mm",  "mm)",
        "mGycm",   "msec",   "10*x",  "m\xc2\xb2", "{a{b}}", "kmin", "((((((((((m))))))))))",
        "mm2-",    "SUV"}) {
    EXPECT_FALSE(IsUcum(unit)) << unit;
  }
}

}  // namespace
}  // namespace glossator::sr
