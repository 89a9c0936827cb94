// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/report_dates.h"

#include <gtest/gtest.h>

#include "dicom/code.h"

namespace glossator::gate {
namespace {

namespace tags = dicom::tags;
using dicom::DataSet;

void AddWhen(DataSet& parent, const char* code, const char* type, dicom::Tag tag, const char* value,
             const char* relationship = "HAS ACQ CONTEXT") {
  auto& item = parent.AddItem(tags::ContentSequence);
  item.SetString(tags::RelationshipType, relationship);
  item.SetString(tags::ValueType, type);
  dicom::SetCode(item, tags::ConceptNameCodeSequence, {code, "DCM", "when"});
  item.SetString(tag, value);
}

class ReportDates : public testing::Test {
 protected:
  ReportDates() {
    auto& group = report_.AddItem(tags::ContentSequence).AddItem(tags::ContentSequence);
    AddWhen(group, "111060", "DATE", tags::Date, "20190105");
    AddWhen(group, "111061", "TIME", tags::Time, "101500");
    AddWhen(group, "126201", "DATE", tags::Date, "20190105");
    AddWhen(group, "123003", "DATETIME", tags::DateTime, "20190105091500");
    AddWhen(group, "121139", "CODE", tags::TextValue, "CT");
    AddWhen(group.AddItem(tags::ContentSequence), "126202", "TIME", tags::Time, "101501");
    AddWhen(group, "111060", "DATE", tags::Date, "20190105", "CONTAINS");  // a finding, not ours
    identity_.SetString(tags::StudyDate, "20240131");
    identity_.SetString(tags::StudyTime, "101500.5");
  }
  const DataSet& Group() const {
    return report_.GetItems(tags::ContentSequence)[0].GetItems(tags::ContentSequence)[0];
  }

  DataSet report_;
  DataSet identity_;
};

TEST_F(ReportDates, AreThoseOfTheStudyAgainOrAreLeftOut) {
  RestoreDates(report_, identity_);
  const auto& items = Group().GetItems(tags::ContentSequence);
  ASSERT_EQ(items.size(), 5U);
  EXPECT_EQ(items[0].GetString(tags::Date), "20240131");
  EXPECT_EQ(items[1].GetString(tags::Time), "101500.5");
  EXPECT_EQ(items[2].GetString(tags::TextValue), "CT");
  EXPECT_TRUE(items[3].GetItems(tags::ContentSequence).empty());
  EXPECT_EQ(items[4].GetString(tags::Date), "20190105");
}

TEST_F(ReportDates, AreLeftOutWhereTheStudyHasNone) {
  RestoreDates(report_, DataSet());
  ASSERT_EQ(Group().GetItems(tags::ContentSequence).size(), 3U);
}

}  // namespace
}  // namespace glossator::gate
