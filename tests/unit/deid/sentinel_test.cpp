// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/sentinel.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "deid/encodings.h"
#include "deid/pattern_index.h"
#include "dicom/charset.h"
#include "dicom/error.h"
#include "fixtures.h"

namespace glossator::deid {
namespace {

class SentinelTest : public testing::Test {
 protected:
  bool Finds(std::string_view bytes, const Options& options = {}) {
    return Sentinel(dictionary_, options).Finds(bytes);
  }
  Dictionary dictionary_;
};

TEST_F(SentinelTest, FindsANameInEveryCaseAndInsideAWord) {
  dictionary_.Add(IdentifierKind::kName, "Castorp^Hans");
  for (const char* text : {"Castorp", "CASTORP", "xxcastorpyy", "a hans "}) {
    EXPECT_TRUE(Finds(text)) << text;
  }
  EXPECT_TRUE(Finds(std::string("PN\x04\0Hans", 8)));
  EXPECT_FALSE(Finds("Hansa"));
  EXPECT_FALSE(Finds("Kastorp"));
}

TEST_F(SentinelTest, FindsUtf16InBothOrders) {
  dictionary_.Add(IdentifierKind::kName, "Müller^Jo");
  EXPECT_TRUE(Finds("abc" + ToUtf16("MÜLLER", false)));
  EXPECT_TRUE(Finds("abcd" + ToUtf16("Müller", true)));
}

TEST_F(SentinelTest, FindsOtherAlphabetsInTheirOwnSets) {
  const struct {
    const char* name;
    std::vector<std::string> terms;
  } names[] = {{"Müller", {"ISO_IR 100"}},
               {"Wałęsa", {"ISO_IR 101"}},
               {"Люксембург", {"ISO_IR 144"}},
               {"Διονυσιος", {"ISO_IR 126"}},
               {"山田^太郎", {"", "ISO 2022 IR 87"}},
               {"김희중", {"", "ISO 2022 IR 149"}},
               {"王小东", {"GB18030"}}};
  for (const auto& [name, terms] : names) {
    dictionary_ = Dictionary();
    dictionary_.Add(IdentifierKind::kName, name);
    const auto bytes = dicom::CharacterSet(terms).Encode(name, dicom::Vr::PN);
    ASSERT_TRUE(bytes) << name;
    EXPECT_TRUE(Finds("xx " + *bytes + " yy")) << name;
    EXPECT_TRUE(Finds(name)) << name;
  }
}

TEST_F(SentinelTest, FindsNamesWithoutTheirMarks) {
  dictionary_.Add(IdentifierKind::kName, "Müller^O'Brien^Jean-Luc");
  for (const char* text : {"MULLER", "Mueller", "OBRIEN", "JeanLuc"}) {
    EXPECT_TRUE(Finds(text)) << text;
  }
}

TEST_F(SentinelTest, TakesNumbersOnlyWhole) {
  dictionary_.Add(IdentifierKind::kId, "12345678");
  EXPECT_TRUE(Finds("ID 12345678 "));
  EXPECT_FALSE(Finds("123456789"));
  EXPECT_FALSE(Finds("2.25.12345678.1"));
  EXPECT_FALSE(Finds("0.12345678"));
}

TEST_F(SentinelTest, FindsBirthDatesAndPhones) {
  dictionary_.Add(IdentifierKind::kDate, "19070412");
  dictionary_.Add(IdentifierKind::kPhone, "+49 441 99-88776");
  for (const char* text : {"born 12.04.1907", "1907-04-12", "494419988776", "+49 441 99-88776"}) {
    EXPECT_TRUE(Finds(text)) << text;
  }
}

TEST_F(SentinelTest, IgnoresWordsOfTheTradeMakersAndShortNumbers) {
  dictionary_.Add(IdentifierKind::kName, "Head^Axial");
  dictionary_.Add(IdentifierKind::kInstitution, "SIEMENS Radiology Department");
  dictionary_.Add(IdentifierKind::kId, "12345");
  EXPECT_FALSE(Finds("HEAD AXIAL SIEMENS Radiology 12345 Department"));
}

TEST_F(SentinelTest, DoesNotTakeShortNamesFromNoise) {
  dictionary_.Add(IdentifierKind::kName, "Kim");
  EXPECT_TRUE(Finds(std::string("LO\x04\0KIM ", 8)));
  EXPECT_FALSE(Finds("\x93KiM\xF1"));
}

TEST_F(SentinelTest, FindsOneAmongManyThatBeginAlike) {
  for (int i = 0; i < 20000; ++i) {
    dictionary_.Add(IdentifierKind::kId, "TOKEN" + std::to_string(100000 + i));
  }
  EXPECT_TRUE(Finds("xx token117345 yy"));
  EXPECT_FALSE(Finds("xx token217345 yy"));
}

TEST_F(SentinelTest, LeavesOutWhatThePolicyRetains) {
  dictionary_.Add(IdentifierKind::kInstitution, "Zauberberg Klinik");
  EXPECT_TRUE(Finds("Zauberberg"));
  EXPECT_FALSE(Finds("Zauberberg", Options().Set(Option::kRetainInstitutionIdentity)));
}

std::string Small(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

// Few letters in either case and a byte above 0x7F, so that everything begins like everything else.
std::string Scribble(std::mt19937& chance, size_t size) {
  constexpr std::string_view kBytes = "aAbB1\xC3";
  std::string text(size, ' ');
  for (char& c : text) c = kBytes[chance() % kBytes.size()];
  return text;
}

TEST(PatternIndex, FindsWhatALookAtEachPlaceFinds) {
  std::mt19937 chance(7);
  for (int round = 0; round < 300; ++round) {
    PatternIndex index;
    std::vector<std::string> patterns;
    for (uint32_t id = 0; id < 1 + chance() % 8; ++id) {
      patterns.push_back(Scribble(chance, 3 + chance() % 7));
      index.Add(patterns.back(), id);
    }
    index.Build();
    const std::string text = Scribble(chance, chance() % 300);
    std::set<std::pair<size_t, uint32_t>> expected, found;
    for (uint32_t id = 0; id < patterns.size(); ++id) {
      const std::string small = Small(patterns[id]);
      for (size_t at = Small(text).find(small); at != text.npos;
           at = Small(text).find(small, at + 1)) {
        expected.emplace(at, id);
      }
    }
    index.Run(text, [&](uint32_t id, size_t begin, size_t end) {
      EXPECT_EQ(end - begin, patterns[id].size());
      found.emplace(begin, id);
      return true;
    });
    ASSERT_EQ(found, expected) << round;
  }
}

TEST(Dictionary, CollectsEveryPersonAtEveryDepth) {
  DataSet head = CtHead();
  head.AddItem(tags::ReferencedStudySequence)
      .AddItem(tags::RequestAttributesSequence)
      .SetBytes({0x0018, 0xFFEE}, Vr::PN, "Naphta^Leo");
  Dictionary dictionary;
  EXPECT_TRUE(dictionary.Collect(Identified(head)));
  EXPECT_FALSE(dictionary.Collect(Identified(head)));
  const auto sentinel = dictionary.Compile();
  for (const char* text : {"Castorp", "Behrens", "Naphta", "MRN-4711-0815", "MRN47110815",
                           "A20240229X", "Zauberberg", "12.04.1907"}) {
    EXPECT_TRUE(sentinel->Finds(text)) << text;
  }
}

TEST(Dictionary, SurvivesSealingAndMerging) {
  Dictionary one;
  one.Add(IdentifierKind::kName, "Castorp^Hans");
  one.Add(IdentifierKind::kId, "Ä:7\n99887766");
  const Dictionary back = Dictionary::Parse(one.Serialize());
  EXPECT_EQ(back.entries(), one.entries());
  Dictionary other;
  EXPECT_TRUE(other.Merge(back));
  EXPECT_FALSE(other.Merge(one));
  EXPECT_THROW(Dictionary::Parse("GLDD1\n0N999:x"), Error);
  EXPECT_THROW(Dictionary::Parse("nothing"), Error);
}

TEST(Dictionary, SaysWhenItIsFull) {
  Dictionary dictionary;
  for (int i = 0; i < 110000; ++i) {
    dictionary.Add(IdentifierKind::kId, "ID" + std::to_string(1000000 + i));
  }
  EXPECT_TRUE(dictionary.overflowed());
  EXPECT_TRUE(Dictionary::Parse(dictionary.Serialize()).overflowed());
}

}  // namespace
}  // namespace glossator::deid
