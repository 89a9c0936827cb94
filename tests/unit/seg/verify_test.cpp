// SPDX-License-Identifier: GPL-3.0-or-later
// Deliberate damage, one kind at a time: each must be found, and nothing in what we write.
#include "seg/verify.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "dicom/code.h"
#include "dicom/io.h"
#include "tests/unit/seg/seg_fixtures.h"

namespace glossator::seg::test {
namespace {

Grid TestGrid() { return {4, 19, 31, {1, 0, 0, 0, 1, 0}, {-10, -20, 30}, {0, 0, 2.5}, 0.7, 0.8}; }

// Two round masks, one beside the other: smooth, as masks are.
Labels Discs(const Source& source) {
  Labels labels{static_cast<uint32_t>(source.frames.size()),
                source.rows,
                source.columns,
                LabelType::kUint8,
                {}};
  labels.bytes.resize(labels.view().bytes());
  for (uint32_t z = 0; z < labels.frames; ++z) {
    for (uint32_t y = 0; y < labels.rows; ++y) {
      for (uint32_t x = 0; x < labels.columns; ++x) {
        const int dy = static_cast<int>(y) - 9;
        const int dx = static_cast<int>(x) - 8;
        const int ex = static_cast<int>(x) - 22;
        uint8_t& value = labels.bytes[(size_t{z} * labels.rows + y) * labels.columns + x];
        if (dy * dy + dx * dx < 50) value = 1;
        if (dy * dy + ex * ex < 40 + static_cast<int>(z)) value = 2;
      }
    }
  }
  return labels;
}

Options FullOptions(Kind kind) {
  Options options;
  options.kind = kind;
  dicom::DataSet equipment;
  equipment.SetString(tags::Manufacturer, "Glossator");
  dicom::SetCode(equipment, tags::PurposeOfReferenceCodeSequence,
                 {"109103", "DCM", "Modifying Equipment"});
  options.contributing_equipment = {equipment};
  return options;
}

dicom::DataSet Good(const Source& source, Kind kind = Kind::kBinary) {
  const Labels labels = Discs(source);
  CountingUids uids;
  std::string bytes;
  std::vector<LabelVolume> layers{labels.view()};
  if (kind == Kind::kFractional) layers.push_back(labels.view());
  Encode(source, layers, Describe({1, 2}), NewIdentity(), FullOptions(kind), uids, Noon(),
         [&](std::string_view piece) { bytes.append(piece); });
  return dicom::ReadFile(std::string_view(bytes)).data_set;
}

std::vector<Finding> Judge(const dicom::DataSet& object, const Source* source) {
  return Verify(dicom::WriteFile(object, dicom::kExplicitLittleEndian), source);
}

bool Found(const std::vector<Finding>& findings, const std::string& code) {
  return std::any_of(findings.begin(), findings.end(),
                     [&](const Finding& finding) { return finding.code == code; });
}

std::string All(const std::vector<Finding>& findings) {
  std::string lines;
  for (const Finding& finding : findings) lines += ToLine(finding) + "\n";
  return lines;
}

using Object = dicom::DataSet;

Object& Frame(Object& object, size_t index) {
  return object.Find(tags::PerFrameFunctionalGroupsSequence)->items.at(index);
}
Object& In(Object& object, dicom::Tag sequence, size_t index = 0) {
  return object.Find(sequence)->items.at(index);
}
Object& Segment1(Object& object) { return In(object, tags::SegmentSequence); }
Object& SourceImage(Object& object, size_t frame) {
  return In(In(Frame(object, frame), tags::DerivationImageSequence), tags::SourceImageSequence);
}
std::string& Pixels(Object& object) { return object.Find(tags::PixelData)->value; }

struct Damage {
  const char* name;
  const char* code;
  std::function<void(Object&)> make;
};

void ReverseBits(Object& object) {
  for (char& c : Pixels(object)) {
    auto byte = static_cast<unsigned char>(c);
    unsigned reversed = 0;
    for (int i = 0; i < 8; ++i) reversed |= (byte >> i & 1u) << (7 - i);
    c = static_cast<char>(reversed);
  }
}

void SwapPositions(Object& object) {
  std::swap(Frame(object, 0).Find(tags::PlanePositionSequence)->items,
            Frame(object, 1).Find(tags::PlanePositionSequence)->items);
}

void SwapCategoryAndType(Object& object) {
  std::swap(Segment1(object).Find(tags::SegmentedPropertyCategoryCodeSequence)->items,
            Segment1(object).Find(tags::SegmentedPropertyTypeCodeSequence)->items);
}

std::vector<Damage> HeaderDamages() {
  return {
      {"another SOP class", "sop-class",
       [](Object& o) { o.SetString(tags::SOPClassUID, "1.2.840.10008.5.1.4.1.1.7"); }},
      {"LABELMAP in a Segmentation", "segmentation-type",
       [](Object& o) { o.SetString(tags::SegmentationType, "LABELMAP"); }},
      {"unknown segmentation type", "segmentation-type",
       [](Object& o) { o.SetString(tags::SegmentationType, "MASK"); }},
      {"modality of the source", "modality", [](Object& o) { o.SetString(tags::Modality, "CT"); }},
      {"no patient", "attribute-missing", [](Object& o) { o.Erase(tags::PatientID); }},
      {"no content label", "attribute-missing", [](Object& o) { o.Erase(tags::ContentLabel); }},
      {"empty serial number", "attribute-missing",
       [](Object& o) { o.SetEmpty(tags::DeviceSerialNumber); }},
      {"original image type", "image-type",
       [](Object& o) { o.SetString(tags::ImageType, "ORIGINAL\\PRIMARY"); }},
      {"lossy neither yes nor no", "lossy",
       [](Object& o) { o.SetString(tags::LossyImageCompression, "02"); }},
      {"bytes above ASCII without a set", "character-set",
       [](Object& o) { o.SetString(tags::SeriesDescription, "M\xFCller"); }},
      {"unknown character set", "character-set",
       [](Object& o) { o.SetString(tags::SpecificCharacterSet, "ISO_IR 999"); }},
      {"equipment without purpose", "contributing-equipment",
       [](Object& o) {
         In(o, tags::ContributingEquipmentSequence).Erase(tags::PurposeOfReferenceCodeSequence);
       }},
      {"a UID with a letter", "value",
       [](Object& o) { o.SetString(tags::DimensionOrganizationUID, "1.2.x"); }},
      {"a date with dashes", "value",
       [](Object& o) { o.SetString(tags::ContentDate, "2024-01-02"); }},
      {"series of the source", "series-reused",
       [](Object& o) { o.SetString(tags::SeriesInstanceUID, "1.2.3.2"); }},
      {"another study", "study", [](Object& o) { o.SetString(tags::StudyInstanceUID, "1.9"); }},
      {"another patient", "patient", [](Object& o) { o.SetString(tags::PatientID, "P-2"); }},
      {"frame of reference of something else", "frame-of-reference",
       [](Object& o) { o.SetString(tags::FrameOfReferenceUID, "1.2.3.9"); }},
      {"no frame of reference", "frame-of-reference",
       [](Object& o) { o.Erase(tags::FrameOfReferenceUID); }},
  };
}

std::vector<Damage> PixelDamages() {
  return {
      {"reversed bits", "bit-order", ReverseBits},
      {"high bit 1", "pixel-format", [](Object& o) { o.SetInt(tags::HighBit, 1); }},
      {"eight bits stored", "pixel-format", [](Object& o) { o.SetInt(tags::BitsStored, 8); }},
      {"signed", "pixel-format", [](Object& o) { o.SetInt(tags::PixelRepresentation, 1); }},
      {"inverted", "pixel-format",
       [](Object& o) { o.SetString(tags::PhotometricInterpretation, "MONOCHROME1"); }},
      {"cut off", "pixel-length", [](Object& o) { Pixels(o).resize(Pixels(o).size() - 2); }},
      {"padded frames", "pixel-length", [](Object& o) { Pixels(o).append(8, '\0'); }},
      {"bits behind the end", "pixel-padding", [](Object& o) { Pixels(o).back() = '\x80'; }},
      {"no pixels", "pixel-missing", [](Object& o) { o.Erase(tags::PixelData); }},
      {"more frames than groups", "frame-count",
       [](Object& o) { o.SetInt(tags::NumberOfFrames, 9); }},
  };
}

std::vector<Damage> SegmentDamages() {
  return {
      {"number 0", "segment-number", [](Object& o) { Segment1(o).SetInt(tags::SegmentNumber, 0); }},
      {"number twice", "segment-number",
       [](Object& o) { Segment1(o).SetInt(tags::SegmentNumber, 2); }},
      {"a gap in the numbers", "segment-number",
       [](Object& o) { In(o, tags::SegmentSequence, 1).SetInt(tags::SegmentNumber, 5); }},
      {"no label", "segment-label", [](Object& o) { Segment1(o).Erase(tags::SegmentLabel); }},
      {"algorithm type", "segment-algorithm",
       [](Object& o) { Segment1(o).SetString(tags::SegmentAlgorithmType, "MAGIC"); }},
      {"automatic without name", "segment-algorithm",
       [](Object& o) { Segment1(o).SetString(tags::SegmentAlgorithmType, "AUTOMATIC"); }},
      {"no category", "segment-property",
       [](Object& o) { Segment1(o).Erase(tags::SegmentedPropertyCategoryCodeSequence); }},
      {"category and type swapped", "code-use", SwapCategoryAndType},
      {"meaning of another code", "code-meaning",
       [](Object& o) {
         In(Segment1(o), tags::SegmentedPropertyTypeCodeSequence)
             .SetString(tags::CodeMeaning, "Spleen");
       }},
      {"no meaning", "code-incomplete",
       [](Object& o) {
         In(Segment1(o), tags::SegmentedPropertyTypeCodeSequence).Erase(tags::CodeMeaning);
       }},
      {"private scheme", "scheme-undeclared",
       [](Object& o) {
         In(Segment1(o), tags::SegmentedPropertyTypeCodeSequence)
             .SetString(tags::CodingSchemeDesignator, "99LAB");
       }},
      {"retired code", "code-retired",
       [](Object& o) {
         dicom::SetCode(Segment1(o), tags::SegmentedPropertyTypeCodeSequence,
                        {"T-62000", "SRT", "Liver"});
       }},
      {"tracking without UID", "tracking-pair",
       [](Object& o) { Segment1(o).Erase(tags::TrackingUID); }},
      {"one tracking UID for two", "tracking-unique",
       [](Object& o) {
         Segment1(o).SetString(tags::TrackingUID,
                               In(o, tags::SegmentSequence, 1).GetString(tags::TrackingUID));
       }},
      {"two color values", "color",
       [](Object& o) {
         Segment1(o).SetInts(tags::RecommendedDisplayCIELabValue, {1, 2});
       }},
      {"overlap denied", "segments-overlap",
       [](Object& o) {
         // The second segment's first frame becomes a copy of the first segment's.
         const size_t half = Pixels(o).size() / 2;
         Pixels(o).replace(half - half % 2, 100, Pixels(o), 0, 100);
         std::fill(Pixels(o).begin(), Pixels(o).end() - 2, '\xFF');
       }},
      {"overlap neither yes nor no", "segments-overlap",
       [](Object& o) { o.SetString(tags::SegmentsOverlap, "MAYBE"); }},
  };
}

std::vector<Damage> FrameDamages() {
  return {
      {"a segment that is not there", "frame-segment",
       [](Object& o) {
         In(Frame(o, 0), tags::SegmentIdentificationSequence)
             .SetInt(tags::ReferencedSegmentNumber, 7);
       }},
      {"no segment", "frame-segment",
       [](Object& o) { Frame(o, 0).Erase(tags::SegmentIdentificationSequence); }},
      {"groups in both places", "group-twice",
       [](Object& o) {
         const auto shared = In(o, tags::SharedFunctionalGroupsSequence);
         Frame(o, 0).Put(*shared.Find(tags::PlaneOrientationSequence));
       }},
      {"no position", "plane-missing",
       [](Object& o) { Frame(o, 2).Erase(tags::PlanePositionSequence); }},
      {"no orientation", "plane-missing",
       [](Object& o) {
         In(o, tags::SharedFunctionalGroupsSequence).Erase(tags::PlaneOrientationSequence);
       }},
      {"a shared position", "plane-shared",
       [](Object& o) {
         auto& shared = In(o, tags::SharedFunctionalGroupsSequence);
         shared.Put(*Frame(o, 0).Find(tags::PlanePositionSequence));
       }},
      {"negative spacing", "pixel-measures",
       [](Object& o) {
         In(In(o, tags::SharedFunctionalGroupsSequence), tags::PixelMeasuresSequence)
             .SetDouble(tags::SpacingBetweenSlices, -2.5);
       }},
      {"crooked directions", "orientation",
       [](Object& o) {
         In(In(o, tags::SharedFunctionalGroupsSequence), tags::PlaneOrientationSequence)
             .SetDoubles(tags::ImageOrientationPatient, {1, 0, 0, 1, 0, 0});
       }},
      {"swapped frames", "frame-geometry", SwapPositions},
      {"a frame shifted in the plane", "frame-geometry",
       [](Object& o) {
         In(Frame(o, 1), tags::PlanePositionSequence)
             .SetDoubles(tags::ImagePositionPatient, {-9, -20, 32.5});
       }},
      {"spacing of another image", "frame-geometry",
       [](Object& o) {
         In(In(o, tags::SharedFunctionalGroupsSequence), tags::PixelMeasuresSequence)
             .SetDoubles(tags::PixelSpacing, {0.8, 0.7});
       }},
      {"the same frame twice", "frame-twice", [](Object& o) { Frame(o, 1) = Frame(o, 0); }},
  };
}

std::vector<Damage> ReferenceDamages() {
  return {
      {"no derivation code", "derivation",
       [](Object& o) {
         In(Frame(o, 0), tags::DerivationImageSequence).Erase(tags::DerivationCodeSequence);
       }},
      {"no purpose", "derivation",
       [](Object& o) { SourceImage(o, 0).Erase(tags::PurposeOfReferenceCodeSequence); }},
      {"an image of elsewhere", "reference-unknown",
       [](Object& o) { SourceImage(o, 0).SetString(tags::ReferencedSOPInstanceUID, "1.2.9"); }},
      {"a frame that is not there", "reference-unknown",
       [](Object& o) { SourceImage(o, 0).SetInt(tags::ReferencedFrameNumber, 3); }},
      {"another class", "reference-class",
       [](Object& o) {
         SourceImage(o, 0).SetString(tags::ReferencedSOPClassUID, "1.2.840.10008.5.1.4.1.1.4");
       }},
      {"no referenced series", "reference-missing",
       [](Object& o) { o.Erase(tags::ReferencedSeriesSequence); }},
      {"an image left out", "reference-incomplete",
       [](Object& o) {
         auto& series = In(o, tags::ReferencedSeriesSequence);
         series.Find(tags::ReferencedInstanceSequence)->items.pop_back();
       }},
      {"another series listed", "reference-series",
       [](Object& o) {
         In(o, tags::ReferencedSeriesSequence).SetString(tags::SeriesInstanceUID, "1.2.77");
       }},
  };
}

std::vector<Damage> DimensionDamages() {
  return {
      {"index values from 0", "dimension-values",
       [](Object& o) {
         In(Frame(o, 0), tags::FrameContentSequence).SetInts(tags::DimensionIndexValues, {1, 0});
       }},
      {"one index value too few", "dimension-values",
       [](Object& o) {
         In(Frame(o, 0), tags::FrameContentSequence).SetInts(tags::DimensionIndexValues, {1});
       }},
      {"index values twice", "dimension-unique",
       [](Object& o) {
         In(Frame(o, 1), tags::FrameContentSequence).SetInts(tags::DimensionIndexValues, {1, 1});
       }},
      {"index of another position", "dimension-meaning",
       [](Object& o) {
         In(Frame(o, 1), tags::FrameContentSequence).SetInts(tags::DimensionIndexValues, {1, 9});
         In(Frame(o, 5), tags::FrameContentSequence).SetInts(tags::DimensionIndexValues, {2, 8});
       }},
      {"an organization that is not declared", "dimension",
       [](Object& o) {
         In(o, tags::DimensionIndexSequence).SetString(tags::DimensionOrganizationUID, "1.5");
       }},
  };
}

TEST(Verifier, FindsNothingInWhatWeWrite) {
  for (const Kind kind : {Kind::kBinary, Kind::kFractional, Kind::kLabelMap}) {
    for (const Source& source : {Volume(TestGrid()), Projection(19, 31, 4)}) {
      const auto findings = Judge(Good(source, kind), &source);
      EXPECT_TRUE(findings.empty()) << All(findings);
    }
  }
}

class VerifierDamage : public testing::TestWithParam<Damage> {};

TEST_P(VerifierDamage, IsFound) {
  const Source source = Volume(TestGrid());
  dicom::DataSet object = Good(source);
  GetParam().make(object);
  const auto findings = Judge(object, &source);
  EXPECT_TRUE(Found(findings, GetParam().code)) << GetParam().name << "\n" << All(findings);
}

std::string NameOf(const testing::TestParamInfo<Damage>& info) {
  std::string name;
  for (const char c : std::string(info.param.name)) {
    if (c >= 'A' && (c <= 'Z' || (c >= 'a' && c <= 'z'))) name += c;
    if (c == ' ') name += '_';
    if (c >= '0' && c <= '9') name += c;
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Header, VerifierDamage, testing::ValuesIn(HeaderDamages()), NameOf);
INSTANTIATE_TEST_SUITE_P(Pixels, VerifierDamage, testing::ValuesIn(PixelDamages()), NameOf);
INSTANTIATE_TEST_SUITE_P(Segments, VerifierDamage, testing::ValuesIn(SegmentDamages()), NameOf);
INSTANTIATE_TEST_SUITE_P(References, VerifierDamage, testing::ValuesIn(ReferenceDamages()), NameOf);
INSTANTIATE_TEST_SUITE_P(Dimensions, VerifierDamage, testing::ValuesIn(DimensionDamages()), NameOf);
INSTANTIATE_TEST_SUITE_P(Frames, VerifierDamage, testing::ValuesIn(FrameDamages()), NameOf);

TEST(Verifier, FindsDamageOfTheOtherKinds) {
  const Source source = Volume(TestGrid());
  dicom::DataSet fractional = Good(source, Kind::kFractional);
  fractional.SetInt(tags::MaximumFractionalValue, 1);
  EXPECT_TRUE(Found(Judge(fractional, &source), "pixel-range"));
  fractional.Erase(tags::SegmentationFractionalType);
  EXPECT_TRUE(Found(Judge(fractional, &source), "fractional"));
  dicom::DataSet label_map = Good(source, Kind::kLabelMap);
  label_map.Find(tags::SegmentSequence)->items.pop_back();
  EXPECT_TRUE(Found(Judge(label_map, &source), "label-without-segment"));
  label_map.SetString(tags::SegmentsOverlap, "YES");
  EXPECT_TRUE(Found(Judge(label_map, &source), "segments-overlap"));
}

// Compressed pixels were not looked at.
TEST(Verifier, LooksIntoCompressedFrames) {
  const Source source = Volume(TestGrid());
  for (const Compression compression :
       {Compression::kRle, Compression::kJpegLs, Compression::kDeflatedFrame}) {
    Options options;
    options.kind = Kind::kLabelMap;
    options.compression = compression;
    const Labels labels = Noise(source, {1, 2}, LabelType::kUint8);
    const std::string bytes = EncodeOne(source, labels, Describe({1, 2}), options);
    EXPECT_TRUE(Verify(bytes, &source).empty()) << All(Verify(bytes, &source));
    dicom::File file = dicom::ReadFile(std::string_view(bytes));
    file.data_set.Find(tags::SegmentSequence)->items.pop_back();
    const std::string without = dicom::WriteFile(file.data_set, *file.syntax);
    EXPECT_TRUE(Found(Verify(without, &source), "label-without-segment"));
    file.data_set.Find(tags::PixelData)->fragments.at(1) = std::string(2, '\x7F');
    const std::string broken = dicom::WriteFile(file.data_set, *file.syntax);
    EXPECT_TRUE(Found(Verify(broken, &source), "pixel-compressed"));
  }
}

TEST(Verifier, WantsPseudonymousUidsWhereTheImagesHaveThem) {
  std::vector<dicom::DataSet> heads;
  for (int i = 0; i < 3; ++i) {
    heads.push_back(VolumeHead(TestGrid(), i));
    for (const dicom::Tag tag : {tags::SOPInstanceUID, tags::StudyInstanceUID,
                                 tags::SeriesInstanceUID, tags::FrameOfReferenceUID}) {
      heads.back().SetString(tag, "2.25." + heads.back().GetString(tag).substr(2));
    }
  }
  const Source source = MakeSource(heads);
  dicom::DataSet object = Good(source);
  object.SetString(tags::SOPInstanceUID, "2.25.1");
  object.SetString(tags::SeriesInstanceUID, "2.25.2");
  EXPECT_FALSE(Found(Judge(object, &source), "uid-not-pseudonymous"))
      << All(Judge(object, &source));
  Segment1(object).SetString(tags::TrackingUID, "1.2.826.0.1.3680043.9.1");
  EXPECT_TRUE(Found(Judge(object, &source), "uid-not-pseudonymous"));
  EXPECT_FALSE(Found(Judge(object, nullptr), "uid-not-pseudonymous"));
}

TEST(Verifier, CarriesLossOfTheSourceOn) {
  dicom::DataSet head = VolumeHead(TestGrid(), 0);
  head.SetString(tags::LossyImageCompression, "01");
  head.SetString(tags::LossyImageCompressionRatio, "10");
  head.SetString(tags::LossyImageCompressionMethod, "ISO_10918_1");
  const Source source = MakeSource({head});
  dicom::DataSet object = Good(source);
  EXPECT_TRUE(Judge(object, &source).empty()) << All(Judge(object, &source));
  object.SetString(tags::LossyImageCompression, "00");
  EXPECT_TRUE(Found(Judge(object, &source), "lossy"));
}

TEST(Verifier, WantsTheFrameOfAMultiFrameSource) {
  dicom::DataSet head = Head("1.2.840.10008.5.1.4.1.1.3.1", 19, 31, 1);
  head.SetInt(tags::NumberOfFrames, 4);
  const Source source = MakeSource({head});
  dicom::DataSet object = Good(source);
  EXPECT_TRUE(Judge(object, &source).empty()) << All(Judge(object, &source));
  SourceImage(object, 1).Erase(tags::ReferencedFrameNumber);
  EXPECT_TRUE(Found(Judge(object, &source), "reference-frame"));
}

TEST(Verifier, CallsAnyOtherBytesUnreadable) {
  EXPECT_TRUE(Found(Verify("no DICOM at all"), "unreadable"));
  EXPECT_TRUE(Found(Verify(""), "unreadable"));
}

TEST(Verifier, ComparesTextAndNotBytesOfAnotherCharacterSet) {
  dicom::DataSet head = VolumeHead(TestGrid(), 0);
  head.SetString(tags::SpecificCharacterSet, "ISO_IR 100");
  head.SetString(tags::PatientName, "M\xFCller");
  const Source source = MakeSource({head});
  dicom::DataSet object = Good(source);
  EXPECT_TRUE(Judge(object, &source).empty());
  object.SetString(tags::SpecificCharacterSet, "ISO_IR 192");
  object.SetString(tags::PatientName, "M\xC3\xBCller");
  EXPECT_TRUE(Judge(object, &source).empty()) << All(Judge(object, &source));
}

}  // namespace
}  // namespace glossator::seg::test
