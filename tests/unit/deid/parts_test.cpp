// SPDX-License-Identifier: GPL-3.0-or-later
// Dates, folding, policies, ICC profiles, keyed pseudonyms.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "deid/dates.h"
#include "deid/fold.h"
#include "deid/icc.h"
#include "deid/keyed_pseudonyms.h"
#include "deid/policy.h"
#include "deid/subgroup.h"
#include "dicom/error.h"
#include "dicom/uid.h"
#include "fixtures.h"

namespace glossator::deid {
namespace {

TEST(MoveDate, MovesWholeWeeksOverLeapDays) {
  EXPECT_EQ(MoveDate("20240229", {-364, false}), "20230302");
  EXPECT_EQ(MoveDate("2024.03.07", {-7, false}), "20240229");
  EXPECT_EQ(MoveDate("20230229", {-7, false}), std::nullopt);
  EXPECT_EQ(MoveDate("Castorp", {-7, false}), std::nullopt);
  EXPECT_EQ(MoveDate("20240229", {-364, true}), "20240101");
}

TEST(MoveDateTime, KeepsPrecisionClockAndZone) {
  EXPECT_EQ(MoveDateTime("20240307101530.123456+0100", {-7, false}), "20240229101530.123456+0100");
  EXPECT_EQ(MoveDateTime("202403", {-364, false}), "202303");
  EXPECT_EQ(MoveDateTime("2024", {-364, false}), "2023");
  EXPECT_EQ(MoveDateTime("20240307101530+01", {-7, false}), std::nullopt);
  EXPECT_EQ(MoveDateTime("2024030799", {-7, false}), std::nullopt);
}

TEST(IsTime, TakesThePrecisionsOfTm) {
  for (const char* good : {"10", "1015", "101530", "101530.1", "101530.123456", "10:15:30"}) {
    EXPECT_TRUE(IsTime(good)) << good;
  }
  for (const char* bad : {"", "1", "25", "1070", "101530.", "101530.1234567", "Hans"}) {
    EXPECT_FALSE(IsTime(bad)) << bad;
  }
}

TEST(CapAge, StopsAtNinety) {
  EXPECT_EQ(CapAge("097Y"), "090Y");
  EXPECT_EQ(CapAge("045Y"), "045Y");
  EXPECT_EQ(CapAge("123D"), "123D");
  EXPECT_EQ(CapAge("Hans"), std::nullopt);
}

TEST(SpellingsOf, CoversHowPeopleWriteABirthDate) {
  const auto all = SpellingsOf("19070412");
  for (const char* text : {"19070412", "1907-04-12", "12.04.1907", "04/12/1907", "12.4.1907",
                           "12 Apr 1907", "April 12, 1907"}) {
    EXPECT_NE(std::find(all.begin(), all.end(), text), all.end()) << text;
  }
}

TEST(Fold, ForgetsCaseAndMarks) {
  EXPECT_EQ(Fold("MÜLLER"), "muller");
  EXPECT_EQ(Fold("ΓΙΏΡΓΟΣ").size(), std::string("γιώργοσ").size());
  EXPECT_EQ(Fold("ИВАНОВ"), "иванов");
  EXPECT_EQ(Fold("Łukasz"), "lukasz");
  EXPECT_EQ(Transcribe("Müller-Größe"), "mueller-groesse");
}

TEST(Policy, PresetsAreDifferentAndPinned) {
  const Policy basic = LoadPolicy("basic"), research = LoadPolicy("research");
  EXPECT_EQ(basic.digest.size(), 64u);
  EXPECT_NE(basic.digest, research.digest);
  EXPECT_TRUE(research.options.Has(Option::kRetainModifiedDates));
  EXPECT_TRUE(LoadPolicy("safe-harbor").years_only);
}

TEST(Policy, ListsEveryFaultWithItsPath) {
  try {
    ParsePolicy(R"({"name":"x","options":["retain-everything"],"years_only":true,"extra":1})");
    FAIL() << "accepted";
  } catch (const Error& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("policy.extra"), text.npos);
    EXPECT_NE(text.find("policy.options[0]"), text.npos);
    EXPECT_NE(text.find("policy.years_only"), text.npos);
  }
}

TEST(Policy, ExpertDeterminationNeedsAnExpert) {
  EXPECT_THROW(LoadPolicy("expert-determination"), Error);
  EXPECT_THROW(ParsePolicy(R"({"name":"expert-determination","options":[]})"), Error);
  const Policy policy =
      ParsePolicy(R"({"name":"expert-determination","options":["retain-modified-dates"],)"
                  R"("expert":{"name":"N","method":"M","date":"20260101","expires":"20280101"}})");
  EXPECT_EQ(policy.remark, "N; M; 20260101; 20280101");
  const auto day = [](int year, unsigned month, unsigned number) {
    return Time(std::chrono::sys_days(std::chrono::year(year) / static_cast<int>(month) /
                                      static_cast<int>(number)));
  };
  EXPECT_FALSE(HasExpired(policy, day(2028, 1, 1)));
  EXPECT_TRUE(HasExpired(policy, day(2028, 1, 2)));
  EXPECT_FALSE(HasExpired(LoadPolicy("basic"), day(2099, 1, 1)));
  EXPECT_THROW(ParsePolicy(R"({"name":"expert-determination","options":[],)"
                           R"("expert":{"name":"N","method":"M","date":"soon","expires":"x"}})"),
               Error);
}

TEST(SubgroupFacts, AreCoarseAndOnlyThoseThatThePolicyAsksFor) {
  const Policy policy = ParsePolicy(
      R"({"name":"p","options":[],"facts":["age-band","sex","site","manufacturer","kvp"]})");
  DataSet head = CtHead();
  head.SetString(tags::KVP, "119.6");
  const auto facts = SubgroupFacts(Identified(head), policy, SiteCode("key", "Zauberberg Klinik"));
  EXPECT_EQ(facts.at("age-band"), "90+");
  EXPECT_EQ(facts.at("sex"), "M");
  EXPECT_EQ(facts.at("manufacturer"), "SIEMENS");
  EXPECT_EQ(facts.at("kvp"), "120");
  EXPECT_EQ(facts.at("site").size(), 13u);
  EXPECT_EQ(facts.at("site").find("Zauber"), std::string::npos);
  EXPECT_FALSE(facts.contains("model"));
  EXPECT_TRUE(SubgroupFacts(Identified(head), LoadPolicy("basic"), "x").empty());
}

TEST(ScrubIccProfile, KeepsCurvesAndDropsTexts) {
  std::string profile(128, '\0');
  profile.replace(36, 4, "acsp");
  profile += std::string("\0\0\0\2", 4);
  profile += "rTRC" + std::string("\0\0\0\x9c\0\0\0\x0c", 8);
  profile += "cprt" + std::string("\0\0\0\xa8\0\0\0\x10", 8);
  profile += "curv" + std::string("\0\0\0\0\0\0\0\1", 8);
  profile += "text" + std::string("\0\0\0\0", 4) + "Castorp\0";
  profile.resize(0xb8);
  const auto clean = ScrubIccProfile(profile);
  ASSERT_TRUE(clean);
  EXPECT_EQ(clean->size(), profile.size());
  EXPECT_EQ(clean->find("Castorp"), std::string::npos);
  EXPECT_EQ(clean->substr(0x9c, 12), profile.substr(0x9c, 12));
  EXPECT_EQ(ScrubIccProfile("Castorp"), std::nullopt);
}

TEST(KeyedPseudonyms, DeriveFromKeyAndPatientOnly) {
  const KeyedPseudonyms one("k", "a"), same("k", "a"), other("k", "b");
  EXPECT_EQ(one.Uid("1.2.3"), same.Uid("1.2.3"));
  EXPECT_NE(one.Uid("1.2.3"), other.Uid("1.2.3"));
  EXPECT_TRUE(dicom::IsValidUid(one.Uid("1.2.3")));
  EXPECT_EQ(one.PatientCode().size(), 18u);
  EXPECT_LE(one.StudyCode("1.2", "").size(), 16u);
  EXPECT_EQ(one.ShiftDays() % 7, 0);
  EXPECT_LE(one.ShiftDays(), -364);
}

}  // namespace
}  // namespace glossator::deid
