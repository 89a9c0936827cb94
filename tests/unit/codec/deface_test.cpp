// SPDX-License-Identifier: GPL-3.0-or-later
// A head of numbers: skin, skull, brain, eyes, a nose and a chin, as CT and as MR.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "codec/codec.h"
#include "codec/serve.h"
#include "pixels/deface.h"

namespace glossator::pixels {
namespace {

namespace tags = dicom::tags;

enum class Tissue { kAir, kSkin, kBone, kBrain, kEye };
constexpr double kSpacing = 2, kSide = 256;  // mm
constexpr int kCells = static_cast<int>(kSide / kSpacing), kSlices = 60;
constexpr double kGap = 4;

bool InEllipsoid(double x, double y, double z, double a, double b, double c) {
  return x * x / (a * a) + y * y / (b * b) + z * z / (c * c) <= 1;
}

// In mm; the top of the head is at z = 10, the front at small y.
Tissue At(double x, double y, double z) {
  x -= kSide / 2, y -= 130, z -= 100;
  const bool brain = InEllipsoid(x, y, z, 63, 78, 70);
  if (brain) return Tissue::kBrain;
  for (const double side : {-32.0, 32.0}) {
    if (InEllipsoid(x - side, y + 77, z - 22, 12, 12, 12)) return Tissue::kEye;
  }
  if (InEllipsoid(x, y, z, 70, 85, 82)) return Tissue::kBone;
  if (InEllipsoid(x, y, z, 76, 92, 90)) return Tissue::kSkin;
  if (InEllipsoid(x, y + 95, z - 45, 14, 22, 22)) return Tissue::kSkin;  // the nose
  const bool jaw = InEllipsoid(x, y + 25, z - 70, 60, 68, 60);
  if (jaw) return InEllipsoid(x, y + 20, z - 70, 45, 50, 45) ? Tissue::kBone : Tissue::kSkin;
  return std::hypot(x, y + 5) < 55 && z > 0 ? Tissue::kSkin : Tissue::kAir;  // the neck
}

// Air has noise, as it has.
int ValueOf(Tissue tissue, bool is_ct, size_t noise) {
  const int jitter = static_cast<int>(noise * 2654435761u >> 7 & 15);
  constexpr int kCt[] = {-1000, 40, 900, 35, 15}, kMr[] = {0, 900, 60, 600, 200};
  return (is_ct ? kCt : kMr)[static_cast<int>(tissue)] + jitter;
}

struct Voxel {
  size_t slice, pixel;
  Tissue tissue;
  double z;
};

class Phantom {
 public:
  explicit Phantom(bool is_ct, const char* orientation = "1\\0\\0\\0\\1\\0", int slices = kSlices)
      : is_ct_(is_ct) {
    for (int i = 0; i < slices; ++i) Add(i, orientation);
  }

  std::vector<SeriesImage> Series(const dicom::TransferSyntax& syntax) {
    std::vector<SeriesImage> series;
    for (auto& object : objects) series.push_back({&object, &syntax});
    return series;
  }

  std::vector<dicom::DataSet> objects;
  std::vector<Voxel> voxels;

 private:
  void Add(int slice, const char* orientation) {
    dicom::DataSet object;
    object.SetString(tags::SOPClassUID,
                     is_ct_ ? "1.2.840.10008.5.1.4.1.1.2" : "1.2.840.10008.5.1.4.1.1.4");
    object.SetString(tags::BodyPartExamined, "HEAD");
    object.SetString(tags::PhotometricInterpretation, "MONOCHROME2");
    object.SetString(tags::ImageOrientationPatient, orientation);
    // The first slice is the highest; sent in another order below.
    object.SetString(tags::ImagePositionPatient, "0\\0\\" + std::to_string(-slice * kGap));
    object.SetString(tags::PixelSpacing, "2\\2");
    for (const auto& [tag, number] : {std::pair{tags::SamplesPerPixel, 1},
                                      {tags::Rows, kCells},
                                      {tags::Columns, kCells},
                                      {tags::BitsAllocated, 16},
                                      {tags::BitsStored, 16},
                                      {tags::PixelRepresentation, 1}}) {
      object.SetInt(tag, number);
    }
    if (is_ct_) object.SetInt(tags::RescaleIntercept, -1024);
    std::string pixels;
    for (int y = 0; y < kCells; ++y) {
      for (int x = 0; x < kCells; ++x) {
        const double z = slice * kGap;
        const Tissue tissue = At(x * kSpacing, y * kSpacing, z);
        const size_t pixel = pixels.size() / 2;
        const int value = ValueOf(tissue, is_ct_, voxels.size()) + (is_ct_ ? 1024 : 0);
        pixels += static_cast<char>(value);
        pixels += static_cast<char>(value >> 8);
        voxels.push_back({static_cast<size_t>(slice), pixel, tissue, z});
      }
    }
    object.SetBytes(tags::PixelData, dicom::Vr::OW, std::move(pixels));
    objects.push_back(std::move(object));
  }

  bool is_ct_;
};

const std::string& PixelsOf(const dicom::DataSet& object) {
  return object.Find(tags::PixelData)->value;
}

struct Shares {
  size_t brain_changed = 0;
  double nose_left = 0, eyes_left = 0;
};

// What is as it was of the brain, of the nose in front of the face, and of the front of the eyes.
Shares Compare(const Phantom& before, const Phantom& after) {
  Shares shares;
  double nose = 0, nose_left = 0, eyes = 0, eyes_left = 0;
  for (const Voxel& voxel : before.voxels) {
    const auto was = PixelsOf(before.objects[voxel.slice]).substr(2 * voxel.pixel, 2);
    const bool same = PixelsOf(after.objects[voxel.slice]).compare(2 * voxel.pixel, 2, was) == 0;
    const double y = static_cast<double>(voxel.pixel / kCells) * kSpacing;
    if (voxel.tissue == Tissue::kBrain) shares.brain_changed += same ? 0 : 1;
    const bool tissue = voxel.tissue != Tissue::kAir;
    if (tissue && y < 35 && voxel.z > 125 && voxel.z < 165) nose += 1, nose_left += same ? 1 : 0;
    if (voxel.tissue == Tissue::kEye && y < 46) eyes += 1, eyes_left += same ? 1 : 0;
  }
  EXPECT_GT(nose, 100);
  EXPECT_GT(eyes, 20);
  shares.nose_left = nose_left / nose;
  shares.eyes_left = eyes_left / eyes;
  return shares;
}

class Face : public testing::TestWithParam<bool> {};

TEST_P(Face, TheFaceGoesAndNoVoxelOfTheBrainChanges) {
  const Phantom before(GetParam());
  Phantom after(GetParam());
  auto series = after.Series(dicom::kExplicitLittleEndian);
  std::ranges::reverse(series);  // in whatever order the files come
  codec::UnconfinedService service;
  const auto result = DefaceSeries(series, 42, service);
  ASSERT_EQ(result.fault, "");
  EXPECT_GT(result.replaced, 1000u);
  ASSERT_EQ(result.masks.size(), before.objects.size());
  EXPECT_TRUE(result.masks[0].starts_with("P4\n128 128\n"));
  const auto shares = Compare(before, after);
  EXPECT_EQ(shares.brain_changed, 0u);
  EXPECT_LT(shares.nose_left, 0.02);
  EXPECT_LT(shares.eyes_left, 0.05);
}

INSTANTIATE_TEST_SUITE_P(AsCtAndMr, Face, testing::Bool(),
                         [](const auto& which) { return which.param ? "Ct" : "Mr"; });

TEST(Deface, TheSameSeedGivesTheSameCutAndAnotherAnother) {
  codec::UnconfinedService service;
  Phantom one(true), same(true), other(true);
  DefaceSeries(one.Series(dicom::kExplicitLittleEndian), 1, service);
  DefaceSeries(same.Series(dicom::kExplicitLittleEndian), 1, service);
  DefaceSeries(other.Series(dicom::kExplicitLittleEndian), 2, service);
  EXPECT_EQ(one.objects, same.objects);
  EXPECT_NE(one.objects, other.objects);
}

// The patient lies on the other side; the face is where the patient's axes say, not the image's.
TEST(Deface, FollowsThePatientNotTheImage) {
  Phantom turned(true, "-1\\0\\0\\0\\-1\\0");
  const Phantom before = turned;
  codec::UnconfinedService service;
  DefaceSeries(turned.Series(dicom::kExplicitLittleEndian), 1, service);
  size_t nose_left = 0, nose = 0;
  for (const Voxel& voxel : before.voxels) {
    const double y = static_cast<double>(voxel.pixel / kCells) * kSpacing;
    if (voxel.tissue == Tissue::kAir || y > 35 || voxel.z < 125 || voxel.z > 165) continue;
    ++nose;
    nose_left +=
        PixelsOf(turned.objects[voxel.slice])
            .compare(2 * voxel.pixel, 2,
                     PixelsOf(before.objects[voxel.slice]).substr(2 * voxel.pixel, 2)) == 0;
  }
  EXPECT_EQ(nose_left, nose) << "the nose of the image is at the back of the patient's head";
}

TEST(Deface, LosslessFramesStayLossless) {
  Phantom native(true), compressed(true);
  codec::UnconfinedService service;
  const auto* rle = dicom::FindTransferSyntax("1.2.840.10008.1.2.5");
  for (auto& object : compressed.objects) {
    codec::Raster raster{*FormatOf(object), PixelsOf(object)};
    auto& element = *object.Find(tags::PixelData);
    element.fragments = {"", codec::EncodeRle(raster, "")};
    element.value.clear();
    element.encapsulated = true;
  }
  ASSERT_EQ(DefaceSeries(native.Series(dicom::kExplicitLittleEndian), 7, service).fault, "");
  ASSERT_EQ(DefaceSeries(compressed.Series(*rle), 7, service).fault, "");
  for (size_t i = 0; i < native.objects.size(); ++i) {
    const auto& object = compressed.objects[i];
    const auto raster =
        codec::DecodeRle(object.Find(tags::PixelData)->fragments.at(1), *FormatOf(object));
    EXPECT_EQ(raster.bytes, PixelsOf(native.objects[i])) << i;
  }
}

TEST(Deface, WhatItCannotDoIsLeftAloneAndSaid) {
  codec::UnconfinedService service;
  const auto fault = [&](Phantom phantom) {
    const auto before = phantom.objects;
    const auto result = DefaceSeries(phantom.Series(dicom::kExplicitLittleEndian), 1, service);
    EXPECT_EQ(phantom.objects, before);
    return result.fault;
  };
  EXPECT_EQ(fault(Phantom(true, "1\\0\\0\\0\\1\\0", 5)), "too few slices");
  EXPECT_EQ(fault(Phantom(true, "1\\0\\0\\0\\1\\0", 25)), "the volume ends above the face");
  EXPECT_EQ(fault(Phantom(true, "0.7071\\0.7071\\0\\-0.7071\\0.7071\\0")),
            "slices that are oblique to the patient");
  Phantom without_top(true);
  without_top.objects.erase(without_top.objects.begin(), without_top.objects.begin() + 20);
  EXPECT_EQ(fault(std::move(without_top)), "the top of the head is not in the volume");
  Phantom gap(true);
  gap.objects.erase(gap.objects.begin() + 30, gap.objects.begin() + 33);
  EXPECT_EQ(fault(std::move(gap)), "slices too far apart");
  Phantom nowhere(true);
  nowhere.objects[3].Erase(tags::ImagePositionPatient);
  EXPECT_EQ(fault(std::move(nowhere)), "the images do not say where they are");
}

TEST(Deface, LossyFramesAreNotCompressedAgain) {
  Request request;
  request.action = Action::kReplace;
  request.syntax = "1.2.840.10008.1.2.4.91";
  const auto reply = codec::Serve(request);
  EXPECT_EQ(reply.fault, "a compression with loss");
  EXPECT_TRUE(reply.unsupported);
}

}  // namespace
}  // namespace glossator::pixels
