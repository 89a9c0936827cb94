// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/data_set.h"

#include <gtest/gtest.h>

#include "dicom/code.h"
#include "dicom/error.h"

namespace glossator::dicom {
namespace {

TEST(DataSet, StaysSortedWhateverTheOrderOfPutting) {
  DataSet data_set;
  data_set.SetString(tags::PatientID, "1");
  data_set.SetString(tags::SOPClassUID, "1.2");
  data_set.SetString(tags::PatientName, "x");
  data_set.SetString(tags::PatientName, "y");
  std::vector<Tag> order;
  for (const Element& element : data_set) order.push_back(element.tag);
  EXPECT_EQ(order, (std::vector<Tag>{tags::SOPClassUID, tags::PatientName, tags::PatientID}));
  EXPECT_EQ(data_set.GetString(tags::PatientName), "y");
  data_set.Erase(tags::PatientName);
  EXPECT_FALSE(data_set.Has(tags::PatientName));
}

TEST(DataSet, ReadsNumbersOfEveryKind) {
  DataSet data_set;
  data_set.SetBytes(tags::PixelSpacing, Vr::DS, " +0.5\\ 1e-2 ");
  data_set.SetBytes(tags::InstanceNumber, Vr::IS, " 12 ");
  data_set.SetBytes(tags::SeriesNumber, Vr::IS, "x");
  data_set.SetInt(tags::SelectorSVValue, INT64_MIN);
  data_set.SetDouble(tags::RecommendedDisplayFrameRateInFloat, 0.25);
  EXPECT_EQ(data_set.GetDoubles(tags::PixelSpacing), (std::vector<double>{0.5, 0.01}));
  EXPECT_EQ(data_set.GetInt(tags::InstanceNumber), 12);
  EXPECT_EQ(data_set.GetInt(tags::SeriesNumber), std::nullopt);
  EXPECT_EQ(data_set.GetInt(tags::Rows), std::nullopt);
  EXPECT_EQ(data_set.GetInt(tags::SelectorSVValue), INT64_MIN);
  EXPECT_EQ(data_set.GetDouble(tags::RecommendedDisplayFrameRateInFloat), 0.25);
}

TEST(DataSet, WritesDecimalStringsInSixteenCharacters) {
  DataSet data_set;
  for (const double value : {1.0 / 3, -1.0 / 3, 1e-300 / 3, -123456789.123456789, 0.1, 1e22}) {
    data_set.SetDouble(tags::SliceThickness, value);
    const std::string text = data_set.GetString(tags::SliceThickness);
    EXPECT_LE(text.size(), 16u) << text;
    EXPECT_NEAR(*data_set.GetDouble(tags::SliceThickness), value, std::abs(value) * 1e-8) << text;
  }
  data_set.SetDouble(tags::SliceThickness, 0.1);
  EXPECT_EQ(data_set.GetString(tags::SliceThickness), "0.1");
}

TEST(DataSet, RefusesNumbersThatDoNotFit) {
  DataSet data_set;
  EXPECT_THROW(data_set.SetInt(tags::Rows, 70000), Error);
  EXPECT_THROW(data_set.SetInt(tags::Rows, -1), Error);
  EXPECT_THROW(data_set.SetDouble(tags::Rows, 1.5), Error);
  EXPECT_THROW(data_set.SetDouble(tags::SliceThickness, 0.0 / 0.0), Error);
}

TEST(DataSet, KnowsAbsentEmptyAndBlank) {
  DataSet data_set;
  data_set.SetEmpty(tags::PatientID);
  data_set.SetString(tags::PatientName, "  ");
  EXPECT_TRUE(data_set.Has(tags::PatientID));
  EXPECT_FALSE(data_set.HasValue(tags::PatientID));
  EXPECT_FALSE(data_set.HasValue(tags::PatientName));
  EXPECT_TRUE(data_set.GetStrings(tags::PatientName).empty());
}

TEST(ForEachElement, WalksDepthFirstWithPaths) {
  DataSet data_set;
  data_set.SetString(tags::PatientID, "1");
  data_set.AddItem(tags::ContentSequence);
  data_set.AddItem(tags::ContentSequence)
      .AddItem(tags::ContentSequence)
      .SetString(tags::TextValue, "t");
  data_set.SetString(tags::TemplateIdentifier, "x");
  std::vector<std::string> paths;
  ForEachElement(std::as_const(data_set),
                 [&](const std::string& path, const Element&) { paths.push_back(path); });
  EXPECT_EQ(paths,
            (std::vector<std::string>{"(0010,0020)", "(0040,A730)", "(0040,A730)[2]>(0040,A730)",
                                      "(0040,A730)[2]>(0040,A730)[1]>(0040,A160)", "(0040,DB00)"}));
}

TEST(Code, GoesIntoAnItemAndBack) {
  for (const std::string value : {"113076", "a-value-of-more-than-16", "urn:lex:us"}) {
    DataSet parent;
    SetCode(parent, tags::ConceptNameCodeSequence, {value, "DCM", "Meaning", "01"});
    EXPECT_EQ(GetCode(parent, tags::ConceptNameCodeSequence),
              (Code{value, "DCM", "Meaning", "01"}));
  }
  EXPECT_EQ(ToCode(DataSet()), std::nullopt);
}

}  // namespace
}  // namespace glossator::dicom
