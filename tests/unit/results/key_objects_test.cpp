// SPDX-License-Identifier: GPL-3.0-or-later
#include "results/key_objects.h"

#include <gtest/gtest.h>

#include "dicom/error.h"
#include "dicom/io.h"
#include "tests/unit/results/fixtures.h"

namespace glossator::results {
namespace {

namespace tags = dicom::tags;

KeyObjects Rejection() {
  return {.title = kRejectedForQuality,
          .modifiers = {},
          .description = "Falsche Schicht, größer als erlaubt",
          .person = "R-0042^",
          .organization = "Reading lab",
          .device_uid = "2.25.5",
          .device_name = "node",
          .objects = {{"1.2.840.10008.5.1.4.1.1.66.4", "2.25.901", "2.25.900", "2.25.1", {}},
                      {"1.2.840.10008.5.1.4.1.1.88.34", "2.25.903", "2.25.902", "2.25.1", {}},
                      {"1.2.840.10008.5.1.4.1.1.2.1", "2.25.905", "2.25.904", "2.25.1", {1, 3}}}};
}

dicom::DataSet Note() {
  return EncodeKeyObjects(Rejection(), SlideHead(), TestIdentity(), {}, TestTime());
}

std::vector<std::string> CodesOf(const dicom::DataSet& note) {
  std::vector<std::string> codes;
  for (const Finding& finding : VerifyKeyObjects(note)) codes.push_back(finding.code);
  return codes;
}

TEST(KeyObjectSelection, IsTheGoldenObjectByteForByte) {
  EXPECT_EQ(DifferenceFromGolden("golden_key_objects.dcm",
                                 dicom::WriteFile(Note(), dicom::kExplicitLittleEndian)),
            "");
}

TEST(KeyObjectSelection, ReadsBackAsItWasWritten) {
  const KeyObjects note = ReadKeyObjects(Note());
  EXPECT_EQ(note, Rejection());
  EXPECT_TRUE(note.IsRejection());
  EXPECT_EQ(CodesOf(Note()), std::vector<std::string>{});
}

TEST(KeyObjectSelection, NamesPixelsAndDocumentsByTheirValueTypes) {
  std::vector<std::string> types;
  const dicom::DataSet note = Note();
  for (const dicom::DataSet& item : note.GetItems(tags::ContentSequence)) {
    if (item.Has(tags::ReferencedSOPSequence)) types.push_back(item.GetString(tags::ValueType));
  }
  EXPECT_EQ(types, (std::vector<std::string>{"IMAGE", "COMPOSITE", "IMAGE"}));
}

TEST(KeyObjectSelection, OnlyFourTitlesReject) {
  for (const char* code : {"113001", "113037", "113038", "113039"}) {
    EXPECT_NE(FindRejection(code), nullptr);
  }
  KeyObjects note = Rejection();
  note.title = {"113000", "DCM", "Of Interest"};
  EXPECT_FALSE(note.IsRejection());
  note.title = {"113001", "99OTHER", "Something else"};
  EXPECT_FALSE(note.IsRejection());
}

TEST(KeyObjectSelection, DamageIsFound) {
  dicom::DataSet note = Note();
  note.Erase(tags::CurrentRequestedProcedureEvidenceSequence);
  EXPECT_EQ(CodesOf(note), (std::vector<std::string>{"evidence", "evidence", "evidence"}));
  note = Note();
  note.Erase(tags::ContentTemplateSequence);
  note.SetString(tags::Modality, "SR");
  EXPECT_EQ(CodesOf(note), (std::vector<std::string>{"modality", "template"}));
  note = Note();
  dicom::SetCode(note, tags::ConceptNameCodeSequence, {"113001", "DCM", "Of Interest"});
  EXPECT_EQ(CodesOf(note), std::vector<std::string>{"code-meaning"});
}

TEST(KeyObjectSelection, WithoutObjectTitleOrObserverIsRefused) {
  for (const int what : {0, 1, 2}) {
    KeyObjects note = Rejection();
    if (what == 0) note.objects.clear();
    if (what == 1) note.title = {};
    if (what == 2) note.person = note.device_uid = "";
    EXPECT_THROW(EncodeKeyObjects(note, SlideHead(), TestIdentity(), {}, TestTime()), Error);
  }
  EXPECT_THROW(ReadKeyObjects(SlideHead()), Error);
}

}  // namespace
}  // namespace glossator::results
