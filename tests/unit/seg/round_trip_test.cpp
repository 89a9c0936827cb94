// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "seg/verify.h"
#include "tests/unit/seg/seg_fixtures.h"

namespace glossator::seg::test {
namespace {

// Values of `decoded` are segment numbers; those of `labels` become them by order.
void ExpectSame(const Labels& labels, const Labels& decoded, const std::vector<uint16_t>& order) {
  ASSERT_EQ(labels.view().voxels(), decoded.view().voxels());
  for (size_t i = 0; i < labels.view().voxels(); ++i) {
    const uint16_t label = labels.view().At(i);
    const auto place = std::find(order.begin(), order.end(), label);
    const auto number = label == 0 ? 0 : place - order.begin() + 1;
    ASSERT_EQ(decoded.view().At(i), number) << "voxel " << i;
  }
}

TEST(BinaryRoundTrip, IsVoxelExactForAllRowsAndColumnsUpToForty) {
  for (uint32_t rows = 1; rows <= 40; ++rows) {
    for (uint32_t columns = 1; columns <= 40; ++columns) {
      Grid grid;
      grid.rows = rows;
      grid.columns = columns;
      const Source source = Volume(grid);
      const Labels labels = Noise(source, {1, 2}, LabelType::kUint8, rows * 41 + columns);
      const auto decoded = Decode(Read(EncodeOne(source, labels, Describe({1, 2}))), source);
      ASSERT_NO_FATAL_FAILURE(ExpectSame(labels, decoded, {1, 2})) << rows << " x " << columns;
    }
  }
}

TEST(BinaryRoundTrip, NumbersSegmentsFromOneWhateverTheLabelsAre) {
  const Source source = Volume({});
  const Labels labels = Noise(source, {7, 300, 65535}, LabelType::kUint16);
  CountingUids uids;
  Encoded encoded;
  const std::string bytes = Encode(source, labels.view(), Describe({7, 300, 65535}), NewIdentity(),
                                   {}, uids, Noon(), &encoded);
  EXPECT_EQ(encoded.segment_numbers, (std::vector<uint16_t>{1, 2, 3}));
  EXPECT_EQ(encoded.bytes, bytes.size());
  ExpectSame(labels, Decode(Read(bytes), source), {7, 300, 65535});
}

TEST(BinaryRoundTrip, KeepsReversedTiltedAndObliqueSeriesInPatientCoordinates) {
  const double c = std::cos(0.4);
  const double s = std::sin(0.4);
  const std::vector<Grid> grids = {
      {5, 7, 9, {1, 0, 0, 0, 1, 0}, {0, 0, 0}, {0, 0, -3}, 1, 1},          // reversed
      {5, 7, 9, {1, 0, 0, 0, c, s}, {0, 0, 0}, {0, 0, 3}, 1, 1},           // tilted gantry
      {5, 7, 9, {0, 1, 0, 0, 0, -1}, {5, 6, 7}, {-2, 0, 0}, 0.5, 0.6},     // sagittal
      {5, 7, 9, {c, s, 0, -s, c, 0}, {1, 2, 3}, {0.3, 0.2, 4}, 0.9, 0.9},  // oblique
  };
  for (const Grid& grid : grids) {
    const Source source = Volume(grid);
    const Labels labels = Noise(source, {1}, LabelType::kUint8);
    const Segmentation read = Read(EncodeOne(source, labels, Describe({1})));
    ExpectSame(labels, Decode(read, source), {1});
    for (const auto& frame : read.frames) {
      const auto place = source.Find(frame.sources.at(0).sop_instance_uid, 1);
      ASSERT_TRUE(place && frame.plane);
      EXPECT_EQ(*frame.plane, *source.frames[*place].plane);
    }
  }
}

TEST(BinaryRoundTrip, FindsFramesByPlaneWhenReferencesAreGone) {
  const Source source = Volume({});
  const Labels labels = Noise(source, {1, 2}, LabelType::kUint8);
  Segmentation read = Read(EncodeOne(source, labels, Describe({1, 2})));
  for (auto& frame : read.frames) frame.sources.clear();
  ExpectSame(labels, Decode(read, source), {1, 2});
}

TEST(BinaryRoundTrip, WorksOnProjectionsWithoutAFrameOfReference) {
  const Source source = Projection(13, 11, 2);
  const Labels labels = Noise(source, {1, 2, 3}, LabelType::kUint8);
  const Segmentation read = Read(EncodeOne(source, labels, Describe({1, 2, 3})));
  EXPECT_EQ(read.frame_of_reference_uid, "");
  ExpectSame(labels, Decode(read, source), {1, 2, 3});
}

TEST(BinaryRoundTrip, KeepsOverlappingLayersApart) {
  const Source source = Volume({3, 7, 9});
  const Labels first = Noise(source, {1, 2}, LabelType::kUint8, 1);
  const Labels second = Noise(source, {2, 3}, LabelType::kUint8, 2);
  const LabelVolume layers[] = {first.view(), second.view()};
  CountingUids uids;
  std::string bytes;
  Encode(source, layers, Describe({1, 2, 3}), NewIdentity(), {}, uids, Noon(),
         [&](std::string_view piece) { bytes.append(piece); });
  const Segmentation read = Read(bytes);
  EXPECT_EQ(read.head.GetString(tags::SegmentsOverlap), "YES");
  EXPECT_THROW(Decode(read, source), Error);
  for (uint16_t segment = 1; segment <= 3; ++segment) {
    const Labels one = DecodeSegment(read, source, segment);
    for (size_t i = 0; i < one.bytes.size(); ++i) {
      ASSERT_EQ(one.bytes[i] != 0, first.bytes[i] == segment || second.bytes[i] == segment);
    }
  }
}

// Two echoes lie at one position; segments of different echoes were once taken for overlapping ones
// and the reader's work was refused.
TEST(BinaryRoundTrip, DrawsOnEachEchoOfOnePositionByItself) {
  const Grid grid{2, 5, 6};
  SourceBuilder builder;
  for (int echo = 0; echo < 2; ++echo) {
    for (int i = 0; i < 2; ++i) {
      dicom::DataSet head = VolumeHead(grid, i);
      head.SetString(tags::SOPInstanceUID, "1.2.3.5." + std::to_string(2 * echo + i));
      head.SetInt(tags::InstanceNumber, 2 * echo + i + 1);
      builder.Add(head);
    }
  }
  const Source source = builder.Build();
  const Labels labels = Noise(source, {1, 2}, LabelType::kUint8);
  const std::string bytes = EncodeOne(source, labels, Describe({1, 2}));
  for (const Finding& finding : Verify(bytes, &source)) {
    EXPECT_NE(finding.severity, kFindingError) << ToLine(finding);
  }
  ExpectSame(labels, Decode(Read(bytes), source), {1, 2});
}

TEST(BinaryRoundTrip, LeavesEmptyFramesOutAndKeepsThemWhenAsked) {
  const Source source = Volume({4, 8, 8});
  Labels labels = Noise(source, {1}, LabelType::kUint8);
  std::fill(labels.bytes.begin(), labels.bytes.begin() + 2 * 64, uint8_t{0});
  EXPECT_EQ(Read(EncodeOne(source, labels, Describe({1}))).frames.size(), 2u);
  Options options;
  options.keep_empty_frames = true;
  const Segmentation all = Read(EncodeOne(source, labels, Describe({1, 2}), options));
  EXPECT_EQ(all.frames.size(), 8u);
  ExpectSame(labels, Decode(all, source), {1, 2});
}

TEST(BinaryRoundTrip, SaysNothingFoundWithOneEmptyFrame) {
  const Source source = Volume({});
  const Labels labels = Noise(source, {}, LabelType::kUint8);
  const Segmentation read = Read(EncodeOne(source, labels, Describe({1})));
  EXPECT_EQ(read.frames.size(), 1u);
  EXPECT_EQ(CountVoxels(read).at(1), 0u);
}

TEST(BinaryRoundTrip, IsTheSameDeflated) {
  const Source source = Volume({5, 17, 19});
  const Labels labels = Noise(source, {1, 2}, LabelType::kUint8);
  Options options;
  options.deflated = true;
  ExpectSame(labels, Decode(Read(EncodeOne(source, labels, Describe({1, 2}), options)), source),
             {1, 2});
}

TEST(LabelMapRoundTrip, KeepsLabelsAsSegmentNumbers) {
  Options options;
  options.kind = Kind::kLabelMap;
  for (const auto& labels : std::vector<std::vector<uint16_t>>{{3, 200}, {3, 40000}}) {
    for (uint32_t size = 1; size <= 12; ++size) {
      const Source source = Volume({3, size, 13 - size});
      const Labels noise = Noise(source, labels, LabelType::kUint16, size);
      const Labels back = Decode(Read(EncodeOne(source, noise, Describe(labels), options)), source);
      EXPECT_EQ(back.type, labels[1] > 255 ? LabelType::kUint16 : LabelType::kUint8);
      for (size_t i = 0; i < noise.view().voxels(); ++i) {
        ASSERT_EQ(back.view().At(i), noise.view().At(i));
      }
    }
  }
}

TEST(FractionalRoundTrip, KeepsEveryFraction) {
  Options options;
  options.kind = Kind::kFractional;
  options.maximum_fractional_value = 200;
  for (uint32_t size = 1; size <= 12; ++size) {
    const Source source = Volume({3, size, 13 - size});
    const Labels one = Noise(source, {1, 100, 200}, LabelType::kUint8, 3);
    const Labels two = Noise(source, {7, 50}, LabelType::kUint8, 4);
    const LabelVolume layers[] = {one.view(), two.view()};
    CountingUids uids;
    std::string bytes;
    Encode(source, layers, Describe({1, 2}), NewIdentity(), options, uids, Noon(),
           [&](std::string_view piece) { bytes.append(piece); });
    const Segmentation read = Read(bytes);
    EXPECT_EQ(DecodeSegment(read, source, 1).bytes, one.bytes);
    EXPECT_EQ(DecodeSegment(read, source, 2).bytes, two.bytes);
  }
}

}  // namespace
}  // namespace glossator::seg::test
