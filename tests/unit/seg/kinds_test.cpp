// SPDX-License-Identifier: GPL-3.0-or-later
// Palettes, compressed frames, slides, splitting, resampling, and who had a part.
#include <gtest/gtest.h>

#include <fstream>
#include <limits>

#include "dicom/io.h"
#include "dicom/json.h"
#include "seg/convert.h"
#include "seg/file_sink.h"
#include "seg/gzip.h"
#include "seg/load_labels.h"
#include "seg/slide.h"
#include "seg/split.h"
#include "seg/verify.h"
#include "seg/volume_file.h"
#include "seg/write_decoded.h"
#include "tests/unit/seg/seg_fixtures.h"

namespace glossator::seg::test {
namespace {

std::string EncodeLayers(const Source& source, const std::vector<LabelVolume>& layers,
                         const Description& description, const Options& options) {
  CountingUids uids;
  std::string bytes;
  Encode(source, layers, description, NewIdentity(), options, uids, Noon(),
         [&](std::string_view piece) { bytes.append(piece); });
  return bytes;
}

void ExpectNoFindings(const std::string& bytes, const Source& source) {
  for (const Finding& finding : Verify(bytes, &source)) ADD_FAILURE() << ToLine(finding);
}

// Blocks compress, noise does not: both are tried.
Labels Blocks(const Source& source, const std::vector<uint16_t>& labels, LabelType type) {
  Labels made = Noise(source, labels, type);
  for (size_t i = 0; i < made.view().voxels() / 2; ++i) {
    const uint16_t value = i % 97 < 40 ? labels[0] : uint16_t{0};
    if (type == LabelType::kUint8) made.bytes[i] = static_cast<uint8_t>(value);
    if (type == LabelType::kUint16) reinterpret_cast<uint16_t*>(made.bytes.data())[i] = value;
  }
  return made;
}

struct Packed {
  Kind kind;
  Compression compression;
  std::vector<uint16_t> labels;
  const char* syntax;
};

TEST(CompressedFrames, ComeBackVoxelByVoxelInAllSizes) {
  const Packed cases[] = {
      {Kind::kBinary, Compression::kDeflatedFrame, {1, 2}, "1.2.840.10008.1.2.8.1"},
      {Kind::kLabelMap, Compression::kRle, {1, 200}, "1.2.840.10008.1.2.5"},
      {Kind::kLabelMap, Compression::kRle, {1, 40000}, "1.2.840.10008.1.2.5"},
      {Kind::kLabelMap, Compression::kJpegLs, {1, 200}, "1.2.840.10008.1.2.4.80"},
      {Kind::kLabelMap, Compression::kJpegLs, {1, 40000}, "1.2.840.10008.1.2.4.80"},
      {Kind::kLabelMap, Compression::kDeflatedFrame, {1, 40000}, "1.2.840.10008.1.2.8.1"},
  };
  for (const Packed& one : cases) {
    for (uint32_t size = 1; size <= 40; size += 3) {
      const Source source = Volume({3, size, 41 - size});
      Options options;
      options.kind = one.kind;
      options.compression = one.compression;
      const Labels labels = Blocks(source, one.labels, LabelType::kUint16);
      const std::string bytes = EncodeOne(source, labels, Describe(one.labels), options);
      EXPECT_EQ(dicom::ReadFile(std::string_view(bytes)).syntax->uid, one.syntax);
      const Labels back = Decode(Read(bytes), source);
      for (size_t i = 0; i < labels.view().voxels(); ++i) {
        const uint16_t label = labels.view().At(i);
        const auto number = one.kind == Kind::kLabelMap ? label : (label == 0 ? 0 : label);
        ASSERT_EQ(back.view().At(i), number) << one.syntax << " " << size << " voxel " << i;
      }
      ExpectNoFindings(bytes, source);
    }
  }
}

TEST(CompressedFrames, AreRefusedWhereTheStandardHasNone) {
  const Source source = Volume({});
  const Labels labels = Noise(source, {1}, LabelType::kUint8);
  Options options;
  options.compression = Compression::kRle;
  EXPECT_THROW(EncodeOne(source, labels, Describe({1}), options), Error);
  options.compression = Compression::kJpegLs;
  EXPECT_THROW(EncodeOne(source, labels, Describe({1}), options), Error);
  options.compression = Compression::kDeflatedFrame;
  options.deflated = true;
  EXPECT_THROW(EncodeOne(source, labels, Describe({1}), options), Error);
}

TEST(Palette, HoldsAColorPerLabelAndNoCieLab) {
  const Source source = Volume({});
  Description description = Describe({1, 4});
  description.segments[1].color = std::array<uint8_t, 3>{10, 20, 30};
  Options options;
  options.kind = Kind::kLabelMap;
  options.palette = true;
  const Labels labels = Noise(source, {1, 4}, LabelType::kUint8);
  const std::string bytes = EncodeOne(source, labels, description, options);
  const Segmentation read = Read(bytes);
  EXPECT_EQ(read.head.GetString(tags::PhotometricInterpretation), "PALETTE COLOR");
  EXPECT_EQ(read.head.GetInt(tags::RedPaletteColorLookupTableDescriptor, 0), 6);  // even
  EXPECT_EQ(read.head.GetInt(tags::RedPaletteColorLookupTableDescriptor, 2), 8);
  const auto* green = read.head.Find(tags::GreenPaletteColorLookupTableData);
  ASSERT_NE(green, nullptr);
  EXPECT_EQ(green->value.size(), 6u);
  EXPECT_EQ(green->value[4], 20);
  EXPECT_FALSE(
      read.head.GetItems(tags::SegmentSequence)[2].Has(tags::RecommendedDisplayCIELabValue));
  EXPECT_EQ(Decode(read, source).bytes, labels.bytes);
  ExpectNoFindings(bytes, source);
  options.kind = Kind::kBinary;
  EXPECT_THROW(EncodeOne(source, labels, description, options), Error);
}

TEST(FractionalOverlap, IsSaidAsItIs) {
  const Source source = Volume({2, 3, 4});
  Labels one = Noise(source, {}, LabelType::kUint8);
  Labels two = one;
  one.bytes[3] = 9;
  two.bytes[4] = 9;
  Options options;
  options.kind = Kind::kFractional;
  const auto overlap = [&] {
    const auto bytes = EncodeLayers(source, {one.view(), two.view()}, Describe({1, 2}), options);
    return Read(bytes).head.GetString(tags::SegmentsOverlap);
  };
  EXPECT_EQ(overlap(), "NO");
  two.bytes[3] = 1;
  EXPECT_EQ(overlap(), "YES");
}

// A slide of 3 x 2 tiles of 4 rows and 5 columns, the last ones hanging over the matrix.
dicom::DataSet SlideHead(bool full) {
  dicom::DataSet head = Head("1.2.840.10008.5.1.4.1.1.77.1.6", 4, 5, 1);
  head.SetString(tags::FrameOfReferenceUID, "1.2.3.3");
  head.SetInt(tags::NumberOfFrames, 6);
  head.SetInt(tags::TotalPixelMatrixColumns, 9);
  head.SetInt(tags::TotalPixelMatrixRows, 11);
  head.SetDoubles(tags::ImageOrientationSlide, {0, -1, 0, -1, 0, 0});
  auto& origin = head.AddItem(tags::TotalPixelMatrixOriginSequence);
  origin.SetDouble(tags::XOffsetInSlideCoordinateSystem, 20);
  origin.SetDouble(tags::YOffsetInSlideCoordinateSystem, 40);
  dicom::DataSet measures;
  measures.SetDoubles(tags::PixelSpacing, {0.0005, 0.0005});
  measures.SetDouble(tags::SliceThickness, 0.001);
  head.AddItem(tags::SharedFunctionalGroupsSequence)
      .SetItems(tags::PixelMeasuresSequence, {measures});
  if (full) {
    head.SetString(tags::DimensionOrganizationType, "TILED_FULL");
    return head;
  }
  for (int i = 0; i < 6; ++i) {
    dicom::DataSet place;
    place.SetInt(tags::ColumnPositionInTotalImagePixelMatrix, 1 + 5 * (i % 2));
    place.SetInt(tags::RowPositionInTotalImagePixelMatrix, 1 + 4 * (i / 2));
    place.SetDouble(tags::XOffsetInSlideCoordinateSystem, 20 - 0.002 * (i / 2));
    place.SetDouble(tags::YOffsetInSlideCoordinateSystem, 40 - 0.0025 * (i % 2));
    place.SetDouble(tags::ZOffsetInSlideCoordinateSystem, 0);
    head.AddItem(tags::PerFrameFunctionalGroupsSequence)
        .SetItems(tags::PlanePositionSlideSequence, {place});
  }
  return head;
}

TEST(Slides, HaveTheSameTilesWhetherGivenOrImplied) {
  const Source full = MakeSource({SlideHead(true)});
  const Source sparse = MakeSource({SlideHead(false)});
  ASSERT_EQ(full.frames.size(), 6u);
  EXPECT_FALSE(full.has_planes());
  for (size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(full.frames[i].tile->row, sparse.frames[i].tile->row);
    EXPECT_EQ(full.frames[i].tile->column, sparse.frames[i].tile->column);
    for (size_t k = 0; k < 3; ++k) {
      EXPECT_NEAR(full.frames[i].tile->offset[k], sparse.frames[i].tile->offset[k], 1e-9);
    }
  }
}

TEST(Slides, GoOutWithTheirMatrixAndComeBackInEveryKind) {
  for (const bool full : {true, false}) {
    const Source source = MakeSource({SlideHead(full)});
    for (const Kind kind : {Kind::kBinary, Kind::kLabelMap}) {
      Labels labels = Noise(source, {1, 2}, LabelType::kUint8);
      std::fill(labels.bytes.begin() + 20, labels.bytes.begin() + 40, uint8_t{0});
      Options options;
      options.kind = kind;
      const std::string bytes = EncodeOne(source, labels, Describe({1, 2}), options);
      const Segmentation read = Read(bytes);
      EXPECT_EQ(read.frames.size(), kind == Kind::kBinary ? 10u : 5u);
      EXPECT_EQ(read.head.GetInt(tags::TotalPixelMatrixRows), 11);
      EXPECT_EQ(read.head.GetString(tags::FrameOfReferenceUID), "1.2.3.3");
      EXPECT_EQ(read.frames[0].dimension_index_values.size(), kind == Kind::kBinary ? 4u : 3u);
      EXPECT_EQ(Decode(read, source).bytes, labels.bytes);
      ExpectNoFindings(bytes, source);
      Segmentation unreferenced = read;
      for (auto& frame : unreferenced.frames) frame.sources.clear();
      EXPECT_EQ(Decode(unreferenced, source).bytes, labels.bytes);
    }
  }
}

dicom::DataSet& TilePlace(dicom::DataSet& object, size_t frame) {
  auto& item = object.Find(tags::PerFrameFunctionalGroupsSequence)->items[frame];
  return item.Find(tags::PlanePositionSlideSequence)->items[0];
}

void PutOutside(dicom::DataSet& object) {
  TilePlace(object, 1).SetInt(tags::RowPositionInTotalImagePixelMatrix, 900);
}
void PutElsewhere(dicom::DataSet& object) {
  TilePlace(object, 1).SetInt(tags::ColumnPositionInTotalImagePixelMatrix, 1);
}
void LeavePlaceOut(dicom::DataSet& object) {
  object.Find(tags::PerFrameFunctionalGroupsSequence)
      ->items[0]
      .Erase(tags::PlanePositionSlideSequence);
}
void MiscountTiles(dicom::DataSet& object) {
  object.Erase(tags::PerFrameFunctionalGroupsSequence);
  object.SetString(tags::DimensionOrganizationType, "TILED_FULL");
  object.SetInt(tags::NumberOfFrames, 5);
}

TEST(Slides, OfADamagedObjectAreFound) {
  const Source source = MakeSource({SlideHead(true)});
  const Labels labels = Noise(source, {1}, LabelType::kUint8);
  const std::string bytes = EncodeOne(source, labels, Describe({1}));
  const auto good = dicom::ReadFile(std::string_view(bytes)).data_set;
  struct Damage {
    const char* code;
    void (*make)(dicom::DataSet& object);
  };
  for (const Damage& damage :
       {Damage{"tile-outside", PutOutside}, Damage{"frame-geometry", PutElsewhere},
        Damage{"tile-missing", LeavePlaceOut}, Damage{"tiled-full", MiscountTiles}}) {
    dicom::DataSet object = good;
    damage.make(object);
    const auto findings = Verify(dicom::WriteFile(object, dicom::kExplicitLittleEndian), &source);
    EXPECT_TRUE(std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
      return finding.code == damage.code;
    })) << damage.code;
  }
}

TEST(Slides, AreCutFromOneImageOfTheMatrixAndJoinedAgain) {
  const Source source = MakeSource({SlideHead(true)});
  std::string pixels(9 * 11, '\0');
  for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<char>(i % 3);
  const std::string folder = testing::TempDir();
  for (const bool zipped : {false, true}) {
    const std::string path = folder + "slide_matrix.raw";
    std::ofstream(path, std::ios::binary) << (zipped ? Gzip(pixels) : pixels);
    const auto layers = LoadLabels(path, source, {});
    ASSERT_EQ(layers.owned.size(), 1u);
    EXPECT_EQ(layers.views[0].frames, 6u);
    const std::string object = folder + "slide_matrix.dcm";
    std::ofstream(object, std::ios::binary) << EncodeOne(source, layers.owned[0], Describe({1, 2}));
    FrameDecoder decoder(object);
    const Source own = OwnGrid(decoder.segmentation());
    ASSERT_EQ(own.frames.size(), 6u);
    WriteDecoded(decoder, own, path, false);
    EXPECT_EQ(ReadBytes(path), pixels);
  }
}

TEST(Slides, OfSeveralLevelsAreToldApart) {
  dicom::DataSet other = SlideHead(true);
  other.SetString(tags::SOPInstanceUID, "1.2.3.4.77");
  other.SetInt(tags::TotalPixelMatrixRows, 22);
  other.SetInt(tags::NumberOfFrames, 12);
  EXPECT_THROW(MakeSource({SlideHead(true), other}), Error);
  other = SlideHead(true);
  other.SetInt(tags::NumberOfFrames, 5);
  EXPECT_THROW(MakeSource({other}), Error);
}

TEST(Splitting, MakesAsFewLabelMapsAsTheOverlapNeeds) {
  const Source source = Volume({2, 4, 4});
  Labels one = Noise(source, {}, LabelType::kUint8);
  Labels two = one;
  one.bytes[0] = 1;
  one.bytes[1] = 2;
  two.bytes[0] = 3;
  two.bytes[9] = 2;
  const LabelVolume layers[] = {one.view(), two.view()};
  const auto parts = SplitLabels(layers, Describe({1, 2, 3}), Kind::kLabelMap, Split::kOverlap);
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0].description.segments.size(), 2u);
  EXPECT_EQ(parts[0].layers.size(), 1u);
  EXPECT_EQ(parts[0].layers[0].bytes[9], 2);
  EXPECT_EQ(parts[1].layers[0].bytes[0], 3);
  EXPECT_EQ(SplitLabels(layers, Describe({1, 2, 3}), Kind::kBinary, Split::kPerSegment).size(), 3u);
  Description grouped = Describe({1, 2, 3});
  grouped.segments[0].group = grouped.segments[2].group = 7;
  const auto groups = SplitLabels(layers, grouped, Kind::kBinary, Split::kPerGroup);
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].description.segments[1].label, 3);
}

VolumeFile FloatFile(const Source& source, float odd) {
  VolumeFile volume;
  volume.size = {source.columns, source.rows, static_cast<uint32_t>(source.frames.size())};
  volume.type = ValueType::kFloat;
  std::vector<float> values(size_t{source.columns} * source.rows * source.frames.size(), 1.0F);
  values[5] = odd;
  volume.data.assign(reinterpret_cast<const char*>(values.data()), values.size() * 4);
  return volume;
}

// A NaN voxel of a float volume was cast to an integer, which is undefined behavior.
TEST(FloatVolumes, WithAVoxelThatIsNoNumberAreRefusedAndNeverCast) {
  const Source source = Volume({});
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinite = std::numeric_limits<float>::infinity();
  for (const float odd : {nan, infinite, -infinite, -1.0F, 1e30F, 0.5F, 65536.0F}) {
    EXPECT_THROW(ToLabels(FloatFile(source, odd), source), Error) << odd;
  }
  for (const float odd : {nan, infinite, -infinite, -0.5F, 1.5F}) {
    EXPECT_THROW(ToFractions(FloatFile(source, odd), source, 255), Error) << odd;
  }
  EXPECT_EQ(ToLabels(FloatFile(source, 65535.0F), source)[0].view().At(5), 65535);
  EXPECT_EQ(ToLabels(FloatFile(source, 7.0F), source)[0].type, LabelType::kUint8);
}

TEST(OtherGrids, AreResampledOnlyWhenAsked) {
  const Source source = Volume({3, 4, 5});
  const auto affine = AffineOf(source);
  VolumeFile fine;
  fine.size = {10, 8, 3};  // half the voxel size in the plane
  fine.affine = *affine;
  for (size_t axis = 0; axis < 2; ++axis) {
    for (size_t k = 0; k < 3; ++k) {
      fine.affine->axes[axis][k] /= 2;
      fine.affine->origin[k] -= fine.affine->axes[axis][k] / 2;
    }
  }
  const Labels labels = Noise(source, {1, 2}, LabelType::kUint8);
  for (size_t i = 0; i < 240; ++i) {
    const size_t from = (i / 80 * 4 + i / 10 % 8 / 2) * 5 + i % 10 / 2;
    fine.data += static_cast<char>(labels.bytes[from]);
  }
  EXPECT_FALSE(FitsGrid(fine, source));
  EXPECT_THROW(ToLabels(fine, source), Error);
  EXPECT_EQ(ToLabels(Resampled(fine, source), source)[0].bytes, labels.bytes);
}

TEST(Provenance, NamesPersonsDevicesAlgorithmsAndOtherStudies) {
  const Source source = Volume({});
  Description description = ParseDescription(dicom::ParseJson(R"({
    "contributors": [
      {"manufacturer": "Acme", "model": "Net", "software": "1.0", "device_uid": "1.2.3.50",
       "algorithm": true},
      {"manufacturer": "Glossator", "operators": ["Reader^One"],
       "purpose": {"code": "109103", "scheme": "DCM", "meaning": "Modifying Equipment"}}],
    "segments": [{"label": 1, "name": "Liver",
      "category": {"code": "123037004", "scheme": "SCT", "meaning": "Anatomical Structure"},
      "type": {"code": "10200004", "scheme": "SCT", "meaning": "Liver"},
      "algorithm_type": "AUTOMATIC",
      "algorithm_identification": {"name": "Net", "version": "1.0",
        "family": {"code": "123110", "scheme": "DCM", "meaning": "Artificial Intelligence"}}}]})"));
  Options options;
  options.also_used = {{"1.2.9.1", "1.2.9.2", {{"1.2.840.10008.5.1.4.1.1.128", "1.2.9.3"}}},
                       {"1.2.3.1", "1.2.9.4", {{"1.2.840.10008.5.1.4.1.1.2", "1.2.9.5"}}}};
  const Labels labels = Noise(source, {1}, LabelType::kUint8);
  const std::string bytes = EncodeOne(source, labels, description, options);
  const Segmentation read = Read(bytes);
  EXPECT_EQ(dicom::WriteJson(ToJson(read.description)).find("Artificial") != std::string::npos,
            true);
  ASSERT_EQ(read.description.contributors.size(), 2u);
  EXPECT_TRUE(read.description.contributors[0].algorithm);
  EXPECT_EQ(read.description.contributors[1].operators.at(0), "Reader^One");
  const auto& others = read.head.GetItems(tags::StudiesContainingOtherReferencedInstancesSequence);
  ASSERT_EQ(others.size(), 1u);
  EXPECT_EQ(others[0].GetString(tags::StudyInstanceUID), "1.2.9.1");
  EXPECT_EQ(read.head.GetItems(tags::ReferencedSeriesSequence).size(), 2u);
  ExpectNoFindings(bytes, source);
  EXPECT_EQ(dicom::WriteJson(ToJson(ParseDescription(ToJson(description)))),
            dicom::WriteJson(ToJson(description)));
}

}  // namespace
}  // namespace glossator::seg::test
