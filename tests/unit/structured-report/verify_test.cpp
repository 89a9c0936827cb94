// SPDX-License-Identifier: GPL-3.0-or-later
// Each mutation of a right report must give its finding, and the right report none.
#include "structured-report/verify.h"

#include <gtest/gtest.h>

#include <functional>

#include "structured-report/concepts.h"
#include "structured-report/content.h"
#include "tests/unit/structured-report/fixtures.h"

namespace glossator::sr {
namespace {

namespace tags = dicom::tags;
using dicom::DataSet;

// The item at a path of child numbers from the root, counted from 1.
DataSet& At(DataSet& report, std::initializer_list<size_t> path) {
  DataSet* item = &report;
  for (const size_t number : path) item = &item->Find(tags::ContentSequence)->items.at(number - 1);
  return *item;
}

// Where the test report has its items.
constexpr size_t kMeasurements = 13;
DataSet& Lesion(DataSet& report) { return At(report, {kMeasurements, 1}); }

// The child with that concept.
DataSet& Child(DataSet& parent, const Code& name) {
  for (DataSet& item : parent.Find(tags::ContentSequence)->items) {
    const auto found = dicom::GetCode(item, tags::ConceptNameCodeSequence);
    if (found && found->SameConcept(name)) return item;
  }
  throw std::logic_error("no such child");
}

void Remove(DataSet& parent, const Code& name) {
  auto& items = parent.Find(tags::ContentSequence)->items;
  std::erase_if(items, [&](const DataSet& item) {
    const auto found = dicom::GetCode(item, tags::ConceptNameCodeSequence);
    return found && found->SameConcept(name);
  });
}

void SetUnit(DataSet& report, const Code& unit) {
  DataSet& number = Child(Lesion(report), concepts::kVolume);
  dicom::SetCode(number.Find(tags::MeasuredValueSequence)->items[0],
                 tags::MeasurementUnitsCodeSequence, unit);
}

void AddToLesion(DataSet& report, const ContentItem& item) {
  WriteContent(item, Lesion(report).AddItem(tags::ContentSequence));
}

ContentItem Region(std::vector<double> data) {
  ContentItem item;
  item.type = ValueType::kScoord;
  item.relationship = kContains;
  item.concept_name = concepts::kImageRegion;
  item.value = Graphic{"POLYLINE", std::move(data), ""};
  item.Add(Image(kSelectedFrom, std::nullopt, {"1.2.840.10008.5.1.4.1.1.2", "2.25.101", {}, {}}));
  return item;
}

ContentItem Point3d(const std::string& frame_of_reference) {
  ContentItem item;
  item.type = ValueType::kScoord3d;
  item.relationship = kContains;
  item.concept_name = concepts::kVolumeSurface;
  item.value = Graphic{"POINT", {1, 2, 3}, frame_of_reference};
  return item;
}

struct Mutation {
  const char* code;
  std::function<void(DataSet&)> spoil;
};

std::vector<Mutation> DocumentMutations() {
  return {
      {"sop-class",
       [](DataSet& r) { r.SetString(tags::SOPClassUID, "1.2.840.10008.5.1.4.1.1.2"); }},
      {"attribute", [](DataSet& r) { r.Erase(tags::SeriesInstanceUID); }},
      {"attribute", [](DataSet& r) { r.SetString(tags::CompletionFlag, "DONE"); }},
      {"attribute", [](DataSet& r) { r.SetString(tags::Modality, "CT"); }},
      {"uid", [](DataSet& r) { r.SetString(tags::SOPInstanceUID, "1.02"); }},
      {"verification", [](DataSet& r) { r.SetString(tags::VerificationFlag, "VERIFIED"); }},
      {"verification", [](DataSet& r) { r.AddItem(tags::VerifyingObserverSequence); }},
      {"evidence", [](DataSet& r) { r.Erase(tags::CurrentRequestedProcedureEvidenceSequence); }},
      {"private-scheme", [](DataSet& r) { r.Erase(tags::CodingSchemeIdentificationSequence); }},
      {"character-set", [](DataSet& r) { r.Erase(tags::SpecificCharacterSet); }},
      {"patient", [](DataSet& r) { r.SetString(tags::PatientID, "other"); }},
      {"study", [](DataSet& r) { r.SetString(tags::StudyInstanceUID, "2.25.97"); }},
      {"template", [](DataSet& r) { r.Erase(tags::ContentTemplateSequence); }},
      {"language", [](DataSet& r) { Remove(r, concepts::kLanguage); }},
      {"procedure", [](DataSet& r) { Remove(r, concepts::kProcedureReported); }},
      {"observer", [](DataSet& r) { Remove(r, concepts::kDeviceObserverUid); }},
      {"observer",
       [](DataSet& r) {
         Remove(r, concepts::kPersonObserverName);
         Remove(r, concepts::kDeviceObserverUid);
       }},
  };
}

std::vector<Mutation> GroupMutations() {
  return {
      {"tracking", [](DataSet& r) { Remove(Lesion(r), concepts::kTrackingUid); }},
      {"tracking", [](DataSet& r) { Remove(Lesion(r), concepts::kTrackingIdentifier); }},
      {"tracking",
       [](DataSet& r) {
         Child(Lesion(r), concepts::kTrackingUid).SetString(tags::UID, "2.25.12");
       }},
      {"uid",
       [](DataSet& r) { Child(Lesion(r), concepts::kTrackingUid).SetString(tags::UID, "x"); }},
      {"segment", [](DataSet& r) { Remove(Lesion(r), concepts::kSourceImageForSegmentation); }},
      {"segment",
       [](DataSet& r) {
         Child(Lesion(r), concepts::kReferencedSegment)
             .Find(tags::ReferencedSOPSequence)
             ->items[0]
             .SetInt(tags::ReferencedSegmentNumber, 2);
       }},
  };
}

std::vector<Mutation> ItemMutations() {
  return {
      {"unit",
       [](DataSet& r) {
         SetUnit(r, {"sqmm", "UCUM", "square millimeter"});
       }},
      {"unit",
       [](DataSet& r) {
         SetUnit(r, {"mm3", "99GLOSSATOR", "cubic millimeter"});
       }},
      {"meaning",
       [](DataSet& r) {
         dicom::SetCode(Child(Lesion(r), concepts::kVolume), tags::ConceptNameCodeSequence,
                        {"118565006", "SCT", "Area"});
       }},
      {"code",
       [](DataSet& r) { Child(Lesion(r), concepts::kFinding).Erase(tags::ConceptCodeSequence); }},
      {"number",
       [](DataSet& r) {
         Child(Lesion(r), concepts::kVolume)
             .Find(tags::MeasuredValueSequence)
             ->items[0]
             .SetString(tags::NumericValue, "1,5");
       }},
      {"concept",
       [](DataSet& r) {
         Lesion(r).AddItem(tags::ContentSequence).SetString(tags::ValueType, "TEXT");
       }},
      {"value-type", [](DataSet& r) { Lesion(r).SetString(tags::ValueType, "THING"); }},
      {"relationship",
       [](DataSet& r) { Lesion(r).SetString(tags::RelationshipType, "INFERRED FROM"); }},
      {"reference",
       [](DataSet& r) {
         Child(Lesion(r), concepts::kReferencedSegment).Erase(tags::ReferencedSOPSequence);
       }},
      {"source",
       [](DataSet& r) {
         Child(Lesion(r), concepts::kSourceImageForSegmentation)
             .Find(tags::ReferencedSOPSequence)
             ->items[0]
             .SetInt(tags::ReferencedFrameNumber, 2);
       }},
      {"graphic",
       [](DataSet& r) {
         AddToLesion(r, Region({1, 2, 3}));
       }},
      {"open-polygon",
       [](DataSet& r) {
         AddToLesion(r, Region({1, 1, 5, 1, 5, 5, 1, 4}));
       }},
      {"graphic",
       [](DataSet& r) {
         ContentItem region = Region({1, 1, 5, 1, 5, 5, 1, 1});
         region.children.clear();
         AddToLesion(r, region);
       }},
      {"frame-of-reference", [](DataSet& r) { AddToLesion(r, Point3d("2.25.96")); }},
      {"graphic", [](DataSet& r) { AddToLesion(r, Point3d("")); }},
      {"by-reference",
       [](DataSet& r) {
         DataSet& item = Lesion(r).AddItem(tags::ContentSequence);
         item.SetString(tags::RelationshipType, kContains);
         item.SetInts(tags::ReferencedContentItemIdentifier, {1, 99});
       }},
      {"text",
       [](DataSet& r) {
         Child(Lesion(r), concepts::kTrackingIdentifier).SetEmpty(tags::TextValue);
       }},
  };
}

// An object as other tools may send it, each fault planted in the sequence named.
DataSet& Planted(DataSet& report, dicom::Tag sequence) { return report.AddItem(sequence); }

void Verified(DataSet& report) {
  report.SetString(tags::VerificationFlag, "VERIFIED");
  DataSet& item = Planted(report, tags::VerifyingObserverSequence);
  item.SetString(tags::VerifyingObserverName, "A^B");
  item.SetString(tags::VerifyingOrganization, "C");
  item.SetString(tags::VerificationDateTime, "20200101");
}

ContentItem Times(Temporal temporal) {
  ContentItem item;
  item.type = ValueType::kTcoord;
  item.relationship = kContains;
  item.concept_name = concepts::kTemporalExtent;
  item.value = std::move(temporal);
  item.Add(Image(kSelectedFrom, std::nullopt, {"1.2.840.10008.5.1.4.1.1.2", "2.25.101", {}, {}}));
  return item;
}

std::vector<Mutation> ProvenanceMutations() {
  return {
      {"verification",
       [](DataSet& r) {
         Verified(r);
         r.Find(tags::VerifyingObserverSequence)->items[0].Erase(tags::VerifyingOrganization);
       }},
      {"verification",
       [](DataSet& r) {
         Verified(r);
         r.SetString(tags::CompletionFlag, "PARTIAL");
       }},
      {"participant",
       [](DataSet& r) {
         Planted(r, tags::ParticipantSequence).SetString(tags::ParticipationType, "SOURCE");
       }},
      {"participant",
       [](DataSet& r) {
         DataSet& item = Planted(r, tags::ParticipantSequence);
         item.SetString(tags::ParticipationType, "WATCHED");
         item.SetString(tags::ObserverType, "PSN");
         item.SetString(tags::PersonName, "A^B");
       }},
      {"participant",
       [](DataSet& r) { r.Find(tags::AuthorObserverSequence)->items[0].Erase(tags::PersonName); }},
      {"predecessor",
       [](DataSet& r) {
         DataSet& series =
             Planted(r, tags::PredecessorDocumentsSequence).AddItem(tags::ReferencedSeriesSequence);
         series.SetString(tags::SeriesInstanceUID, "2.25.6");
         series.AddItem(tags::ReferencedSOPSequence)
             .SetString(tags::ReferencedSOPInstanceUID, "2.25.7");
       }},
      {"equipment",
       [](DataSet& r) {
         Planted(r, tags::ContributingEquipmentSequence).SetString(tags::Manufacturer, "X");
       }},
      {"equipment",
       [](DataSet& r) {
         DataSet& item = Planted(r, tags::ContributingEquipmentSequence);
         item.SetString(tags::Manufacturer, "X");
         dicom::SetCode(item, tags::PurposeOfReferenceCodeSequence,
                        {"1630", "99IHE", "Processing Algorithm"});
       }},
      {"attribute", [](DataSet& r) { r.SetString(tags::ContentDate, "20201340"); }},
      {"attribute", [](DataSet& r) { r.SetString(tags::ContentTime, "25"); }},
      {"character-set", [](DataSet& r) { r.SetString(tags::PatientName, "M\xfcller"); }},
      {"pseudonym", [](DataSet& r) { r.Erase(tags::PatientIdentityRemoved); }},
      {"pseudonym",
       [](DataSet& r) { r.SetString(tags::ReferringPhysicianName, "Somebody^Known"); }},
      {"evidence",
       [](DataSet& r) {
         DataSet& series = r.Find(tags::CurrentRequestedProcedureEvidenceSequence)
                               ->items[0]
                               .Find(tags::ReferencedSeriesSequence)
                               ->items[0];
         const DataSet first = series.GetItems(tags::ReferencedSOPSequence)[0];
         series.AddItem(tags::ReferencedSOPSequence) = first;
       }},
  };
}

std::vector<Mutation> TemplateMutations() {
  return {
      {"row",
       [](DataSet& r) { AddToLesion(r, Coded(kContains, concepts::kFinding, concepts::kPerson)); }},
      {"row",
       [](DataSet& r) {
         Child(Lesion(r), concepts::kFinding).SetString(tags::RelationshipType, "HAS CONCEPT MOD");
       }},
      {"row",
       [](DataSet& r) { AddToLesion(r, Text(kHasConceptMod, concepts::kAlgorithmName, "net")); }},
      {"row",
       [](DataSet& r) {
         AddToLesion(r, Coded(kHasObsContext, concepts::kTimePointType, concepts::kPerson));
       }},
      {"row",
       [](DataSet& r) {
         WriteContent(Text(kHasConceptMod, concepts::kLanguage, "English"),
                      r.AddItem(tags::ContentSequence));
       }},
      {"row", [](DataSet& r) { Remove(r, concepts::kImagingMeasurements); }},
      {"template",
       [](DataSet& r) {
         At(r, {kMeasurements, 2})
             .Find(tags::ContentTemplateSequence)
             ->items[0]
             .SetString(tags::TemplateIdentifier, "1410");
       }},
      {"segment",
       [](DataSet& r) {
         Child(Lesion(r), concepts::kReferencedSegment)
             .Find(tags::ReferencedSOPSequence)
             ->items[0]
             .SetInt(tags::ReferencedFrameNumber, 1);
       }},
  };
}

std::vector<Mutation> ClassAndTimeMutations() {
  return {
      {"relationship",
       [](DataSet& r) { r.SetString(tags::SOPClassUID, "1.2.840.10008.5.1.4.1.1.88.11"); }},
      {"relationship",
       [](DataSet& r) {
         r.SetString(tags::SOPClassUID, kComprehensiveSr);
         AddToLesion(r, Point3d("2.25.3"));
       }},
      {"relationship",
       [](DataSet& r) {
         r.SetString(tags::SOPClassUID, kEnhancedSr);
         DataSet& item = Lesion(r).AddItem(tags::ContentSequence);
         item.SetString(tags::RelationshipType, kContains);
         item.SetInts(tags::ReferencedContentItemIdentifier, {1, 1});
       }},
      {"outside",
       [](DataSet& r) {
         AddToLesion(r, Region({1, 1, 8, 1, 8, 3, 1, 1}));
       }},
      {"temporal",
       [](DataSet& r) {
         AddToLesion(r, Times({"SEGMENT", {5}, {}, {}}));
       }},
      {"temporal",
       [](DataSet& r) {
         AddToLesion(r, Times({"SEGMENT", {5, 2}, {}, {}}));
       }},
      {"temporal",
       [](DataSet& r) {
         AddToLesion(r, Times({"WHILE", {5}, {}, {}}));
       }},
      {"by-reference",
       [](DataSet& r) {
         DataSet& item = Lesion(r).AddItem(tags::ContentSequence);
         item.SetString(tags::RelationshipType, kContains);
         item.SetInts(tags::ReferencedContentItemIdentifier,
                      {1, static_cast<int64_t>(kMeasurements), 1});
       }},
      {"number",
       [](DataSet& r) {
         Child(Lesion(r), concepts::kVolume).Find(tags::MeasuredValueSequence)->items.clear();
       }},
      {"number",
       [](DataSet& r) {
         Child(Lesion(r), concepts::kVolume)
             .Find(tags::MeasuredValueSequence)
             ->items[0]
             .SetDouble(tags::FloatingPointValue, 99);
       }},
  };
}

void ExpectFindings(const std::vector<Mutation>& mutations) {
  std::vector<DataSet> sources = Images();
  for (const DataSet& head : Segmentations()) sources.push_back(head);
  for (DataSet& head : sources) head.SetString(tags::PatientIdentityRemoved, "YES");
  for (size_t i = 0; i < mutations.size(); ++i) {
    DataSet report = TestReport();
    report.SetString(tags::PatientIdentityRemoved, "YES");
    mutations[i].spoil(report);
    std::string codes;
    bool found = false;
    for (const Finding& finding : Verify(report, &sources)) {
      codes += finding.code + ' ';
      found = found || finding.code == mutations[i].code;
      EXPECT_FALSE(finding.message.empty());
      EXPECT_EQ(finding.paragraph.find("PS3."), 0u);
    }
    EXPECT_TRUE(found) << "mutation " << i << " wants " << mutations[i].code << ", got " << codes;
  }
}

TEST(Verify, FindsEveryFaultOfTheDocument) { ExpectFindings(DocumentMutations()); }
TEST(Verify, FindsEveryFaultOfAGroup) { ExpectFindings(GroupMutations()); }
TEST(Verify, FindsEveryFaultOfTheTree) { ExpectFindings(ItemMutations()); }
TEST(Verify, FindsEveryFaultOfProvenance) { ExpectFindings(ProvenanceMutations()); }
TEST(Verify, FindsEveryFaultOfTheTemplates) { ExpectFindings(TemplateMutations()); }
TEST(Verify, FindsWhatTheClassForbidsAndTimesThatAreNone) {
  ExpectFindings(ClassAndTimeMutations());
}

TEST(Verify, AcceptsClosedRegionsAndPointsInTheSourcesSpace) {
  std::vector<DataSet> sources = Images();
  for (const DataSet& head : Segmentations()) sources.push_back(head);
  DataSet report = TestReport();
  AddToLesion(report, Region({1, 1, 5, 1, 5, 5, 1, 1}));
  AddToLesion(report, Point3d("2.25.3"));
  report.SetString(tags::SOPClassUID, kComprehensive3dSr);
  for (const Finding& finding : Verify(report, &sources)) ADD_FAILURE() << ToLine(finding);
}

TEST(Verify, SurvivesAnEmptyDataSet) { EXPECT_TRUE(HasErrors(Verify(DataSet()))); }

}  // namespace
}  // namespace glossator::sr
