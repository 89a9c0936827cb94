// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/names.h"

#include <gtest/gtest.h>

#include "dicom/json.h"

namespace glossator::gate {
namespace {

namespace tags = dicom::tags;

class Names : public testing::Test {
 protected:
  Names() {
    object_.SetString(tags::ContentCreatorName, "R1");
    object_.SetString(tags::PatientName, "R-unknown^");
    object_.AddItem(tags::ContributingEquipmentSequence)
        .SetString(tags::OperatorsName, "R1\\R2^\\Somebody^Else");
    object_.AddItem(tags::VerifyingObserverSequence).SetString(tags::VerifyingObserverName, "R2");
    object_.AddItem(tags::ContentSequence)
        .AddItem(tags::ContentSequence)
        .SetString(tags::PersonName, "R2 ");
    object_.SetString(tags::SeriesDescription, "R1");
  }
  void Put(bool by_name) {
    project_.gives_names = by_name;
    PutNames(object_, people_, project_);
  }
  std::string Operators() {
    return object_.GetItems(tags::ContributingEquipmentSequence)[0]
        .Find(tags::OperatorsName)
        ->value;
  }
  std::string Observer() {
    return object_.GetItems(tags::ContentSequence)[0].GetItems(tags::ContentSequence)[0].GetString(
        tags::PersonName);
  }

  dicom::DataSet object_;
  ProjectConfig project_;
  std::vector<Named> people_ = {{"R1", "Reader^One", "Lab = \\ ^ A"}, {"R2", "", ""}};
};

TEST_F(Names, GoByOrganizationAndCodeUnlessTheProjectGivesNames) {
  Put(false);
  EXPECT_EQ(object_.GetString(tags::ContentCreatorName), "Lab       A R1");
  EXPECT_EQ(Operators(), "Lab       A R1\\R2\\Somebody^Else");
  EXPECT_EQ(object_.GetString(tags::SeriesDescription), "R1");  // no name of a person
  EXPECT_EQ(object_.GetString(tags::PatientName), "R-unknown^");
}

TEST_F(Names, StandEverywhereTheSameWhenTheProjectGivesThem) {
  people_[1].name = "Reader^Two";
  Put(true);
  EXPECT_EQ(object_.GetString(tags::ContentCreatorName), "Reader^One");
  EXPECT_EQ(Operators(), "Reader^One\\Reader^Two\\Somebody^Else");
  EXPECT_EQ(Observer(), "Reader^Two");
}

TEST_F(Names, AVerifierHasOneOrTheObjectStays) {
  project_.gives_names = true;
  EXPECT_TRUE(HasNamelessVerifier(object_, people_, project_));
  people_[1].name = "Reader^Two";
  EXPECT_FALSE(HasNamelessVerifier(object_, people_, project_));
  project_.gives_names = false;
  EXPECT_TRUE(HasNamelessVerifier(object_, people_, project_));
}

TEST(PeopleIn, AreThoseOfTheRecordEvenOfAnOlderOne) {
  const auto people = PeopleIn(dicom::ParseJson(
      R"({"reader":{"code":"R1","name":"N","organization":"O"},"reviewer":{"code":""}})"));
  ASSERT_EQ(people.size(), 1U);
  EXPECT_EQ(people[0].name, "N");
}

}  // namespace
}  // namespace glossator::gate
