// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/json.h"

#include <gtest/gtest.h>

#include "dicom/error.h"
#include "tests/unit/dicom/fixtures.h"

namespace glossator::dicom {
namespace {

TEST(DicomJson, KeepsADataSet) {
  DataSet image = SmallImage();
  image.SetString(tags::SpecificCharacterSet, "ISO_IR 192");
  image.SetString(tags::PatientName, "Hong^Gildong=洪^吉洞=홍^길동");
  image.SetStrings(tags::OtherPatientIDs, {"a", "", "c"});
  image.SetString(tags::ImageComments, "a text\\with a backslash");
  image.SetString(tags::SliceThickness, "1.50");
  EXPECT_TRUE(FromJson(ToJson(image)) == image);
  EXPECT_TRUE(FromJson(ParseJson(WriteJson(ToJson(image)))) == image);
}

TEST(DicomJson, WritesTheModelOfAnnexF) {
  DataSet data_set;
  data_set.SetString(tags::PatientName, "Wang^XiaoDong=x");
  data_set.SetInt(tags::Rows, 512);
  data_set.SetDouble(tags::SliceThickness, 2.5);
  data_set.SetInts(tags::FrameIncrementPointer, {0x00181063});
  data_set.SetEmpty(tags::PatientID);
  data_set.SetBytes(tags::PixelData, Vr::OW, "ABCD");
  EXPECT_EQ(WriteJson(ToJson(data_set)),
            R"({"00100010":{"Value":[{"Alphabetic":"Wang^XiaoDong","Ideographic":"x"}],"vr":"PN"},)"
            R"("00100020":{"vr":"LO"},"00180050":{"Value":[2.5],"vr":"DS"},)"
            R"("00280009":{"Value":["00181063"],"vr":"AT"},"00280010":{"Value":[512],"vr":"US"},)"
            R"("7FE00010":{"InlineBinary":"QUJDRA==","vr":"OW"}})");
}

TEST(DicomJson, RefusesWhatItCannotRepresentOrRead) {
  DataSet image = SmallImage();
  MakeEncapsulated(image);
  EXPECT_THROW(ToJson(image), Error);
  for (const char* bad :
       {R"({"0010001":{"vr":"LO"}})", R"({"00100010":5})", R"({"00100010":{"vr":"XX"}})",
        R"({"00100010":{"vr":"PN","Value":["text"]}})",
        R"({"00280010":{"vr":"US","Value":[70000]}})", R"({"00280010":{"vr":"US","Value":["x"]}})",
        R"({"7FE00010":{"vr":"OW","InlineBinary":"Q"}})",
        R"({"7FE00010":{"vr":"OW","BulkDataURI":"http://x"}})",
        R"({"00081115":{"vr":"SQ","Value":[5]}})", R"([1])"}) {
    EXPECT_THROW(FromJson(ParseJson(bad)), Error) << bad;
  }
}

TEST(Json, IsStrictAndTellsThePlaceOnly) {
  for (const char* bad : {"{\"a\":1,\"a\":2}", "{\"a\":1} x", "{\"a\":1,}", "/* c */ {}", "{a:1}",
                          "", "{\"a\":\"\xff\"}", "{\"secret\":secret}"}) {
    try {
      ParseJson(bad);
      ADD_FAILURE() << bad;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kInvalid);
      EXPECT_EQ(std::string(error.what()).find("secret"), std::string::npos) << error.what();
    }
  }
  try {
    ParseJson("{\n  \"a\": x}");
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("line 2, column 8"), std::string::npos)
        << error.what();
  }
}

TEST(Json, BoundsDepthAndSize) {
  EXPECT_NO_THROW(ParseJson(std::string(64, '[') + std::string(64, ']')));
  EXPECT_THROW(ParseJson(std::string(65, '[') + std::string(65, ']')), Error);
  EXPECT_THROW(ParseJson(std::string(1 << 20, '[')), Error);
  EXPECT_THROW(ParseJson("[1,2,3]", 3), Error);
}

TEST(Json, IsWrittenCompactSortedAndShort) {
  const Json::Value json =
      ParseJson(R"({"b":[1, 2.50, -0.0, true, null], "a":"\u00e9\n\u0001\""})");
  EXPECT_EQ(WriteJson(json), "{\"a\":\"é\\n\\u0001\\\"\",\"b\":[1,2.5,0,true,null]}");
}

}  // namespace
}  // namespace glossator::dicom
