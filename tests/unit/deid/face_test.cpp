// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/face.h"

#include <gtest/gtest.h>

#include "deid/engine.h"
#include "dicom/error.h"
#include "tests/unit/deid/fixtures.h"

namespace glossator::deid {
namespace {

namespace tags = dicom::tags;

const std::string kKey(32, 'k');

dicom::DataSet Head() {
  dicom::DataSet head;
  head.SetString(tags::SOPClassUID, "1.2.840.10008.5.1.4.1.1.2");
  head.SetString(tags::BodyPartExamined, "HEAD");
  return head;
}

TEST(Face, AnObjectSaysTruthfullyWhatBecameOfIt) {
  dicom::DataSet flagged, removed, other;
  StampFace(Head(), false, flagged);
  EXPECT_EQ(flagged.GetString(tags::RecognizableVisualFeatures), "YES");
  EXPECT_FALSE(flagged.Has(tags::DeidentificationMethodCodeSequence));
  StampFace(Head(), true, removed);
  EXPECT_EQ(removed.GetString(tags::RecognizableVisualFeatures), "NO");
  EXPECT_EQ(removed.FirstItem(tags::DeidentificationMethodCodeSequence)->GetString(tags::CodeValue),
            "113102");
  auto chest = Head();
  chest.SetString(tags::BodyPartExamined, "CHEST");
  StampFace(chest, false, other);
  EXPECT_TRUE(other.empty());
}

TEST(Face, ThePolicyDecidesWhetherItPasses) {
  const auto policy = [](const std::string& word) {
    return ParsePolicy(R"({"name":"p","options":[],"faces":")" + word + "\"}");
  };
  EXPECT_EQ(FaceReason(Head(), ParsePolicy(R"({"name":"p","options":[]})")), std::nullopt);
  EXPECT_EQ(FaceReason(Head(), policy("flag")), std::nullopt);
  for (const char* word : {"quarantine", "deface"}) {
    EXPECT_EQ(FaceReason(Head(), policy(word))->code, reasons::kFace);
  }
  EXPECT_THROW(policy("blur"), Error);
}

TEST(Face, AMaskOpensWithItsKeyAlone) {
  const std::string pictures = "P4\n8 1\n\xAA";
  const std::string sealed = SealMask(kKey, "2.25.1", pictures);
  EXPECT_EQ(sealed, SealMask(kKey, "2.25.1", pictures));
  EXPECT_EQ(sealed.find("P4"), sealed.npos);
  EXPECT_EQ(OpenMask(kKey, sealed), pictures);
  EXPECT_THROW(OpenMask(std::string(32, 'x'), sealed), Error);
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string spoilt = sealed;
    spoilt[i] ^= 1;
    EXPECT_THROW(OpenMask(kKey, spoilt), Error) << i;
    EXPECT_THROW(OpenMask(kKey, sealed.substr(0, i)), Error) << i;
  }
}

}  // namespace
}  // namespace glossator::deid
