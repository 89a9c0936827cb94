// SPDX-License-Identifier: GPL-3.0-or-later
// Labels out of files: however the axes lie, whatever the values' type, compressed or not.
#include "seg/load_labels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <numeric>

#include "seg/gzip.h"
#include "seg/write_decoded.h"
#include "tests/unit/seg/seg_fixtures.h"

namespace glossator::seg::test {
namespace {

class LabelFiles : public testing::Test {
 protected:
  std::string Path(const std::string& name) { return testing::TempDir() + "load_labels_" + name; }
  void Put(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
    made_.push_back(path);
  }
  void TearDown() override {
    for (const std::string& path : made_) std::remove(path.c_str());
  }
  std::vector<std::string> made_;
};

// File axis a runs along `axis[a]` (0 columns, 1 rows, 2 frames) of the source, backward if
// flipped.
struct Order {
  std::array<size_t, 3> axis;
  std::array<bool, 3> flipped;
};

std::vector<Order> AllOrders() {
  std::vector<Order> orders;
  std::array<size_t, 3> axis{0, 1, 2};
  do {
    for (unsigned flips = 0; flips < 8; ++flips) {
      orders.push_back({axis, {(flips & 1) != 0, (flips & 2) != 0, (flips & 4) != 0}});
    }
  } while (std::next_permutation(axis.begin(), axis.end()));
  return orders;
}

// A NIfTI file of 16-bit labels whose axes lie as `order` says.
std::string NiftiIn(const Order& order, const Source& source, const Labels& labels) {
  const std::array<uint32_t, 3> sides{source.columns, source.rows,
                                      static_cast<uint32_t>(source.frames.size())};
  Affine affine = *AffineOf(source);
  const Affine straight = affine;
  VolumeShape shape;
  shape.columns = sides[order.axis[0]];
  shape.rows = sides[order.axis[1]];
  shape.frames = sides[order.axis[2]];
  shape.type = ValueType::kUint16;
  for (size_t a = 0; a < 3; ++a) {
    affine.axes[a] = straight.axes[order.axis[a]];
    if (!order.flipped[a]) continue;
    for (size_t k = 0; k < 3; ++k) {
      affine.origin[k] += affine.axes[a][k] * (sides[order.axis[a]] - 1);
      affine.axes[a][k] = -affine.axes[a][k];
    }
  }
  std::string bytes = NiftiHeader(shape, source);
  for (size_t row = 0; row < 3; ++row) {  // srow of nifti1.h, RAS
    const double sign = row < 2 ? -1 : 1;
    for (size_t k = 0; k < 4; ++k) {
      const auto value =
          static_cast<float>(sign * (k < 3 ? affine.axes[k][row] : affine.origin[row]));
      std::memcpy(bytes.data() + 280 + 16 * row + 4 * k, &value, 4);
    }
  }
  std::array<uint32_t, 3> at{};
  for (at[2] = 0; at[2] < shape.frames; ++at[2]) {
    for (at[1] = 0; at[1] < shape.rows; ++at[1]) {
      for (at[0] = 0; at[0] < shape.columns; ++at[0]) {
        std::array<size_t, 3> in_source{};
        for (size_t a = 0; a < 3; ++a) {
          const size_t side = sides[order.axis[a]];
          in_source[order.axis[a]] = order.flipped[a] ? side - 1 - at[a] : at[a];
        }
        const uint16_t value = labels.view().At(
            (in_source[2] * source.rows + in_source[1]) * source.columns + in_source[0]);
        bytes.append(reinterpret_cast<const char*>(&value), 2);
      }
    }
  }
  return bytes;
}

Labels Counted(const Source& source, uint32_t most) {
  Labels labels{static_cast<uint32_t>(source.frames.size()),
                source.rows,
                source.columns,
                LabelType::kUint16,
                {}};
  labels.bytes.resize(labels.view().bytes());
  auto* values = reinterpret_cast<uint16_t*>(labels.bytes.data());
  for (size_t i = 0; i < labels.view().voxels(); ++i) {
    values[i] = static_cast<uint16_t>(i * 7919 % (most + 1));
  }
  return labels;
}

void ExpectSame(const LabelVolume& loaded, const Labels& wanted, const std::string& what) {
  ASSERT_EQ(loaded.voxels(), wanted.view().voxels()) << what;
  for (size_t i = 0; i < loaded.voxels(); ++i) {
    ASSERT_EQ(loaded.At(i), wanted.view().At(i)) << what << ", voxel " << i;
  }
}

TEST_F(LabelFiles, AreFollowedInAllOrdersAndDirectionsOfTheirAxes) {
  for (const Grid& grid :
       {Grid{3, 4, 5}, Grid{1, 4, 5}, Grid{3, 1, 5}, Grid{3, 4, 1}, Grid{1, 1, 5}, Grid{3, 1, 1}}) {
    const Source source = Volume(grid);
    for (const uint32_t most : {60u, 60'000u}) {  // the second needs 16 bits
      const Labels labels = Counted(source, most);
      for (const Order& order : AllOrders()) {
        const std::string bytes = NiftiIn(order, source, labels);
        for (const bool zipped : {false, true}) {
          const std::string path = Path(zipped ? "axes.nii.gz" : "axes.nii");
          Put(path, zipped ? Gzip(bytes) : bytes);
          const auto layers = LoadLabels(path, source, {});
          ASSERT_EQ(layers.views.size(), 1u);
          ExpectSame(layers.views[0], labels,
                     std::to_string(order.axis[0]) + std::to_string(order.axis[1]) +
                         std::to_string(order.axis[2]));
        }
      }
    }
  }
}

TEST_F(LabelFiles, InSourceOrderAreNotCopied) {
  const Source source = Volume({});
  const Labels labels = Counted(source, 60'000);
  Put(Path("straight.nii"), NiftiIn({{0, 1, 2}, {}}, source, labels));
  const auto layers = LoadLabels(Path("straight.nii"), source, {});
  EXPECT_TRUE(layers.owned.empty());
  ExpectSame(layers.views[0], labels, "mapped");
}

TEST_F(LabelFiles, WithLayersSideBySideBecomeLayers) {
  const Source source = Volume({});
  const Labels labels = Counted(source, 250);
  std::string voxels;
  for (size_t i = 0; i < labels.view().voxels(); ++i) {
    voxels += static_cast<char>(labels.view().At(i));
    voxels += static_cast<char>(i % 3);
  }
  const std::string head =
      "NRRD0004\ntype: uint8\ndimension: 4\nsizes: 2 5 4 3\nkinds: list domain domain domain\n"
      "space: left-posterior-superior\nspace directions: none (0.8,0,0) (0,0.7,0) (0,0,2.5)\n"
      "space origin: (-10,-20,30)\nencoding: ";
  for (const bool zipped : {false, true}) {
    Put(Path("list.nrrd"), head + (zipped ? "gzip\n\n" + Gzip(voxels) : "raw\n\n" + voxels));
    const auto layers = LoadLabels(Path("list.nrrd"), source, {});
    ASSERT_EQ(layers.views.size(), 2u);
    ExpectSame(layers.views[0], labels, "first");
    for (size_t i = 0; i < layers.views[1].voxels(); ++i) EXPECT_EQ(layers.views[1].At(i), i % 3);
    Put(Path("list.nrrd"), head + "raw\n\n" + voxels.substr(1));
    EXPECT_THROW(LoadLabels(Path("list.nrrd"), source, {}), Error);
  }
}

TEST_F(LabelFiles, OfBigEndianNumbersAreTurned) {
  const Source source = Volume({});
  const Labels labels = Counted(source, 60'000);
  std::string voxels;
  for (size_t i = 0; i < labels.view().voxels(); ++i) {
    voxels += static_cast<char>(labels.view().At(i) >> 8);
    voxels += static_cast<char>(labels.view().At(i) & 0xFF);
  }
  Put(Path("big.nrrd"),
      "NRRD0004\ntype: uint16\ndimension: 3\nsizes: 5 4 3\nendian: big\n"
      "encoding: raw\n\n" +
          voxels);
  ExpectSame(LoadLabels(Path("big.nrrd"), source, {}).views[0], labels, "big endian");
}

TEST_F(LabelFiles, ThatAreCutOffOrDamagedAreRefused) {
  const Source source = Volume({});
  const std::string bytes = NiftiIn({{2, 1, 0}, {true, false, true}}, source, Counted(source, 9));
  const std::string straight = NiftiIn({{0, 1, 2}, {}}, source, Counted(source, 9));
  for (const std::string& whole : {bytes, straight}) {
    for (const size_t size : {size_t{0}, size_t{100}, size_t{351}, whole.size() - 1}) {
      Put(Path("cut.nii"), whole.substr(0, size));
      EXPECT_THROW(LoadLabels(Path("cut.nii"), source, {}), Error) << size;
      Put(Path("cut.nii.gz"), Gzip(whole.substr(0, size)));
      EXPECT_THROW(LoadLabels(Path("cut.nii.gz"), source, {}), Error) << size;
    }
    const std::string zipped = Gzip(whole);
    Put(Path("cut.nii.gz"), zipped.substr(0, zipped.size() - 20));
    EXPECT_THROW(LoadLabels(Path("cut.nii.gz"), source, {}), Error);
  }
  EXPECT_THROW(LoadLabels(Path("none.nii"), source, {}), Error);
}

TEST_F(LabelFiles, OfRawVoxelsHaveAsManyLayersAsThereIsRoomFor) {
  const Source source = Volume({});
  const std::string voxels(2 * 60, '\1');
  for (const bool zipped : {false, true}) {
    Put(Path("two.raw"), zipped ? Gzip(voxels) : voxels);
    EXPECT_EQ(LoadLabels(Path("two.raw"), source, {}).views.size(), 2u);
    LoadOptions wide;
    wide.raw_type = LabelType::kUint16;
    const auto layers = LoadLabels(Path("two.raw"), source, wide);
    ASSERT_EQ(layers.views.size(), 1u);
    EXPECT_EQ(layers.views[0].At(59), 0x0101);
    Put(Path("odd.raw"), zipped ? Gzip(voxels + "x") : voxels + "x");
    EXPECT_THROW(LoadLabels(Path("odd.raw"), source, {}), Error);
  }
}

// What decoding in memory gives, frame by frame from a file of every kind and compression.
TEST_F(LabelFiles, ComeOutOfObjectsFrameByFrame) {
  const Source source = Volume({3, 5, 7});
  const Labels labels = Counted(source, 2);
  for (const Kind kind : {Kind::kBinary, Kind::kLabelMap}) {
    for (const Compression compression : {Compression::kNone, Compression::kRle,
                                          Compression::kJpegLs, Compression::kDeflatedFrame}) {
      if (kind == Kind::kBinary &&
          (compression == Compression::kRle || compression == Compression::kJpegLs)) {
        continue;
      }
      Options options;
      options.kind = kind;
      options.compression = compression;
      Put(Path("object.dcm"), EncodeOne(source, labels, Describe({1, 2}), options));
      FrameDecoder decoder(Path("object.dcm"));
      made_.push_back(Path("object.raw"));
      WriteDecoded(decoder, source, Path("object.raw"), false);
      const auto back = LoadLabels(Path("object.raw"), source, {});
      ExpectSame(back.views[0], labels, "decoded");
    }
  }
}

TEST_F(LabelFiles, HaveALayerPerSegmentWhereTheseOverlap) {
  const Source source = Volume({});
  Labels one = Counted(source, 2);
  Labels two = one;
  std::fill(two.bytes.begin(), two.bytes.end(), uint8_t{0});
  reinterpret_cast<uint16_t*>(two.bytes.data())[1] = 3;  // the first layer has another label there
  reinterpret_cast<uint16_t*>(one.bytes.data())[1] = 2;
  const LabelVolume layers[] = {one.view(), two.view()};
  CountingUids uids;
  std::string bytes;
  Encode(source, layers, Describe({1, 2, 3}), {"1.2.8", "1.2.9", 1, 1, ""}, {}, uids, Time{},
         [&](std::string_view piece) { bytes += piece; });
  Put(Path("overlap.dcm"), bytes);
  FrameDecoder decoder(Path("overlap.dcm"));
  made_.push_back(Path("overlap.nrrd"));
  EXPECT_EQ(WriteDecoded(decoder, source, Path("overlap.nrrd"), false).shape.layers, 3u);
  const auto back = LoadLabels(Path("overlap.nrrd"), source, {});
  ASSERT_EQ(back.views.size(), 3u);
  EXPECT_EQ(back.views[1].At(1), 1);
  EXPECT_EQ(back.views[2].At(1), 1);
  EXPECT_EQ(back.views[0].At(1), 0);
}

}  // namespace
}  // namespace glossator::seg::test
