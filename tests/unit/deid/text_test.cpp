// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/text.h"

#include <gtest/gtest.h>

namespace glossator::deid {
namespace {

class CleanTextTest : public testing::Test {
 protected:
  std::string Clean(std::string_view text, TextRule rule = TextRule::kWords) {
    return CleanText(text, rule, *dictionary_.Compile());
  }
  bool Term(std::string_view value) { return IsDefinedTerm(value, *dictionary_.Compile()); }
  Dictionary dictionary_;
};

TEST_F(CleanTextTest, KeepsWhatDescribesTheExamination) {
  for (const char* text :
       {"CT chest with contrast", "MR brain T1 post contrast", "FSE PD AXIAL OBL", "Thorax lateral",
        "LEFT WRIST", "PET/CT skull to thigh"}) {
    EXPECT_EQ(Clean(text), text);
  }
}

TEST_F(CleanTextTest, DropsEveryUnknownWord) {
  EXPECT_EQ(Clean("XR CHEST AP PORTABLE for Scott Kaufman"), "XR CHEST AP PORTABLE for");
  EXPECT_EQ(Clean("Castorp"), "");
  EXPECT_EQ(Clean("Иванов chest"), "chest");
}

TEST_F(CleanTextTest, DropsDatesTimesNumbersAndAddresses) {
  EXPECT_EQ(Clean("chest 12.04.1907"), "chest");
  EXPECT_EQ(Clean("chest 2024-02-29 10:15:30"), "chest");
  EXPECT_EQ(Clean("chest 12345678"), "chest");
  EXPECT_EQ(Clean("chest +49 441 9988776"), "chest +49 441");
  EXPECT_EQ(Clean("chest hans@berghof.ch https://chest.axial/liver www.liver.org"), "chest");
  EXPECT_EQ(Clean("male 97 years"), "male years");
  EXPECT_EQ(Clean("male 45 years"), "male 45 years");
}

TEST_F(CleanTextTest, DropsWhatFollowsATitleEvenWordsOfTheTrade) {
  EXPECT_EQ(Clean("chest read by Dr. White Stone"), "chest read by Dr.");
}

TEST_F(CleanTextTest, DropsIdentifiersOfTheStudyEvenWordsOfTheTrade) {
  dictionary_.Add(IdentifierKind::kName, "White^Chest");
  EXPECT_EQ(Clean("CT chest for white"), "CT for");
}

TEST_F(CleanTextTest, KnowsMakersOnlyWhereMakersStand) {
  EXPECT_EQ(Clean("Philips Medical Systems", TextRule::kVendor), "Philips Medical Systems");
  EXPECT_EQ(Clean("Philips"), "");
}

TEST_F(CleanTextTest, KeepsTechnicalTokens) {
  for (const char* text : {"B30f", "H31s", "OSEM 2i8s", "DIS2D", "FM3"}) {
    EXPECT_EQ(Clean(text, TextRule::kTechnical), text);
  }
  for (const char* text : {"AB123456", "Hans3", "K1234X"}) {
    EXPECT_EQ(Clean(text, TextRule::kTechnical), "") << text;
  }
}

TEST_F(CleanTextTest, TellsDefinedTermsFromOtherCapitals) {
  for (const char* value : {"ORIGINAL", "MONOCHROME2", "FOR PRESENTATION", "HFS", "LPH", "SS",
                            "DIS2D", "ISO_10918_1", "EPI_GEMS", "7210"}) {
    EXPECT_TRUE(Term(value)) << value;
  }
  for (const char* value :
       {"CASTORP", "HANS", "20240229", "chest1", "MRN4711", "ORIGINAL CASTORP"}) {
    EXPECT_FALSE(Term(value)) << value;
  }
}

TEST_F(CleanTextTest, DoesNotHideAHeadBecauseOfMrHead) {
  dictionary_.Add(IdentifierKind::kName, "Head^John");
  EXPECT_TRUE(Term("HEAD"));
  EXPECT_EQ(Clean("CT head"), "CT");
}

}  // namespace
}  // namespace glossator::deid
