// SPDX-License-Identifier: GPL-3.0-or-later
#include "vault/patient_secret.h"

#include <gtest/gtest.h>

#include <set>

#include "vault/digest.h"
#include "vault/hmac.h"
#include "vault/seal.h"

namespace glossator::vault {
namespace {

TEST(PatientSecret, GivesEachPatientAndEachUidItsOwn) {
  SystemEntropy entropy;
  std::set<std::string> all;
  for (int patient = 0; patient < 50; ++patient) {
    const PatientSecret secret(RandomKey(entropy));
    all.insert(secret.Code());
    for (const char* uid : {"1.2.3", "1.2.4", ""}) {
      all.insert(secret.Uid(uid));
      all.insert(secret.StudyCode(uid));
    }
  }
  EXPECT_EQ(all.size(), 50u * 7u);
}

TEST(PatientSecret, GivesUidsAndCodesThatFitTheirElements) {
  SystemEntropy entropy;
  for (int i = 0; i < 200; ++i) {
    const PatientSecret secret(RandomKey(entropy));
    const std::string uid = secret.Uid("1.2.840.10008.1.1");
    EXPECT_TRUE(uid.starts_with("2.25."));
    EXPECT_LE(uid.size(), 44u);
    EXPECT_NE(uid[5], '0');
    EXPECT_EQ(secret.Code().size(), 18u);
    EXPECT_EQ(secret.StudyCode("1.2").size(), 14u);  // Study ID is SH, 16 characters
  }
}

TEST(PatientSecret, ShiftsByWholeWeeksBetweenOneAndTenYears) {
  SystemEntropy entropy;
  std::set<int> shifts;
  for (int i = 0; i < 500; ++i) {
    const int days = PatientSecret(RandomKey(entropy)).ShiftDays();
    EXPECT_EQ(days % 7, 0);
    EXPECT_LE(days, -52 * 7);
    EXPECT_GE(days, -520 * 7);
    shifts.insert(days);
  }
  EXPECT_GT(shifts.size(), 200u);
}

TEST(PatientSecret, KeepsEveryPseudonymThroughARotation) {
  SystemEntropy entropy;
  const Key old_key = RandomKey(entropy);
  const Key new_key = RandomKey(entropy);
  const PatientSecret before(RandomKey(entropy));
  const auto stored = WrapKey(old_key, entropy, "patient 1", before.key());
  const auto rotated = RewrapKey(old_key, new_key, entropy, "patient 1", stored);
  const PatientSecret after(UnwrapKey(new_key, "patient 1", rotated));
  EXPECT_EQ(after.Uid("1.2.3"), before.Uid("1.2.3"));
  EXPECT_EQ(after.Code(), before.Code());
  EXPECT_EQ(after.StudyCode("1.2.3"), before.StudyCode("1.2.3"));
  EXPECT_EQ(after.ShiftDays(), before.ShiftDays());
}

TEST(KeyedIndex, TellsPartsApart) {
  const MacKey key{Key(std::string(32, 'k'))};
  EXPECT_NE(IndexOf(key, {"ab", "c"}), IndexOf(key, {"a", "bc"}));
  EXPECT_NE(IndexOf(key, {"ab"}), IndexOf(key, {"ab", ""}));
  EXPECT_EQ(IndexOf(key, {"ab", "c"}), IndexOf(key, {"ab", "c"}));
}

TEST(Digest, KnowsTheStandardsExample) {
  // FIPS 180-4, "abc".
  const char* expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  EXPECT_EQ(Sha256Hex("abc"), expected);
  Sha256 digest;
  digest.Add("a");
  digest.Add("bc");
  EXPECT_EQ(digest.FinishHex(), expected);
  digest.Add("abc");
  EXPECT_EQ(digest.FinishHex(), expected) << "starts anew";
}

}  // namespace
}  // namespace glossator::vault
