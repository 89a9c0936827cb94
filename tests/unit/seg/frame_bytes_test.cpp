// SPDX-License-Identifier: GPL-3.0-or-later
// The byte reader of functional groups against the general reader, and against bytes of ill will.
#include "seg/frame_bytes.h"

#include <gtest/gtest.h>

#include <fstream>

#include "dicom/io.h"
#include "seg/element_cursor.h"
#include "seg/object_bytes.h"
#include "tests/unit/seg/seg_fixtures.h"

namespace glossator::seg::test {
namespace {

void ExpectEqual(const SegmentationFrame& a, const SegmentationFrame& b) {
  EXPECT_EQ(a.segment, b.segment);
  EXPECT_EQ(a.plane, b.plane);
  EXPECT_EQ(a.tile, b.tile);
  EXPECT_EQ(a.dimension_index_values, b.dimension_index_values);
  ASSERT_EQ(a.sources.size(), b.sources.size());
  for (size_t i = 0; i < a.sources.size(); ++i) {
    EXPECT_EQ(a.sources[i].sop_instance_uid, b.sources[i].sop_instance_uid);
    EXPECT_EQ(a.sources[i].frame_number, b.sources[i].frame_number);
  }
}

dicom::DataSet Object(const Source& source) {
  const Labels labels = Noise(source, {1, 2}, LabelType::kUint8);
  return dicom::ReadFile(std::string_view(EncodeOne(source, labels, Describe({1, 2})))).data_set;
}

TEST(FrameBytes, SayWhatTheGeneralReaderSays) {
  Grid oblique{4, 3, 5};
  oblique.orientation = {0, 1, 0, 0, 0, -1};
  oblique.step = {-2.123456789, 0, 0};
  for (const Source& source : {Volume({}), Volume(oblique), Projection(5, 6, 3)}) {
    const dicom::DataSet object = Object(source);
    const FrameReader reader(object.FirstItem(tags::SharedFunctionalGroupsSequence));
    for (const dicom::DataSet& item : object.GetItems(tags::PerFrameFunctionalGroupsSequence)) {
      const SegmentationFrame general = reader.Of(item);
      const std::string plain = dicom::Write(item, dicom::kExplicitLittleEndian);
      ExpectEqual(FrameBytes(reader, false).Of(plain), general);
      const std::string implicit = dicom::Write(item, dicom::kImplicitLittleEndian);
      ExpectEqual(FrameBytes(reader, true).Of(implicit), general);
    }
  }
}

TEST(FrameBytes, FollowSequencesAndItemsOfUndefinedLength) {
  // Frame Content with Dimension Index Values 3, both levels of undefined length.
  std::string item("\x20\x00\x11\x91SQ\0\0\xFF\xFF\xFF\xFF\xFE\xFF\x00\xE0\xFF\xFF\xFF\xFF", 20);
  item += std::string("\x20\x00\x57\x91UL\x04\x00\x03\0\0\0", 12);
  item += std::string("\xFE\xFF\x0D\xE0\0\0\0\0\xFE\xFF\xDD\xE0\0\0\0\0", 16);
  const FrameReader reader(nullptr);
  EXPECT_EQ(FrameBytes(reader, false).Of(item).dimension_index_values, (std::vector<uint32_t>{3}));
  for (size_t size = 1; size < item.size(); ++size) {
    EXPECT_THROW(FrameBytes(reader, false).Of(item.substr(0, size)), Error) << size;
  }
}

TEST(FrameBytes, NeverReadBeyondTheirItemWhateverTheBytesAre) {
  const dicom::DataSet object = Object(Volume({}));
  const auto& item = object.GetItems(tags::PerFrameFunctionalGroupsSequence)[0];
  const std::string good = dicom::Write(item, dicom::kExplicitLittleEndian);
  const FrameReader reader(nullptr);
  for (size_t at = 0; at < good.size(); ++at) {
    for (const int value : {0, 1, 0x7F, 0xFE, 0xFF}) {
      std::string bad = good;
      bad[at] = static_cast<char>(value);
      try {
        FrameBytes(reader, false).Of(bad);
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::kInvalid);
      }
    }
  }
}

TEST(ElementCursor, EndsOfNestingWithoutEndInAnError) {
  std::string bytes;
  for (int i = 0; i < 1000; ++i) {
    bytes +=
        std::string("\x08\x00\x40\x11SQ\0\0\xFF\xFF\xFF\xFF\xFE\xFF\x00\xE0\xFF\xFF\xFF\xFF", 20);
  }
  RawElement element;
  EXPECT_THROW(ElementCursor(bytes, false).Next(element), Error);
}

TEST(DecodeFile, GivesWhatDecodingInMemoryGivesWithoutHoldingThePixels) {
  const Source source = Volume({9, 37, 41});
  const std::string path = testing::TempDir() + "decode_file_test.dcm";
  for (const Kind kind : {Kind::kBinary, Kind::kLabelMap}) {
    for (const bool deflated : {false, true}) {
      Options options;
      options.kind = kind;
      options.deflated = deflated;
      const Labels labels = Noise(source, {1, 300}, LabelType::kUint16);
      const std::string bytes = EncodeOne(source, labels, Describe({1, 300}), options);
      std::ofstream(path, std::ios::binary) << bytes;
      Labels streamed;
      DecodeFile(path, source, streamed);
      EXPECT_EQ(streamed.bytes, Decode(Read(bytes), source).bytes);
    }
  }
  std::remove(path.c_str());
}

TEST(ManySegmentsAndFrames, AreWrittenAndRead) {
  Grid grid{40, 8, 125};
  const Source source = Volume(grid);
  std::vector<uint16_t> names;
  for (uint16_t i = 1; i <= 1000; ++i) names.push_back(i);
  Labels labels{40, 8, 125, LabelType::kUint16, {}};
  labels.bytes.resize(labels.view().bytes());
  auto* values = reinterpret_cast<uint16_t*>(labels.bytes.data());
  // Every frame has 500 of the 1,000 segments: 20,000 frames.
  for (size_t i = 0; i < labels.view().voxels(); ++i) {
    values[i] = static_cast<uint16_t>(1 + (i % 500) + 500 * (i / 1000 % 2));
  }
  const Segmentation read = Read(EncodeOne(source, labels, Describe(names)));
  EXPECT_EQ(read.frames.size(), 20'000u);
  EXPECT_EQ(read.description.segments.size(), 1'000u);
  EXPECT_EQ(Decode(read, source).bytes, labels.bytes);
}

}  // namespace
}  // namespace glossator::seg::test
