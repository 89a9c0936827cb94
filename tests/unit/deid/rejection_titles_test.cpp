// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/rejection_titles.h"

#include <gtest/gtest.h>

#include "deid/again.h"
#include "dicom/code.h"
#include "fixtures.h"

namespace glossator::deid {
namespace {

// A note about a patient whose ID has the digits of its title in it.
DataSet Note(const std::string& title, const std::string& patient_id) {
  DataSet note = CtHead();
  note.SetString(tags::SOPClassUID, "1.2.840.10008.5.1.4.1.1.88.59");
  note.SetString(tags::Modality, "KO");
  note.SetString(tags::PatientID, patient_id);
  note.SetString(tags::ValueType, "CONTAINER");
  dicom::SetCode(note, tags::ConceptNameCodeSequence,
                 {title, "DCM", "Rejected for Quality Reasons"});
  auto& item = note.AddItem(tags::ContentSequence);
  item.SetString(tags::RelationshipType, "CONTAINS");
  item.SetString(tags::ValueType, "TEXT");
  dicom::SetCode(item, tags::ConceptNameCodeSequence, {"113012", "DCM", "Key Object Description"});
  item.SetString(tags::TextValue, "Scan of " + title + " was noisy");
  return note;
}

std::string TitleOf(const DataSet& note) {
  const auto title = dicom::GetCode(note, tags::ConceptNameCodeSequence);
  return title ? title->scheme + ' ' + title->value : "";
}

class Title : public testing::TestWithParam<const char*> {};

TEST_P(Title, StaysWhateverThePatientsNumberIs) {
  const std::string title = GetParam();
  for (const std::string& id : {title, title + '1', '7' + title, "N-" + title, title + "-2"}) {
    const DataSet note = Note(title, id);
    Dictionary dictionary;
    dictionary.Collect(Identified(note));
    for (const char* policy : {"basic", "research"}) {
      const auto cleaned = Engine(LoadPolicy(policy))
                               .Clean(Identified(note), FakePseudonyms(), dictionary)
                               .instance.data_set();
      EXPECT_EQ(TitleOf(cleaned), "DCM " + title) << id;
      const auto sentinel = dictionary.Compile(LoadPolicy(policy).options);
      for (const auto* syntax : {&dicom::kExplicitLittleEndian, &dicom::kImplicitLittleEndian}) {
        EXPECT_FALSE(FindsBesideTitles(*sentinel, dicom::Write(cleaned, *syntax))) << id;
      }
    }
  }
}

TEST_P(Title, StaysWhenTheNumberIsLearnedLater) {
  const std::string title = GetParam();
  DataSet note = Note(title, "P-1");
  Dictionary dictionary;
  dictionary.Add(IdentifierKind::kId, title);
  const auto sentinel = dictionary.Compile(LoadPolicy("basic").options);
  ASSERT_TRUE(FindsBesideTitles(*sentinel, dicom::Write(note, dicom::kExplicitLittleEndian)));
  EXPECT_EQ(CleanTextAgain(note, *sentinel), 1U);  // the text, and only that
  EXPECT_EQ(TitleOf(note), "DCM " + title);
  EXPECT_FALSE(FindsBesideTitles(*sentinel, dicom::Write(note, dicom::kExplicitLittleEndian)));
}

INSTANTIATE_TEST_SUITE_P(OfARejectionNote, Title,
                         testing::Values("113001", "113037", "113038", "113039"));

TEST(RejectionTitle, IsNoHidingPlaceForThePatientsNumber) {
  const std::string id = "113001";
  Dictionary dictionary;
  dictionary.Add(IdentifierKind::kId, id);
  const auto sentinel = dictionary.Compile(LoadPolicy("basic").options);
  const auto finds = [&](const DataSet& data_set) {
    return FindsBesideTitles(*sentinel, dicom::Write(data_set, dicom::kExplicitLittleEndian));
  };
  const auto cleaned = [&](DataSet note) {
    return Engine(LoadPolicy("basic"))
        .Clean(Identified(std::move(note)), FakePseudonyms(), dictionary)
        .instance.data_set();
  };
  DataSet other_scheme = Note(id, "P-1");
  dicom::SetCode(other_scheme, tags::ConceptNameCodeSequence, {id, "99MRN", "x"});
  EXPECT_TRUE(finds(other_scheme));
  EXPECT_FALSE(finds(cleaned(other_scheme)));
  DataSet other_place = CtHead();
  dicom::SetCode(other_place, tags::ProcedureCodeSequence, {id, "DCM", "x"});
  const DataSet kept = cleaned(other_place);
  const auto* item = kept.FirstItem(tags::ProcedureCodeSequence);
  EXPECT_TRUE(item == nullptr || item->GetString(tags::CodeValue) != id);
  DataSet beside = Note("113037", "P-1");
  auto& title = *beside.Find(tags::ConceptNameCodeSequence);
  title.items[0].SetString(tags::LongCodeValue, "Castorp Hans");
  title.items[0].SetString(tags::URNCodeValue, "urn:castorp:hans");
  const DataSet alone = cleaned(beside);
  EXPECT_EQ(TitleOf(alone), "DCM 113037");
  const std::string bytes = dicom::Write(alone, dicom::kExplicitLittleEndian);
  EXPECT_EQ(bytes.find("Castorp"), std::string::npos);
  EXPECT_EQ(bytes.find("castorp"), std::string::npos);
  DataSet as_text = Note("113037", "P-1");
  as_text.SetString(tags::SeriesDescription, "scan of " + id);
  EXPECT_TRUE(finds(as_text));
}

}  // namespace
}  // namespace glossator::deid
