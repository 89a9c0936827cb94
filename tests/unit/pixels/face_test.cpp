// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "pixels/face_surface.h"
#include "pixels/visible_face.h"

namespace glossator::pixels {
namespace {

namespace tags = dicom::tags;

dicom::DataSet Slice(const char* body_part, const char* description, double spacing) {
  dicom::DataSet head;
  head.SetString(tags::SOPClassUID, "1.2.840.10008.5.1.4.1.1.2");
  if (*body_part != 0) head.SetString(tags::BodyPartExamined, body_part);
  if (*description != 0) head.SetString(tags::StudyDescription, description);
  head.SetInt(tags::Rows, 512);
  head.SetDoubles(tags::PixelSpacing, {spacing, spacing});
  return head;
}

TEST(VisibleFace, IsToldByBodyPartWordsCodesOrTheFieldOfView) {
  EXPECT_TRUE(MayShowFace(Slice("HEAD", "", 1)));
  EXPECT_TRUE(MayShowFace(Slice("BRAIN", "", 0.1)));
  EXPECT_TRUE(MayShowFace(Slice("", "ct schaedel nativ", 1)));
  EXPECT_TRUE(MayShowFace(Slice("CHEST", "CT Head/Neck", 0.9))) << "a body part left from before";
  EXPECT_FALSE(MayShowFace(Slice("CHEST", "", 0.47)));
  EXPECT_FALSE(MayShowFace(Slice("", "MR KNEE LEFT", 0.47)));
  EXPECT_TRUE(MayShowFace(Slice("", "", 0.47))) << "240 mm, and nothing said";
  EXPECT_FALSE(MayShowFace(Slice("", "", 0.75))) << "384 mm";
  EXPECT_FALSE(MayShowFace(Slice("", "TESTACLE", 1))) << "TESTA is a whole word";
  auto coded = Slice("", "", 1);
  auto& region = coded.AddItem(tags::AnatomicRegionSequence);
  region.SetString(tags::CodeValue, "12738006");
  EXPECT_TRUE(MayShowFace(coded));
}

TEST(VisibleFace, OnlyVolumesAndPhotographsHaveOne) {
  auto object = Slice("HEAD", "", 1);
  object.SetString(tags::SOPClassUID, "1.2.840.10008.5.1.4.1.1.66.4");
  EXPECT_FALSE(MayShowFace(object)) << "a segmentation";
  auto photograph = Slice("", "", 0);
  photograph.SetString(tags::SOPClassUID, "1.2.840.10008.5.1.4.1.1.77.1.4");
  EXPECT_TRUE(MayShowFace(photograph));
  photograph.SetString(tags::BodyPartExamined, "HAND");
  EXPECT_FALSE(MayShowFace(photograph));
}

TEST(FaceSurface, KeepsTheLargestPart) {
  std::vector<uint8_t> mask{1, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1};
  KeepLargestPart(mask, 6, 2, 1);
  EXPECT_EQ(mask, (std::vector<uint8_t>{1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0}));
}

}  // namespace
}  // namespace glossator::pixels
