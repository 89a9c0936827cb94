// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/engine.h"

#include <gtest/gtest.h>

#include <set>

#include "deid/sentinel.h"
#include "dicom/code.h"
#include "fixtures.h"

namespace glossator::deid {
namespace {

constexpr std::string_view kPresets[] = {"basic", "research", "safe-harbor", "limited-data-set"};

// A token no dictionary knows: only denying by default can stop it.
constexpr std::string_view kToken = "Zq7Peeperkorn";

std::string BytesOf(const DataSet& data_set) {
  return dicom::Write(data_set, dicom::kExplicitLittleEndian);
}

bool Contains(const std::string& bytes, std::string_view token) {
  return bytes.find(token) != bytes.npos;
}

// The dictionary knows the patient, not the token.
void ExpectGone(const Policy& policy, DataSet head, const std::string& where) {
  Dictionary dictionary;
  dictionary.Collect(Identified(CtHead()));
  const Cleaned cleaned =
      Engine(policy).Clean(Identified(std::move(head)), FakePseudonyms(), dictionary);
  if (!Contains(BytesOf(cleaned.instance.data_set()), kToken)) return;
  dicom::ForEachElement(cleaned.instance.data_set(), [&](const std::string& path, const auto& e) {
    EXPECT_FALSE(Contains(e.value, kToken)) << where << ' ' << path;
  });
}

// Every element of PS3.6 that can hold characters or bytes, planted one by one at each depth.
bool CanHoldText(Vr vr) { return dicom::IsString(vr) || vr == Vr::UN || dicom::ValueSize(vr) == 1; }

DataSet PlantedAt(int depth, const std::function<void(DataSet&)>& plant) {
  constexpr Tag kNest[] = {tags::SharedFunctionalGroupsSequence, tags::DerivationImageSequence,
                           tags::PurposeOfReferenceCodeSequence};
  DataSet head = CtHead();
  DataSet* place = &head;
  for (int i = 0; i < depth; ++i) place = &place->AddItem(kNest[i]);
  plant(*place);
  return head;
}

constexpr uint16_t kGroups[] = {
    0x0008, 0x0010, 0x0012, 0x0014, 0x0018, 0x0020, 0x0022, 0x0024, 0x0028, 0x0032, 0x0034,
    0x0038, 0x003A, 0x0040, 0x0042, 0x0044, 0x0046, 0x0048, 0x0050, 0x0052, 0x0054, 0x0060,
    0x0062, 0x0064, 0x0066, 0x0068, 0x006A, 0x0070, 0x0072, 0x0074, 0x0076, 0x0078, 0x0080,
    0x0082, 0x0088, 0x0100, 0x0400, 0x2000, 0x2010, 0x2020, 0x2030, 0x2040, 0x2050, 0x2100,
    0x2110, 0x2120, 0x2130, 0x2200, 0x3002, 0x3004, 0x3006, 0x3008, 0x300A, 0x300C, 0x300E,
    0x3010, 0x4000, 0x4008, 0x4010, 0x4FFE, 0x5200, 0x5400, 0x5600};

void PlantEverywhere(DataSet& place) {
  for (const uint16_t group : kGroups) {
    for (uint32_t element = 1; element < 0x10000; ++element) {
      const Tag tag{group, static_cast<uint16_t>(element)};
      const auto* entry = dicom::FindEntry(tag);
      const bool structural = tag == tags::SOPClassUID || tag == tags::SpecificCharacterSet;
      if (entry == nullptr || structural || !CanHoldText(entry->vr)) continue;
      place.SetBytes(tag, entry->vr, std::string(kToken));
    }
  }
}

class EveryAttribute : public testing::TestWithParam<int> {};

TEST_P(EveryAttribute, LosesAnUnknownTokenUnderEveryPolicy) {
  for (const std::string_view preset : kPresets) {
    const Policy policy = LoadPolicy(preset);
    const DataSet head = PlantedAt(GetParam(), PlantEverywhere);
    ASSERT_GT(BytesOf(head).size(), 50000u);
    ExpectGone(policy, head, std::string(preset));
  }
}

INSTANTIATE_TEST_SUITE_P(Depths, EveryAttribute, testing::Values(0, 1, 2, 3));

TEST(Engine, LosesATokenInAWrongVr) {
  for (const Vr vr : {Vr::UN, Vr::LO, Vr::OB, Vr::CS, Vr::DS, Vr::UT, Vr::OW, Vr::PN}) {
    for (const Tag tag : {tags::Rows, tags::PatientName, tags::KVP, tags::Modality,
                          tags::StudyInstanceUID, tags::LUTData, tags::ContentDate,
                          tags::ViewCodeSequence, Tag{0x0018, 0xFFEE}, Tag{0x0010, 0x9999}}) {
      DataSet head = CtHead();
      head.SetBytes(tag, vr, std::string(kToken) + ' ');
      // LUT Data in OB or OW is the only one whose bytes are pixels.
      if (tag == tags::LUTData && (vr == Vr::OB || vr == Vr::OW || vr == Vr::UN)) continue;
      ExpectGone(LoadPolicy("research"), head, ToString(tag) + std::string(dicom::ToString(vr)));
    }
  }
}

TEST(Engine, RemovesPrivateOverlaysCurvesSignaturesAndLengths) {
  for (const Tag tag :
       {Tag{0x0009, 0x1001}, Tag{0x6000, 0x3000}, Tag{0x6002, 0x4000}, Tag{0x5000, 0x3000},
        Tag{0xFFFA, 0xFFFA}, Tag{0xFFFC, 0xFFFC}, Tag{0x0010, 0x0000}, Tag{0x0400, 0x0500},
        Tag{0x0004, 0x1130}, Tag{0x0002, 0x0013}, Tag{0x0088, 0x0200}, tags::EncapsulatedDocument,
        Tag{0x5400, 0x0100}}) {
    DataSet head = CtHead();
    head.SetBytes({0x0009, 0x0010}, Vr::LO, "SIEMENS");
    head.SetBytes(tag, Vr::OB, std::string(kToken));
    const Cleaned cleaned = CleanWith(LoadPolicy("research"), head);
    EXPECT_FALSE(Contains(BytesOf(cleaned.instance.data_set()), kToken)) << ToString(tag);
    EXPECT_FALSE(cleaned.instance.data_set().Has({0x0009, 0x0010}));
    EXPECT_FALSE(tag != tags::EncapsulatedDocument && cleaned.instance.data_set().Has(tag))
        << ToString(tag);
  }
}

TEST(Engine, IsNotFooledBySequencesThatCameAsUnknown) {
  std::string items("\xFE\xFF\x00\xE0\xFF\xFF\xFF\xFF", 8);
  items += std::string("\x10\x00\x10\x00\x0E\x00\x00\x00", 8) + std::string(kToken) + ' ';
  items += std::string("\xFE\xFF\x0D\xE0\x00\x00\x00\x00", 8);
  DataSet head = CtHead();
  head.SetBytes(tags::SharedFunctionalGroupsSequence, Vr::UN, items);
  head.SetBytes({0x0009, 0x1010}, Vr::UN, items);
  const Cleaned cleaned = CleanWith(LoadPolicy("basic"), head);
  EXPECT_FALSE(Contains(BytesOf(cleaned.instance.data_set()), kToken));
  const DataSet* item = cleaned.instance.data_set().FirstItem(tags::SharedFunctionalGroupsSequence);
  ASSERT_NE(item, nullptr);
  EXPECT_EQ(item->GetString(tags::PatientName), FakePseudonyms().PatientCode());
}

TEST(Engine, ReplacesIdentityAndKeepsTheExamination) {
  const Cleaned cleaned = CleanWith(LoadPolicy("basic"), CtHead());
  const DataSet& out = cleaned.instance.data_set();
  EXPECT_EQ(out.GetString(tags::PatientName), FakePseudonyms().PatientCode());
  EXPECT_EQ(out.GetString(tags::PatientID), FakePseudonyms().PatientCode());
  EXPECT_EQ(out.GetString(tags::StudyID), "S-QQQQQQQQQQQQ");
  for (const Tag empty : {tags::PatientBirthDate, tags::AccessionNumber, tags::StudyDate,
                          tags::ReferringPhysicianName, tags::PatientSex}) {
    EXPECT_TRUE(out.Has(empty) && !out.HasValue(empty)) << ToString(empty);
  }
  for (const Tag gone :
       {tags::InstitutionName, tags::StudyDescription, tags::PatientAge, tags::AcquisitionDate}) {
    EXPECT_FALSE(out.Has(gone)) << ToString(gone);
  }
  for (const Tag kept : {tags::Modality, tags::Manufacturer, tags::BodyPartExamined, tags::KVP,
                         tags::ConvolutionKernel, tags::PixelSpacing, tags::Rows, tags::ImageType,
                         tags::InstanceNumber}) {
    EXPECT_EQ(out.GetString(kept), CtHead().GetString(kept)) << ToString(kept);
  }
  EXPECT_TRUE(cleaned.problems.empty());
}

TEST(Engine, ReportsEveryUidItReplacedOnce) {
  DataSet head = CtHead();
  head.AddItem(tags::ReferencedImageSequence)
      .SetString(tags::ReferencedSOPInstanceUID, "1.2.3.4.5.1");
  const Cleaned cleaned = CleanWith(LoadPolicy("basic"), head);
  EXPECT_EQ(cleaned.uids.size(), 4u);
  const DataSet& out = cleaned.instance.data_set();
  EXPECT_EQ(out.FirstItem(tags::ReferencedImageSequence)->GetString(tags::ReferencedSOPInstanceUID),
            out.GetString(tags::SOPInstanceUID));
  EXPECT_EQ(out.GetString(tags::SOPClassUID), "1.2.840.10008.5.1.4.1.1.2");
  for (const auto& [original, pseudonymous] : cleaned.uids) {
    EXPECT_EQ(pseudonymous, FakePseudonyms().Uid(original));
  }
}

TEST(Engine, MovesAllDatesOfAPolicyTogether) {
  const DataSet out = CleanWith(LoadPolicy("research"), CtHead()).instance.data_set();
  EXPECT_EQ(out.GetString(tags::StudyDate), "20230302");
  EXPECT_EQ(out.GetString(tags::AcquisitionDate), "20230303");
  EXPECT_EQ(out.GetString(tags::StudyTime), "101530");
  EXPECT_EQ(out.GetString(tags::PatientAge), "090Y");
  EXPECT_EQ(out.GetString(tags::PatientSex), "M");
  EXPECT_EQ(out.GetString(tags::StudyDescription), "CT chest for with contrast");
  EXPECT_EQ(out.GetString(tags::LongitudinalTemporalInformationModified), "MODIFIED");
  const DataSet years = CleanWith(LoadPolicy("safe-harbor"), CtHead()).instance.data_set();
  EXPECT_EQ(years.GetString(tags::StudyDate), "20240101");
  EXPECT_FALSE(years.HasValue(tags::StudyTime));
}

// What must be there under a policy that keeps no dates says nothing about when.
TEST(Engine, ADummyOfADateIsTheSameForAll) {
  DataSet head = CtHead();
  head.SetString(tags::ContentDate, "20240102");
  head.SetString(tags::ContentTime, "101112");
  const DataSet out = CleanWith(LoadPolicy("basic"), head).instance.data_set();
  EXPECT_EQ(out.GetString(tags::ContentDate), "19000101");
  EXPECT_EQ(out.GetString(tags::ContentTime), "000000");
  EXPECT_EQ(out.GetString(tags::LongitudinalTemporalInformationModified), "REMOVED");
}

TEST(Engine, TellsTheTruthAboutItsMethod) {
  const DataSet basic = CleanWith(LoadPolicy("basic"), CtHead()).instance.data_set();
  EXPECT_EQ(basic.GetString(tags::PatientIdentityRemoved), "YES");
  ASSERT_EQ(basic.GetItems(tags::DeidentificationMethodCodeSequence).size(), 1u);
  EXPECT_EQ(dicom::GetCode(basic, tags::DeidentificationMethodCodeSequence)->value, "113100");
  const DataSet research = CleanWith(LoadPolicy("research"), CtHead()).instance.data_set();
  std::vector<std::string> codes;
  for (const DataSet& item : research.GetItems(tags::DeidentificationMethodCodeSequence)) {
    codes.push_back(item.GetString(tags::CodeValue));
  }
  EXPECT_EQ(codes, (std::vector<std::string>{"113100", "113103", "113104", "113105", "113107",
                                             "113108", "113111"}));
}

TEST(Engine, KeepsSafePrivateAttributesByCreatorAndVrOnly) {
  DataSet head = CtHead();
  head.SetBytes({0x0019, 0x0010}, Vr::LO, "SIEMENS MR HEADER");
  head.SetBytes({0x0019, 0x100C}, Vr::IS, "1000");
  head.SetBytes({0x0019, 0x100D}, Vr::LO, "DIRECTIONAL ");
  head.SetBytes({0x0019, 0x1099}, Vr::LO, std::string(kToken));
  head.SetBytes({0x0021, 0x0010}, Vr::LO, std::string(kToken));
  head.SetBytes({0x0021, 0x100C}, Vr::IS, "1000");
  const DataSet out = CleanWith(LoadPolicy("research"), head).instance.data_set();
  EXPECT_EQ(out.GetString({0x0019, 0x100C}), "1000");
  EXPECT_EQ(out.GetString({0x0019, 0x0010}), "SIEMENS MR HEADER");
  for (const Tag gone : {Tag{0x0019, 0x100D}, Tag{0x0019, 0x1099}, Tag{0x0021, 0x0010}}) {
    EXPECT_FALSE(out.Has(gone)) << ToString(gone);
  }
}

TEST(Engine, KeepsPublishedCodesAndKeysLocalOnes) {
  DataSet head = CtHead();
  dicom::SetCode(head, tags::AnatomicRegionSequence, {"51185008", "SCT", "Chest"});
  dicom::SetCode(head, tags::ProcedureCodeSequence,
                 {"MRN47110815", "99HOSPITAL", "Chest of " + std::string(kToken)});
  const DataSet out = CleanWith(LoadPolicy("research"), head).instance.data_set();
  EXPECT_EQ(dicom::GetCode(out, tags::AnatomicRegionSequence),
            (dicom::Code{"51185008", "SCT", "Chest"}));
  const auto local = dicom::GetCode(out, tags::ProcedureCodeSequence);
  ASSERT_TRUE(local);
  EXPECT_EQ(local->meaning, "Chest of");
  EXPECT_NE(local->value, "MRN47110815");
}

TEST(Engine, IsPureSoThatTheSameHeadGivesTheSameBytes) {
  for (const std::string_view preset : kPresets) {
    const Policy policy = LoadPolicy(preset);
    EXPECT_EQ(BytesOf(CleanWith(policy, CtHead()).instance.data_set()),
              BytesOf(CleanWith(policy, CtHead()).instance.data_set()));
  }
}

// A memo that forgot a UID would break the way back; one that kept a text over a new name would
// leak.
TEST(Engine, GivesTheSameWithAMemoWhateverChangesFromObjectToObject) {
  const Engine engine(LoadPolicy("research"));
  const FakePseudonyms pseudonyms;
  HeadMemo memo;
  Dictionary learned;
  for (int i = 0; i < 12; ++i) {
    DataSet head = CtHead();
    head.SetString(tags::SOPInstanceUID, "1.2.3.4.5.1." + std::to_string(i));
    head.SetInt(tags::InstanceNumber, i);
    head.SetString(tags::SeriesDescription, "CHEST Quixley");
    auto& reference = head.AddItem(tags::ReferencedImageSequence);
    reference.SetString(tags::ReferencedSOPClassUID, "1.2.840.10008.5.1.4.1.1.2");
    reference.SetString(tags::ReferencedSOPInstanceUID, "1.2.3.4.5.1." + std::to_string(i / 4));
    if (i >= 6) head.SetString(tags::ReferringPhysicianName, "Quixley^Ann");
    if (i == 9) head.SetString(tags::SpecificCharacterSet, "ISO_IR 100");
    const auto instance = Identified(head);
    Dictionary all = learned;
    all.Collect(instance);
    learned.Collect(instance, &memo);
    EXPECT_EQ(learned.entries(), all.entries()) << i;
    const auto with = engine.Clean(instance, pseudonyms, learned, &memo);
    const auto without = engine.Clean(instance, pseudonyms, learned);
    EXPECT_EQ(with.instance.data_set(), without.instance.data_set()) << i;
    EXPECT_EQ(std::set(with.uids.begin(), with.uids.end()),
              std::set(without.uids.begin(), without.uids.end()))
        << i;
    EXPECT_EQ(with.uids.size(), without.uids.size()) << i;
    EXPECT_EQ(with.actions, without.actions) << i;
  }
}

TEST(Engine, LeavesNothingForTheSentinelInAnyCharacterSet) {
  const struct {
    const char *set, *name;
  } people[] = {{"ISO_IR 100", "M\xfcller^J\xf6rg"},
                {"ISO_IR 144", "\xbb\xee\xda^\xe1\xd5\xdc"},
                {"\\ISO 2022 IR 87", "Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B"}};
  for (const auto& [set, name] : people) {
    DataSet head = CtHead();
    head.SetBytes(tags::SpecificCharacterSet, Vr::CS, set);
    head.SetBytes(tags::PatientName, Vr::PN, name);
    for (const Tag tag : {tags::StudyDescription, tags::ImageComments, tags::ConvolutionKernel,
                          tags::ManufacturerModelName, tags::FilterType}) {
      head.SetBytes(tag, Vr::LO, std::string("chest ") + name);
    }
    const auto instance = Identified(head);
    Dictionary dictionary;
    dictionary.Collect(instance);
    for (const std::string_view preset : kPresets) {
      const Cleaned cleaned =
          Engine(LoadPolicy(preset)).Clean(instance, FakePseudonyms(), dictionary);
      EXPECT_FALSE(dictionary.Compile()->Finds(BytesOf(cleaned.instance.data_set()))) << set;
      EXPECT_EQ(cleaned.instance.data_set().GetString(tags::SpecificCharacterSet), "");
    }
  }
}

TEST(Engine, KeepsTheNumberOfFrames) {
  DataSet head = CtHead();
  for (int i = 0; i < 3; ++i) {
    head.AddItem(tags::PerFrameFunctionalGroupsSequence).SetString(tags::ImageComments, "x");
  }
  const DataSet out = CleanWith(LoadPolicy("basic"), head).instance.data_set();
  EXPECT_EQ(out.GetItems(tags::PerFrameFunctionalGroupsSequence).size(), 3u);
}

DataSet ContentItem(const char* type, const dicom::Code& name) {
  DataSet item;
  item.SetString(tags::RelationshipType, "CONTAINS");
  item.SetString(tags::ValueType, type);
  dicom::SetCode(item, tags::ConceptNameCodeSequence, name);
  return item;
}

DataSet Report() {
  DataSet report = CtHead();
  report.SetString(tags::SOPClassUID, "1.2.840.10008.5.1.4.1.1.88.33");
  DataSet finding = ContentItem("TEXT", {"121071", "DCM", "Finding"});
  finding.SetString(tags::TextValue, "nodule in lung of Hans, seen by " + std::string(kToken));
  DataSet login = ContentItem("TEXT", {"128774", "DCM", "Person Observer's Login Name"});
  login.SetString(tags::TextValue, std::string(kToken));
  DataSet person = ContentItem("PNAME", {"121008", "DCM", "Person Observer Name"});
  person.SetString(tags::PersonName, std::string(kToken));
  DataSet size = ContentItem("NUM", {"410668003", "SCT", "Length"});
  size.AddItem(tags::MeasuredValueSequence).SetString(tags::NumericValue, "12.5");
  report.SetItems(tags::ContentSequence, {finding, login, person, size});
  return report;
}

TEST(Engine, CleansAReportByConceptAndNeverEmptiesItsTree) {
  const Cleaned cleaned = CleanWith(LoadPolicy("research"), Report());
  const DataSet& out = cleaned.instance.data_set();
  EXPECT_FALSE(Contains(BytesOf(out), kToken));
  const auto& items = out.GetItems(tags::ContentSequence);
  ASSERT_EQ(items.size(), 3u);
  EXPECT_EQ(items[0].GetString(tags::TextValue), "nodule in lung of seen by");
  EXPECT_EQ(items[1].GetString(tags::PersonName), "REMOVED");
  EXPECT_EQ(items[2].FirstItem(tags::MeasuredValueSequence)->GetString(tags::NumericValue), "12.5");
}

TEST(Engine, KeepsThePositionsOfAReportThatRefersToThem) {
  DataSet report = Report();
  DataSet reference;
  reference.SetString(tags::RelationshipType, "INFERRED FROM");
  reference.SetInts(tags::ReferencedContentItemIdentifier, {1, 4});
  report.Find(tags::ContentSequence)->items.push_back(reference);
  const Cleaned cleaned = CleanWith(LoadPolicy("research"), report);
  EXPECT_EQ(cleaned.instance.data_set().GetItems(tags::ContentSequence).size(), 5u);
  EXPECT_FALSE(Contains(BytesOf(cleaned.instance.data_set()), kToken));
}

TEST(Engine, KeepsTheTreeOfAReportUnderEveryPolicy) {
  for (const std::string_view preset : kPresets) {
    const Engine engine(LoadPolicy(preset));
    EXPECT_TRUE(engine.Screen(Identified(Report())).empty());
    const DataSet out = CleanWith(engine.policy(), Report()).instance.data_set();
    EXPECT_FALSE(Contains(BytesOf(out), kToken));
    const auto& items = out.GetItems(tags::ContentSequence);
    ASSERT_EQ(items.size(), 3u) << preset;
    EXPECT_EQ(items[2].FirstItem(tags::MeasuredValueSequence)->GetString(tags::NumericValue),
              "12.5");
    bool says = false;
    for (const DataSet& code : out.GetItems(tags::DeidentificationMethodCodeSequence)) {
      says |= code.GetString(tags::CodeValue) == "113104";
    }
    EXPECT_TRUE(says) << preset;
  }
}

// PS3.3 C.10.9 and C.10.10: labels and annotations are typed by people, samples are numbers.
TEST(Engine, CleansWaveformsAndKeepsTheirSamples) {
  DataSet ecg = CtHead();
  ecg.SetString(tags::SOPClassUID, "1.2.840.10008.5.1.4.1.1.9.1.1");
  DataSet& group = ecg.AddItem(tags::WaveformSequence);
  group.SetString(tags::MultiplexGroupLabel, std::string(kToken));
  group.SetBytes(tags::WaveformData, Vr::OW, std::string("\1\0\2\0", 4));
  group.SetBytes(tags::WaveformPaddingValue, Vr::OW, std::string("\0\x80", 2));
  group.AddItem(tags::ChannelDefinitionSequence).SetString(tags::ChannelLabel, std::string(kToken));
  ecg.AddItem(tags::WaveformAnnotationSequence)
      .SetString(tags::UnformattedTextValue, "sinus rhythm, " + std::string(kToken));
  for (const std::string_view preset : kPresets) {
    const Engine engine(LoadPolicy(preset));
    EXPECT_TRUE(engine.Screen(Identified(ecg)).empty());
    const DataSet out = CleanWith(engine.policy(), ecg).instance.data_set();
    EXPECT_FALSE(Contains(BytesOf(out), kToken)) << preset;
    const DataSet* samples = out.FirstItem(tags::WaveformSequence);
    ASSERT_NE(samples, nullptr);
    EXPECT_EQ(samples->Find(tags::WaveformData)->value.size(), 4u);
    EXPECT_EQ(samples->Find(tags::WaveformPaddingValue)->value.size(), 2u);
    ASSERT_NE(out.FirstItem(tags::WaveformAnnotationSequence), nullptr) << preset;
  }
}

struct Screened {
  const char* what;
  std::function<void(DataSet&)> change;
  std::string_view reason;  // empty: clean it
};

TEST(Screen, SealsWhatNoHeadCanMakeSafe) {
  const auto sop_class = [](const char* uid) {
    return [uid](DataSet& head) { head.SetString(tags::SOPClassUID, uid); };
  };
  const auto type = [](std::vector<std::string> values) {
    return [values](DataSet& head) { head.SetStrings(tags::ImageType, values); };
  };
  const Screened cases[] = {
      {"CT", [](DataSet&) {}, ""},
      {"US", sop_class("1.2.840.10008.5.1.4.1.1.6.1"), reasons::kBurnedInRisk},
      {"SC", sop_class("1.2.840.10008.5.1.4.1.1.7"), reasons::kBurnedInRisk},
      {"SR", sop_class("1.2.840.10008.5.1.4.1.1.88.33"), ""},
      {"PDF", sop_class("1.2.840.10008.5.1.4.1.1.104.1"), reasons::kDocument},
      {"SEG", sop_class("1.2.840.10008.5.1.4.1.1.66.4"), ""},
      {"KOS", sop_class("1.2.840.10008.5.1.4.1.1.88.59"), ""},
      {"ECG", sop_class("1.2.840.10008.5.1.4.1.1.9.1.1"), ""},
      {"voice", sop_class("1.2.840.10008.5.1.4.1.1.9.4.1"), reasons::kWaveform},
      {"nothing", sop_class(""), reasons::kSopClass},
      {"burned in", [](DataSet& head) { head.SetString(tags::BurnedInAnnotation, "YES"); },
       reasons::kBurnedInRisk},
      {"secondary", type({"DERIVED", "SECONDARY", "MPR"}), reasons::kBurnedInRisk},
      {"slide label", type({"ORIGINAL", "PRIMARY", "LABEL", "NONE"}), reasons::kSlideLabel},
      {"slide overview", type({"ORIGINAL", "PRIMARY", "OVERVIEW", "NONE"}), reasons::kSlideLabel}};
  const Engine engine(LoadPolicy("basic"));
  for (const auto& [what, change, reason] : cases) {
    DataSet head = CtHead();
    change(head);
    const auto found = engine.Screen(Identified(head));
    EXPECT_EQ(found.empty() ? "" : found[0].code, reason) << what;
  }
}

TEST(Screen, SealsWhatHasItsPixelsElsewhereAndLetsFilmsBeCleaned) {
  const Engine engine(LoadPolicy("basic"));
  const auto screen = [&](std::string_view uid) {
    return engine.Screen(Identified(CtHead(), *dicom::FindTransferSyntax(uid)));
  };
  const auto found = screen("1.2.840.10008.1.2.4.94");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].code, reasons::kTransferSyntax);
  EXPECT_TRUE(screen("1.2.840.10008.1.2.4.102").empty());
}

}  // namespace
}  // namespace glossator::deid
