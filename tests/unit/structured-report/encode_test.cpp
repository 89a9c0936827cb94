// SPDX-License-Identifier: GPL-3.0-or-later
#include "structured-report/encode.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "dicom/error.h"
#include "dicom/io.h"
#include "structured-report/concepts.h"
#include "structured-report/decode.h"
#include "structured-report/render.h"
#include "structured-report/verify.h"
#include "tests/unit/structured-report/fixtures.h"

namespace glossator::sr {
namespace {

namespace tags = dicom::tags;

std::string Golden() {
  std::ifstream stream(GLOSSATOR_SOURCE_DIR "/tests/unit/structured-report/golden.dcm",
                       std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(MeasurementReport, IsTheGoldenObjectByteForByte) {
  const std::string bytes = dicom::WriteFile(TestReport(), dicom::kExplicitLittleEndian);
  if (bytes != Golden()) {
    const std::string made = std::string(GLOSSATOR_BINARY_DIR) + "/golden_structured_report.dcm";
    std::ofstream(made, std::ios::binary) << bytes;
    FAIL() << "differs from golden.dcm; what was made is in " << made;
  }
}

TEST(MeasurementReport, ReadsBackAsItWasDescribed) {
  const Report report = Decode(TestReport());
  ReportDescription expected = Findings3();
  EXPECT_EQ(report.description, expected);
  EXPECT_EQ(report.completion, "COMPLETE");
  EXPECT_EQ(report.verification, "UNVERIFIED");
  EXPECT_EQ(report.study_instance_uid, "2.25.1");
  EXPECT_EQ(report.series_description, "RESEARCH - not for diagnosis");
}

TEST(MeasurementReport, SurvivesEveryTransferSyntaxOfText) {
  const dicom::DataSet report = TestReport();
  for (const dicom::TransferSyntax* syntax :
       {&dicom::kImplicitLittleEndian, &dicom::kExplicitBigEndian,
        &dicom::kDeflatedExplicitLittleEndian}) {
    const auto again = dicom::Read(dicom::Write(report, *syntax), *syntax);
    EXPECT_EQ(Decode(again).description, Findings3()) << syntax->uid;
  }
}

TEST(MeasurementReport, HasNoFindingsAgainstItsSources) {
  std::vector<dicom::DataSet> sources = Images();
  for (const dicom::DataSet& head : Segmentations()) sources.push_back(head);
  for (const Finding& finding : Verify(TestReport(), &sources)) ADD_FAILURE() << ToLine(finding);
}

TEST(MeasurementReport, IsComprehensiveUntilSomethingIsInSpace) {
  EXPECT_EQ(TestReport().GetString(tags::SOPClassUID), kComprehensiveSr);
  ReportDescription description = Findings3();
  description.groups[1].regions = {{"POINT", {1, 2, 3}, std::nullopt, "2.25.3"}};
  const auto in_space = Encode(description, Images(), Segmentations(), TestIdentity(), TestTime());
  EXPECT_EQ(in_space.GetString(tags::SOPClassUID), kComprehensive3dSr);
  description = Findings3();
  description.document = "COMPREHENSIVE_3D";  // whoever asks for it gets it, and reads it back
  const auto asked = Encode(description, Images(), Segmentations(), TestIdentity(), TestTime());
  EXPECT_EQ(asked.GetString(tags::SOPClassUID), kComprehensive3dSr);
  EXPECT_EQ(Decode(asked).description.document, "COMPREHENSIVE_3D");
}

TEST(MeasurementReport, KeepsEverySiteOfAFinding) {
  ReportDescription description = Findings3();
  description.groups[0].more_sites = {
      {{"59441001", "SCT", "Lymph node"}, Code{"24028007", "SCT", "Right"}, std::nullopt},
      {{"39607008", "SCT", "Lung"}, std::nullopt, Code{"261183002", "SCT", "Upper"}}};
  const auto report = Encode(description, Images(), Segmentations(), TestIdentity(), TestTime());
  EXPECT_EQ(Decode(report).description.groups[0].more_sites, description.groups[0].more_sites);
  description.groups[0].site.reset();
  description.groups[0].laterality.reset();
  EXPECT_THROW(Encode(description, Images(), Segmentations(), TestIdentity(), TestTime()), Error);
}

// TID 1604: what all images share stands with the group, the rest with each image.
TEST(MeasurementReport, SaysWhereEachImageIs) {
  std::vector<dicom::DataSet> images = Images();
  for (size_t i = 0; i < images.size(); ++i) {
    images[i].SetDoubles(tags::ImagePositionPatient, {-10, 20.5, 2.5 * static_cast<double>(i)});
    images[i].SetDoubles(tags::ImageOrientationPatient, {1, 0, 0, 0, 0.8, -0.6});
  }
  const ContentItem root =
      ReadContent(Encode(Findings3(), images, Segmentations(), TestIdentity(), TestTime()));
  const ContentItem& group = root.Child(concepts::kImageLibrary)->children.at(0);
  EXPECT_EQ(group.Child(concepts::kPositionY)->number()->value, "20.5");
  EXPECT_EQ(group.Child(concepts::kPositionZ), nullptr);
  EXPECT_EQ(group.Child(concepts::kColumnZ)->number()->value, "-0.6");
  EXPECT_EQ(group.Child(concepts::kColumnZ)->number()->unit->value, "{-1:1}");
  std::vector<std::string> heights;
  for (const ContentItem& child : group.children) {
    if (child.type != ValueType::kImage) continue;
    heights.push_back(child.Child(concepts::kPositionZ)->number()->value);
  }
  EXPECT_EQ(heights, (std::vector<std::string>{"0", "2.5", "5"}));
}

TEST(MeasurementReport, ListsEveryReferencedInstanceAsEvidence) {
  const dicom::DataSet report = TestReport();
  const dicom::DataSet* study = report.FirstItem(tags::CurrentRequestedProcedureEvidenceSequence);
  ASSERT_NE(study, nullptr);
  const auto& series = study->GetItems(tags::ReferencedSeriesSequence);
  ASSERT_EQ(series.size(), 2u);
  EXPECT_EQ(series[0].GetItems(tags::ReferencedSOPSequence).size(), 3u);
  EXPECT_EQ(
      series[1].FirstItem(tags::ReferencedSOPSequence)->GetString(tags::ReferencedSOPInstanceUID),
      kSegUid);
  EXPECT_FALSE(report.Has(tags::PertinentOtherEvidenceSequence));
}

TEST(MeasurementReport, ListsInstancesOfAnotherStudyAsOtherEvidence) {
  std::vector<dicom::DataSet> segmentations = Segmentations();
  segmentations[0].SetString(tags::StudyInstanceUID, "2.25.99");
  const dicom::DataSet report =
      Encode(Findings3(), Images(), segmentations, TestIdentity(), TestTime());
  EXPECT_EQ(report.GetItems(tags::PertinentOtherEvidenceSequence).size(), 1u);
}

TEST(MeasurementReport, NamesItsPrivateSchemeAndDeclaresUtf8OnlyWhenNeeded) {
  const dicom::DataSet report = TestReport();
  EXPECT_EQ(report.FirstItem(tags::CodingSchemeIdentificationSequence)
                ->GetString(tags::CodingSchemeDesignator),
            "99GLOSSATOR");
  EXPECT_EQ(report.GetString(tags::SpecificCharacterSet), "ISO_IR 192");
  ReportDescription plain = Findings3();
  plain.groups.erase(plain.groups.begin());
  const dicom::DataSet ascii = Encode(plain, Images(), Segmentations(), TestIdentity(), TestTime());
  EXPECT_FALSE(ascii.Has(tags::SpecificCharacterSet));
  EXPECT_FALSE(ascii.Has(tags::CodingSchemeIdentificationSequence));
}

TEST(MeasurementReport, KeepsTheSourcesCharacterSetWhenItCanSayAll) {
  std::vector<dicom::DataSet> images = Images();
  images[0].SetString(tags::SpecificCharacterSet, "ISO_IR 100");
  images[0].SetString(tags::PatientName, "M\xfcller");
  const dicom::DataSet report =
      Encode(Findings3(), images, Segmentations(), TestIdentity(), TestTime());
  EXPECT_EQ(report.GetString(tags::SpecificCharacterSet), "ISO_IR 100");
  EXPECT_EQ(report.GetString(tags::PatientName), "M\xfcller");
  images[0].SetString(tags::SpecificCharacterSet, "ISO_IR 144");
  images[0].SetString(tags::PatientName, "\xbb");
  const dicom::DataSet mixed =
      Encode(Findings3(), images, Segmentations(), TestIdentity(), TestTime());
  EXPECT_EQ(mixed.GetString(tags::SpecificCharacterSet), "ISO_IR 192");
  EXPECT_EQ(mixed.GetString(tags::PatientName), "Л");
  EXPECT_EQ(Decode(mixed).description, Findings3());
}

TEST(MeasurementReport, TakesWhatTheCallerAddsLast) {
  Identity identity = TestIdentity();
  identity.extra.SetString(tags::ContentQualification, "RESEARCH");
  identity.extra.SetEmpty(tags::StudyDescription);
  identity.contributing_equipment.emplace_back().SetString(tags::Manufacturer, "Maker");
  const dicom::DataSet report =
      Encode(Findings3(), Images(), Segmentations(), identity, TestTime());
  EXPECT_EQ(report.GetString(tags::ContentQualification), "RESEARCH");
  EXPECT_EQ(report.GetItems(tags::ContributingEquipmentSequence).size(), 1u);
}

struct Refused {
  const char* where;
  void (*spoil)(ReportDescription&);
};

TEST(MeasurementReport, RefusesEveryFaultByPlace) {
  const Refused cases[] = {
      {"observer", [](ReportDescription& d) { d.person.reset(), d.device.reset(); }},
      {"device.uid", [](ReportDescription& d) { d.device->uid = "1.02"; }},
      {"person.name", [](ReportDescription& d) { d.person->name = std::string(65, 'x'); }},
      {"groups[0]: no tracking",
       [](ReportDescription& d) { d.groups[0].tracking_identifier = ""; }},
      {"groups[1].tracking_uid",
       [](ReportDescription& d) { d.groups[1].tracking_uid = "2.25.11"; }},
      {"groups[0].segment", [](ReportDescription& d) { d.groups[0].segment->number = 2; }},
      {"groups[0].segment",
       [](ReportDescription& d) { d.groups[0].segment->sop_instance_uid = "2.25.404"; }},
      {"groups[1].images", [](ReportDescription& d) { d.groups[1].images = {{"2.25.404"}}; }},
      {"groups[1].images", [](ReportDescription& d) { d.groups[1].images[0].frames = {2}; }},
      {"groups[0].measurements[0].unit",
       [](ReportDescription& d) { d.groups[0].measurements[0].unit.value = "sqmm"; }},
      {"groups[0].measurements[0].value",
       [](ReportDescription& d) { d.groups[0].measurements[0].value = 0.0 / 0.0; }},
      {"groups[0].finding", [](ReportDescription& d) { d.groups[0].finding->meaning = ""; }},
      {"groups[0]: a laterality", [](ReportDescription& d) { d.groups[0].site.reset(); }},
  };
  for (const Refused& refused : cases) {
    ReportDescription description = Findings3();
    refused.spoil(description);
    try {
      Encode(description, Images(), Segmentations(), TestIdentity(), TestTime());
      ADD_FAILURE() << refused.where;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kInvalid);
      EXPECT_NE(std::string(error.what()).find(refused.where), std::string::npos) << error.what();
    }
  }
}

TEST(MeasurementReport, RefusesSourcesOfSeveralStudiesOrNone) {
  EXPECT_THROW(Encode(Findings3(), {}, {}, TestIdentity(), TestTime()), Error);
  std::vector<dicom::DataSet> images = Images();
  images[2].SetString(tags::StudyInstanceUID, "2.25.98");
  EXPECT_THROW(Encode(Findings3(), images, Segmentations(), TestIdentity(), TestTime()), Error);
  EXPECT_THROW(Encode(Findings3(), Images(), Images(), TestIdentity(), TestTime()), Error);
}

TEST(Decode, RefusesWhatIsNoMeasurementReport) {
  EXPECT_THROW(Decode(Images()[0]), Error);
  dicom::DataSet report = TestReport();
  dicom::SetCode(report, tags::ConceptNameCodeSequence, {"121144", "DCM", "Document Title"});
  try {
    Decode(report);
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUnsupported);
  }
}

TEST(Render, EscapesEveryText) {
  ReportDescription description = Findings3();
  description.groups[0].tracking_identifier = "<script>alert('x')</script> & \"more\"";
  const std::string html =
      RenderHtml(Encode(description, Images(), Segmentations(), TestIdentity(), TestTime()));
  EXPECT_EQ(html.find("<script"), html.npos);
  EXPECT_NE(html.find("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;more&quot;"),
            html.npos);
  EXPECT_NE(html.find("1234.5 mm3"), html.npos);
  EXPECT_NE(html.find("segment 1"), html.npos);
}

TEST(Content, KeepsEveryValueTypeThroughADataSet) {
  ContentItem root = Container("", concepts::kImagingMeasurementReport, "1500");
  const Code name{"1", "99X", "Name"};
  const auto add = [&](ValueType type, auto value) {
    ContentItem item;
    item.type = type;
    item.relationship = kContains;
    item.concept_name = name;
    item.value = value;
    root.Add(item);
  };
  add(ValueType::kText, std::string("text"));
  add(ValueType::kCode, name);
  add(ValueType::kNum, Number{"1.5", name, std::nullopt});
  add(ValueType::kNum, Number{"", std::nullopt, name});
  add(ValueType::kUidRef, std::string("2.25.1"));
  add(ValueType::kPName, std::string("A^B"));
  add(ValueType::kDateTime, std::string("20200101120000"));
  add(ValueType::kDate, std::string("20200101"));
  add(ValueType::kTime, std::string("120000"));
  add(ValueType::kImage, Reference{"1.2", "1.3", {1, 2}, {3}});
  add(ValueType::kComposite, Reference{"1.2", "1.3", {}, {}});
  add(ValueType::kWaveform, Reference{"1.2", "1.3", {}, {}});
  add(ValueType::kScoord, Graphic{"CIRCLE", {1, 2, 3, 4.5}, ""});
  add(ValueType::kScoord3d, Graphic{"POINT", {1, 2, 3.5}, "2.25.3"});
  add(ValueType::kTcoord, Temporal{"SEGMENT", {1, 9}, {0.5}, {"20200101"}});
  add(ValueType::kContainer, std::monostate());
  root.children.back().continuity = "SEPARATE";
  dicom::DataSet data_set;
  WriteContent(root, data_set);
  EXPECT_EQ(ReadContent(data_set), root);
}

}  // namespace
}  // namespace glossator::sr
