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
  EXPECT_EQ(Clean("chest +49 441 9988776"), "chest");
  EXPECT_EQ(Clean("chest hans@berghof.ch https://chest.axial/liver www.liver.org"), "chest");
  EXPECT_EQ(Clean("male 97 years"), "male years");
  EXPECT_EQ(Clean("male 45 years"), "male 45 years");
}

TEST_F(CleanTextTest, DropsDatesOfOtherLanguagesRoomsAndExtensions) {
  EXPECT_EQ(Clean("chest 3 mrt. 1951", TextRule::kVendor), "chest");
  EXPECT_EQ(Clean("chest 3.III.1951", TextRule::kVendor), "chest");
  EXPECT_EQ(Clean("segment III", TextRule::kVendor), "segment III");
  EXPECT_EQ(Clean("chest 3. M\u00E4rz", TextRule::kVendor), "chest");
  EXPECT_EQ(Clean("room 714B bed 2"), "room bed");
  EXPECT_EQ(Clean("bed 2"), "bed 2");
  EXPECT_EQ(Clean("chest 555-867-5309 x447"), "chest");
  EXPECT_EQ(Clean("chest 5558675309 ext. 44"), "chest");
}

// "Ma" was too short for the dictionary and is milliampere too.
TEST_F(CleanTextTest, DropsShortNamesWhereTheyStandAsNames) {
  dictionary_.Add(IdentifierKind::kName, "Ma^Xiu");
  EXPECT_EQ(Clean("chest of Ma"), "chest of");
  EXPECT_EQ(Clean("MA, XIU chest"), "chest");
  EXPECT_EQ(Clean("chest 120 mA"), "chest 120 mA");
  EXPECT_EQ(Clean("CHEST 120 MA"), "CHEST 120 MA");
}

TEST_F(CleanTextTest, DropsTyposOfIdentifiersButNoWordOfTheTrade) {
  dictionary_.Add(IdentifierKind::kName, "Contrest^Hannelore");
  dictionary_.Add(IdentifierKind::kId, "KX77SR");
  EXPECT_EQ(Clean("chest with contrast"), "chest with contrast");
  EXPECT_EQ(Clean("chest KX7SR", TextRule::kTechnical), "chest");
  const auto identifiers = dictionary_.Compile();
  for (const char* typo : {"Klinik Hanelore", "Klinik Hannelorre", "Klinik Hanenlore",
                           "Klinik Hannelora", "Klinik annelore", "Klinik HANNELORE"}) {
    EXPECT_TRUE(HasNearIdentifier(typo, *identifiers)) << typo;
  }
  for (const char* other : {"Klinik Hanelor", "Klinik Hanno", "contrast", ""}) {
    EXPECT_FALSE(HasNearIdentifier(other, *identifiers)) << other;
  }
}

TEST_F(CleanTextTest, DropsWhatFollowsATitleEvenWordsOfTheTrade) {
  EXPECT_EQ(Clean("chest read by Dr. White Stone"), "chest read by Dr.");
}

// "Pt with chest pain" is no person called With Chest Pain.
TEST_F(CleanTextTest, KeepsTheSentenceAfterTheNameBehindATitle) {
  EXPECT_EQ(Clean("Dr. White Stone noted chest pain"), "Dr. noted chest pain");
  EXPECT_EQ(Clean("Dr. von Stone, chest"), "Dr. chest");
  EXPECT_EQ(Clean("Pt with chest pain"), "Pt with chest pain");
}

TEST_F(CleanTextTest, DropsNumbersThatPeopleWriteInGroups) {
  dictionary_.Add(IdentifierKind::kId, "412365");
  EXPECT_EQ(Clean("chest 123 4567"), "chest");
  EXPECT_EQ(Clean("chest (0441) 99-88-77"), "chest");
  EXPECT_EQ(Clean("chest 412 365"), "chest");
  EXPECT_EQ(Clean("matrix 512 512"), "matrix 512 512");
  EXPECT_EQ(Clean("chest 12 04 1907"), "chest");
}

TEST_F(CleanTextTest, DropsAddressesAndInitials) {
  EXPECT_EQ(Clean("chest, 12 Main Street"), "chest");
  EXPECT_EQ(Clean("chest 7 White Ave"), "chest");
  EXPECT_EQ(Clean("chest Hauptstr. 5"), "chest");
  EXPECT_EQ(Clean("chest S. Kaufman"), "chest");
  EXPECT_EQ(Clean("chest S.K."), "chest");
  EXPECT_EQ(Clean("Kaufman, S. chest"), "chest");
}

TEST_F(CleanTextTest, KeepsLevelsAndSmallRanges) {
  for (const char* text : {"disc L4/5", "C5-6", "3-4 mm", "grade 1/2"}) {
    EXPECT_EQ(Clean(text), text);
  }
}

TEST_F(CleanTextTest, MovesDatesOnlyWhenTheirOrderIsCertain) {
  const DateRule rule{-364, false};
  const auto moved = [&](std::string_view text) {
    return CleanText(text, TextRule::kWords, *dictionary_.Compile(), &rule);
  };
  EXPECT_EQ(moved("chest of 2024-02-29"), "chest of 2023-03-02");
  EXPECT_EQ(moved("chest of 29.02.2024"), "chest of 02.03.2023");
  EXPECT_EQ(moved("chest of 02/29/2024"), "chest of 03/02/2023");
  EXPECT_EQ(moved("chest of 20240229"), "chest of 20230302");
  EXPECT_EQ(moved("chest of 29 Feb 2024"), "chest of 02 Mar 2023");
  EXPECT_EQ(moved("chest of March 1, 2024"), "chest of March 03, 2023");
  EXPECT_EQ(moved("chest of 03/04/2024"), "chest of");
  EXPECT_EQ(moved("chest of 3 marzo 2024"), "chest of");
  EXPECT_EQ(moved("chest in may"), Clean("chest in may"));
  dictionary_.Add(IdentifierKind::kDate, "19070412");
  EXPECT_EQ(moved("chest 12.04.1907"), "chest");
  EXPECT_EQ(moved("chest 12 Apr 1907"), "chest");
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
