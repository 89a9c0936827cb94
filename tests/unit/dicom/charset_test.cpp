// SPDX-License-Identifier: GPL-3.0-or-later
// The name examples of PS3.5 Annexes H, I, J, K and PS3.3 C.12.1.1.2.
#include "dicom/charset.h"

#include <gtest/gtest.h>

namespace glossator::dicom {
namespace {

struct Example {
  std::vector<std::string> terms;
  std::string bytes;
  std::string utf8;
};

const std::vector<Example>& Names() {
  static const std::vector<Example> kNames = {
      {{}, "Adams^John", "Adams^John"},
      {{"ISO_IR 100"}, "Buc^J\xe9r\xf4me", "Buc^Jérôme"},
      {{"ISO_IR 100"},
       "\xc4neas^R\xfc"
       "diger",
       "Äneas^Rüdiger"},
      {{"ISO_IR 101"}, "Wa\xb3\xeasa", "Wałęsa"},
      {{"ISO_IR 109"},
       "\xe5"
       "anka",
       "ċanka"},
      {{"ISO_IR 110"}, "Jun\xe8", "Junč"},
      {{"ISO_IR 144"}, "\xbb\xee\xda\xe1\xd5\xdc\xd1\xe3\xe0\xd3", "Люксембург"},
      {{"ISO_IR 127"}, "\xe2\xc8\xc7\xe6\xea^\xe4\xe6\xd2\xc7\xd1", "قباني^لنزار"},
      {{"ISO_IR 126"}, "\xc4\xe9\xef\xed\xf5\xf3\xe9\xef\xf2", "Διονυσιος"},
      {{"ISO_IR 138"}, "\xf9\xf8\xe5\xef^\xe3\xe1\xe5\xf8\xe4", "שרון^דבורה"},
      {{"ISO_IR 148"},
       "\xc7"
       "avu\xfe",
       "Çavuş"},
      {{"ISO_IR 166"}, "\xca\xc1\xaa\xd2\xc2", "สมชาย"},
      {{"ISO_IR 13"}, "\xd4\xcf\xc0\xde^\xc0\xdb\xb3", "ﾔﾏﾀﾞ^ﾀﾛｳ"},
      {{"ISO_IR 192"}, "Wang^XiaoDong=王^小东", "Wang^XiaoDong=王^小东"},
      {{"GB18030"}, "Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab", "Wang^XiaoDong=王^小东"},
      {{"GBK"}, "\xcd\xf5^\xd0\xa1\xb6\xab", "王^小东"},
      // H.3.1
      {{"", "ISO 2022 IR 87"},
       "Yamada^Tarou=\033$B;3ED\033(B^\033$BB@O:\033(B=\033$B$d$^$@\033(B^\033$B$?$m$&\033(B",
       "Yamada^Tarou=山田^太郎=やまだ^たろう"},
      // H.3.2
      {{"ISO 2022 IR 13", "ISO 2022 IR 87"},
       "\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\033$B;3ED\033(J^\033$BB@O:\033(J=\033$B$d$^$@\033(J^\033$B$"
       "?$m$&\033(J",
       "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう"},
      // I.2
      {{"", "ISO 2022 IR 149"},
       "Hong^Gildong=\033$)C\xfb\xf3^\033$)C\xd1\xce\xd4\xd7=\033$)C\xc8\xab^\033$)"
       "C\xb1\xe6\xb5\xbf",
       "Hong^Gildong=洪^吉洞=홍^길동"},
      // K.2
      {{"", "ISO 2022 IR 58"},
       "Zhang^XiaoDong=\033$)A\xd5\xc5^\033$)A\xd0\xa1\xb6\xab",
       "Zhang^XiaoDong=张^小东"},
      {{"", "ISO 2022 IR 159"}, "\033$(D0!\033(B", "丂"},
      {{"ISO 2022 IR 100", "ISO 2022 IR 144"}, "J\xe9r^\033-L\xbb\xee\xda", "Jér^Люк"},
  };
  return kNames;
}

TEST(CharacterSets, DecodeTheStandardsNames) {
  for (const Example& name : Names()) {
    const CharacterSet characters(name.terms);
    EXPECT_TRUE(characters.is_known());
    EXPECT_EQ(characters.Decode(name.bytes, Vr::PN), name.utf8);
  }
}

TEST(CharacterSets, EncodeTheStandardsNamesByteForByte) {
  for (const Example& name : Names()) {
    const auto bytes = CharacterSet(name.terms).Encode(name.utf8, Vr::PN);
    ASSERT_TRUE(bytes.has_value()) << name.utf8;
    EXPECT_EQ(*bytes, name.bytes) << name.utf8;
  }
}

TEST(CharacterSets, SayNoToWhatTheyCannotEncode) {
  EXPECT_FALSE(CharacterSet().Encode("Jérôme").has_value());
  EXPECT_FALSE(CharacterSet({"ISO_IR 100"}).Encode("山田").has_value());
  EXPECT_FALSE(CharacterSet({"ISO_IR 100"}).Encode("Wałęsa").has_value());
  EXPECT_FALSE(CharacterSet({"ISO_IR 999"}).Encode("A").has_value());
  EXPECT_FALSE(CharacterSet({"ISO_IR 192"}).Encode("\xff").has_value());
}

TEST(CharacterSets, ReplaceWhatTheyCannotDecode) {
  const std::string replacement = "\xEF\xBF\xBD";
  EXPECT_EQ(CharacterSet().Decode("J\xe9"), "J" + replacement);
  EXPECT_EQ(CharacterSet({"ISO_IR 192"}).Decode("J\xe9r"), "J" + replacement + "r");
  EXPECT_EQ(CharacterSet({"GB18030"}).Decode("A\xff"), "A" + replacement);
  EXPECT_EQ(CharacterSet({"", "ISO 2022 IR 87"}).Decode("\033$B;"), replacement);
  EXPECT_FALSE(CharacterSet({"NONSENSE"}).is_known());
  EXPECT_EQ(CharacterSet({"NONSENSE"}).Decode("J\xe9"), "Jé");
}

TEST(CharacterSets, StartAnewInEachValueAndLine) {
  const CharacterSet characters({"", "ISO 2022 IR 149"});
  EXPECT_EQ(characters.Decode("\033$)C\xc8\xab\\\xc8\xab", Vr::LO), "홍\\\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(characters.Encode("홍\n길", Vr::LT), "\033$)C\xc8\xab\n\033$)C\xb1\xe6");
}

TEST(CharacterSets, KeepABackslashByteInsideAKanjiCharacter) {
  // The second byte of U+80FD in GBK would be a separator if values were cut first.
  const CharacterSet characters({"GB18030"});
  EXPECT_EQ(characters.Decode("\x95\x5c", Vr::LO), "昞");
}

TEST(CharacterSets, ConvertEveryLevelAndHonourTheItemsOwnSet) {
  DataSet data_set;
  data_set.SetString(tags::SpecificCharacterSet, "ISO_IR 100");
  data_set.SetString(tags::PatientName, "J\xe9r\xf4me");
  data_set.AddItem(tags::ContentSequence).SetString(tags::TextValue, "\xe9");
  DataSet& own = data_set.AddItem(tags::ContentSequence);
  own.SetString(tags::SpecificCharacterSet, "ISO_IR 144");
  own.SetString(tags::TextValue, "\xbb");
  ConvertToUtf8(data_set);
  EXPECT_EQ(data_set.GetString(tags::SpecificCharacterSet), "ISO_IR 192");
  EXPECT_EQ(data_set.GetString(tags::PatientName), "Jérôme");
  EXPECT_EQ(data_set.GetItems(tags::ContentSequence)[0].GetString(tags::TextValue), "é");
  EXPECT_EQ(data_set.GetItems(tags::ContentSequence)[1].GetString(tags::TextValue), "Л");
  EXPECT_FALSE(data_set.GetItems(tags::ContentSequence)[1].Has(tags::SpecificCharacterSet));
}

TEST(CharacterSets, TakeADataSetBackWhenTheyCanSayAllOfIt) {
  DataSet original;
  original.SetString(tags::SpecificCharacterSet, "ISO_IR 100");
  original.SetString(tags::PatientName, "J\xe9r\xf4me");
  original.AddItem(tags::ContentSequence).SetString(tags::TextValue, "\xe9");
  DataSet data_set = original;
  ConvertToUtf8(data_set);
  DataSet unsayable = data_set;
  EXPECT_TRUE(ConvertFromUtf8(data_set, CharacterSet({"ISO_IR 100"})));
  EXPECT_TRUE(data_set == original);
  const DataSet before = unsayable;
  EXPECT_FALSE(ConvertFromUtf8(unsayable, CharacterSet({"ISO_IR 144"})));
  EXPECT_FALSE(ConvertFromUtf8(unsayable, CharacterSet({"NONSENSE"})));
  EXPECT_TRUE(unsayable == before);
}

TEST(CharacterSets, LeavePlainAsciiWithoutADeclaration) {
  DataSet data_set;
  data_set.SetString(tags::SpecificCharacterSet, "ISO_IR 100");
  data_set.SetString(tags::PatientName, "Adams");
  ConvertToUtf8(data_set);
  EXPECT_FALSE(data_set.Has(tags::SpecificCharacterSet));
}

}  // namespace
}  // namespace glossator::dicom
