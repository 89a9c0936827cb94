// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "dicom/dictionary.h"
#include "dicom/error.h"
#include "dicom/io.h"
#include "dicom/uid.h"
#include "tests/unit/dicom/fixtures.h"

namespace glossator::dicom {
namespace {

// Writer and reader pad to even length.
DataSet Padded(DataSet data_set) {
  ForEachElement(data_set, [](const std::string&, Element& element) {
    if (element.value.size() % 2 != 0) element.value += PaddingOf(element.vr);
  });
  return data_set;
}

TEST(RoundTrip, KeepsADataSetInEveryTransferSyntax) {
  for (const TransferSyntax& syntax : AllTransferSyntaxes()) {
    DataSet image = Padded(SmallImage());
    if (syntax.encapsulated) MakeEncapsulated(image);
    if (!syntax.explicit_vr) image.Find({0x0029, 0x1001})->vr = Vr::UN;
    EXPECT_TRUE(Read(Write(image, syntax), syntax) == image) << syntax.uid;
  }
}

TEST(RoundTrip, KeepsAPart10FileWithItsMeta) {
  for (const TransferSyntax& syntax : AllTransferSyntaxes()) {
    DataSet image = Padded(SmallImage());
    if (syntax.encapsulated) MakeEncapsulated(image);
    const File file = ReadFile(std::string_view(WriteFile(image, syntax)));
    EXPECT_EQ(file.syntax->uid, syntax.uid);
    EXPECT_TRUE(file.data_set == image) << syntax.uid;
    EXPECT_EQ(file.meta.GetString(tags::MediaStorageSOPInstanceUID), "2.25.1");
    EXPECT_EQ(file.meta.GetString(tags::ImplementationVersionName), kImplementationVersionName);
  }
}

TEST(RoundTrip, WritesATextTooLongForSixteenBitsAsUnAndGetsItBack) {
  DataSet data_set;
  data_set.SetString(tags::ContourData, std::string(70000, '1'));
  const std::string bytes = Write(data_set, kExplicitLittleEndian);
  EXPECT_EQ(bytes.substr(4, 2), "UN");
  EXPECT_TRUE(Read(bytes, kExplicitLittleEndian) == data_set);
}

TEST(RoundTrip, KeepsPrivateSequencesInImplicitVr) {
  DataSet data_set;
  data_set.AddItem({0x0029, 0x1002}).SetString(tags::PatientID, "AB");
  EXPECT_TRUE(Read(Write(data_set, kImplicitLittleEndian), kImplicitLittleEndian) == data_set);
}

TEST(BigEndian, SwapsNumbersAndPairsButNotBytes) {
  DataSet data_set;
  data_set.SetInt(tags::Rows, 0x0102);
  data_set.SetInts(tags::FrameIncrementPointer, {0x00181063});
  data_set.SetBytes({0x0029, 0x1001}, Vr::UN, std::string("\1\2", 2));
  const std::string bytes = Write(data_set, kExplicitBigEndian);
  EXPECT_NE(bytes.find(std::string("\x00\x18\x10\x63", 4)), bytes.npos);
  EXPECT_EQ(bytes.substr(bytes.size() - 2), std::string("\1\2", 2));
  EXPECT_TRUE(Read(bytes, kExplicitBigEndian) == data_set);
}

TEST(Reader, ReadsUndefinedLengthUnAsImplicitLittleEndian) {
  const std::string inner = Implicit(tags::PatientID, 2, "AB");
  const std::string bytes =
      Long({0x0029, 0x1001}, "UN", kUndefined,
           Item(kUndefined, inner) + EndOfItem() + Item(10, inner) + EndOfSequence()) +
      Short(tags::Modality, "CS", "CT");
  // The header of 0010,0020 takes 8 bytes, so each item holds 10.
  const DataSet data_set =
      Read(Long({0x0009, 0x1001}, "UN", kUndefined,
                Item(kUndefined, inner) + EndOfItem() + Item(10, inner) + EndOfSequence()),
           kExplicitLittleEndian);
  ASSERT_EQ(data_set.GetItems({0x0009, 0x1001}).size(), 2u);
  EXPECT_EQ(data_set.GetItems({0x0009, 0x1001})[1].GetString(tags::PatientID), "AB");
  EXPECT_EQ(Read(bytes, kExplicitLittleEndian).GetString(tags::Modality), "CT");
}

TEST(Reader, GivesKnownAttributesTheirVrWhenTheyComeAsUn) {
  const std::string bytes = Long(tags::PatientID, "UN", 4, "ABCD");
  EXPECT_EQ(Read(bytes, kExplicitLittleEndian).Find(tags::PatientID)->vr, Vr::LO);
}

TEST(Reader, SortsElementsAndKeepsTheLastOfDuplicates) {
  const std::string bytes = Short(tags::PatientID, "LO", "A ") + Short(tags::Modality, "CS", "CT") +
                            Short(tags::PatientID, "LO", "B ");
  const DataSet data_set = Read(bytes, kExplicitLittleEndian);
  ASSERT_EQ(data_set.size(), 2u);
  EXPECT_EQ(data_set.begin()->tag, tags::Modality);
  EXPECT_EQ(data_set.GetString(tags::PatientID), "B");
}

TEST(Reader, DropsStaleGroupLengthsAndTrailingZeros) {
  const std::string bytes = Short({0x0008, 0x0000}, "UL", Le32(99)) +
                            Short(tags::Modality, "CS", "CT") + Le32(0) + Le32(0);
  EXPECT_EQ(Read(bytes, kExplicitLittleEndian).size(), 1u);
}

TEST(Reader, ToleratesRedundantDelimitersAndOddLengths) {
  const std::string item = Short(tags::PatientID, "LO", "ABC") + EndOfItem();
  const std::string items = Item(static_cast<unsigned>(item.size()), item) + EndOfSequence();
  const std::string bytes =
      Long(tags::OtherPatientIDsSequence, "SQ", static_cast<unsigned>(items.size()), items);
  const DataSet data_set = Read(bytes, kExplicitLittleEndian);
  EXPECT_EQ(data_set.FirstItem(tags::OtherPatientIDsSequence)->GetString(tags::PatientID), "ABC");
}

TEST(Reader, TakesTheSignOfPixelValuesFromPixelRepresentation) {
  const std::string bytes = Implicit(tags::PixelRepresentation, 2, Le16(1)) +
                            Implicit(tags::SmallestImagePixelValue, 2, Le16(0xFFFE));
  const DataSet data_set = Read(bytes, kImplicitLittleEndian);
  EXPECT_EQ(data_set.GetInt(tags::SmallestImagePixelValue), -2);
}

std::string Nested(int depth) {
  std::string bytes;
  for (int i = 0; i < depth; ++i) {
    bytes += Long(tags::ContentSequence, "SQ", kUndefined, Item(kUndefined));
  }
  for (int i = 0; i < depth; ++i) bytes += EndOfItem() + EndOfSequence();
  return bytes;
}

TEST(Reader, ReadsSixtyFourLevelsAndRefusesOneMore) {
  EXPECT_EQ(Read(Nested(64), kExplicitLittleEndian).size(), 1u);
  EXPECT_THROW(Read(Nested(65), kExplicitLittleEndian), Error);
  EXPECT_THROW(Read(Nested(200000), kExplicitLittleEndian), Error);
}

struct Malformed {
  const char* what;
  std::string bytes;
};

std::vector<Malformed> MalformedInputs() {
  const Tag sq = tags::ContentSequence;
  return {
      {"header cut off", Short(tags::PatientID, "LO", "AB").substr(0, 7)},
      {"value cut off", Short(tags::PatientID, "LO", "ABCD").substr(0, 10)},
      {"length beyond the end", Long(tags::PixelData, "OB", 1000, "AB")},
      {"undefined length in LO", TagBytes(tags::PatientID) + "UT" + Le16(0) + Le32(kUndefined)},
      {"sequence without end", Long(sq, "SQ", kUndefined, Item(0))},
      {"item without end", Long(sq, "SQ", kUndefined, Item(kUndefined))},
      {"item over its sequence", Long(sq, "SQ", 8, Item(8)) + std::string(8, 'x')},
      {"element over its item",
       Long(sq, "SQ", 18, Item(10, Short(tags::PatientID, "LO", "ABCDEF"))) + "more"},
      {"element in a sequence", Long(sq, "SQ", kUndefined, Short(tags::PatientID, "LO", "AB"))},
      {"item outside of a sequence", Item(0)},
      {"sequence delimiter in an item",
       Long(sq, "SQ", kUndefined, Item(kUndefined) + EndOfSequence())},
      {"fragments without end", Long(tags::PixelData, "OB", kUndefined, Item(2, "AB"))},
      {"fragment of undefined length",
       Long(tags::PixelData, "OB", kUndefined, Item(kUndefined) + EndOfSequence())},
      {"element among fragments",
       Long(tags::PixelData, "OB", kUndefined, Short(tags::PatientID, "LO", "AB"))},
  };
}

TEST(Reader, RefusesMalformedBytesByNameOfPlaceOnly) {
  for (const Malformed& input : MalformedInputs()) {
    try {
      Read(input.bytes, kExplicitLittleEndian);
      ADD_FAILURE() << input.what;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kInvalid) << input.what;
      EXPECT_EQ(std::string(error.what()).find("offset "), 0u) << error.what();
      EXPECT_EQ(std::string(error.what()).find("AB"), std::string::npos) << error.what();
    }
  }
}

TEST(Reader, RefusesEveryTruncationOfAnEncapsulatedImage) {
  DataSet image = SmallImage();
  MakeEncapsulated(image);
  const std::string bytes = Write(image, kExplicitLittleEndian);
  size_t refused = 0;
  for (size_t size = 1; size < bytes.size(); ++size) {
    try {
      Read(std::string_view(bytes).substr(0, size), kExplicitLittleEndian);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kInvalid);
      ++refused;
    }
  }
  // Only cuts between two top-level elements read as a shorter data set.
  EXPECT_GE(refused, bytes.size() - 1 - image.size());
}

TEST(Limits, BoundElementsLengthsAndSize) {
  const std::string bytes = Write(SmallImage(), kExplicitLittleEndian);
  EXPECT_THROW(Read(bytes, kExplicitLittleEndian, {.elements_max = 5}), Error);
  EXPECT_THROW(Read(bytes, kExplicitLittleEndian, {.element_bytes_max = 8}), Error);
  EXPECT_THROW(Read(bytes, kExplicitLittleEndian, {.bytes_max = 100}), Error);
}

TEST(Deflated, ABombIsRefusedAndDamageToo) {
  const std::string bomb = Deflate(std::string(64 << 20, '\0'));
  EXPECT_THROW(Inflate(bomb), Error);
  EXPECT_EQ(Inflate(bomb, {.inflate_ratio_max = 2000}).size(), size_t{64 << 20});
  EXPECT_THROW(Inflate(std::string_view(bomb).substr(0, bomb.size() / 2)), Error);
  EXPECT_THROW(Inflate("not deflated at all"), Error);
}

TEST(Files, ReadWithoutPreambleWithoutMetaAndWithAWrongClaim) {
  const DataSet image = Padded(SmallImage());
  const std::string plain = Write(image, kImplicitLittleEndian);
  EXPECT_EQ(ReadFile(std::string_view(plain)).syntax, &kImplicitLittleEndian);
  const std::string file = WriteFile(image, kExplicitLittleEndian);
  EXPECT_TRUE(ReadFile(std::string_view(file).substr(132)).data_set == image);
  const std::string wrong = FileMeta("1.2", "1.3", kExplicitLittleEndian) + plain;
  EXPECT_EQ(ReadFile(std::string_view(wrong)).syntax, &kImplicitLittleEndian);
  EXPECT_THROW(ReadFile(std::string_view("not DICOM, just a text file of some length")), Error);
  EXPECT_THROW(ReadFile(std::string_view()), Error);
}

TEST(Files, AreTakenForDicomByPrefixOrFirstElement) {
  const DataSet image = SmallImage();
  EXPECT_TRUE(LooksLikeDicom(WriteFile(image, kExplicitLittleEndian)));
  EXPECT_TRUE(LooksLikeDicom(Write(image, kImplicitLittleEndian)));
  EXPECT_TRUE(LooksLikeDicom(Write(image, kExplicitBigEndian)));
  EXPECT_FALSE(LooksLikeDicom("%PDF-1.4 something"));
  EXPECT_FALSE(LooksLikeDicom(""));
}

TEST(Files, HeadsStopInFrontOfThePixels) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("glossator_head_" + std::to_string(::getpid()) + ".dcm");
  for (const TransferSyntax* syntax : {&kExplicitLittleEndian, &kDeflatedExplicitLittleEndian}) {
    DataSet image = Padded(SmallImage());
    WriteFileTo(path, image, *syntax);
    image.Erase(tags::PixelData);
    EXPECT_TRUE(ReadFileHead(path).data_set == image);
  }
  std::filesystem::remove(path);
}

TEST(Uid, IsCheckedAndMadeFrom128Bits) {
  for (const char* good : {"1.2.840.10008.1.2", "2.25.0", "0.0"}) EXPECT_TRUE(IsValidUid(good));
  for (const char* bad : {"", "1..2", "1.02", ".1", "1.", "1.a", "1 2"})
    EXPECT_FALSE(IsValidUid(bad));
  EXPECT_FALSE(IsValidUid("1." + std::string(63, '1')));
  for (const char* old : {"1.02", "1..2", "1."}) EXPECT_TRUE(IsBearableUid(old));
  for (const char* bad : {"", "1.a", "1 2"}) EXPECT_FALSE(IsBearableUid(bad));
  std::array<uint8_t, 16> all{};
  EXPECT_EQ(UidFrom128(all), "2.25.0");
  all.fill(0xFF);
  EXPECT_EQ(UidFrom128(all), "2.25.340282366920938463463374607431768211455");
}

TEST(Dictionary, KnowsAttributesRepeatingGroupsAndUids) {
  EXPECT_EQ(FindEntry(tags::PatientID)->keyword, "PatientID");
  EXPECT_EQ(FindEntry("PatientID")->tag, tags::PatientID);
  EXPECT_EQ(FindEntry("NoSuchKeyword"), nullptr);
  EXPECT_EQ(KeywordOf({0x6002, 0x3000}), "OverlayData");
  EXPECT_EQ(VrOf({0x0009, 0x0010}), Vr::LO);
  EXPECT_EQ(VrOf({0x0009, 0x1010}), Vr::UN);
  EXPECT_EQ(VrOf(tags::PixelData), Vr::OW);
  EXPECT_EQ(FindUid("1.2.840.10008.5.1.4.1.1.66.7")->kind, UidKind::kStorageSopClass);
  EXPECT_EQ(FindUid("1.2.840.10008.1.20.1")->kind, UidKind::kSopClass);
  for (const TransferSyntax& syntax : AllTransferSyntaxes()) {
    ASSERT_NE(FindUid(syntax.uid), nullptr) << syntax.uid;
    EXPECT_EQ(FindUid(syntax.uid)->kind, UidKind::kTransferSyntax);
  }
}

}  // namespace
}  // namespace glossator::dicom
