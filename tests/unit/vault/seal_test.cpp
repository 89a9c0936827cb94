// SPDX-License-Identifier: GPL-3.0-or-later
#include "vault/seal.h"

#include <gtest/gtest.h>

#include "dicom/error.h"
#include "tests/support/scripted_entropy.h"

namespace glossator::vault {
namespace {

const Key kKey(std::string(32, 'k'));
const Key kOther(std::string(32, 'o'));

template <class Call>
bool IsInvalid(Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.kind() == ErrorKind::kInvalid;
  }
  return false;
}

TEST(SealedValue, OpensWithItsKeyAtItsPlaceOnly) {
  SystemEntropy entropy;
  const std::string sealed = Seal(kKey, entropy, "place", "plain");
  EXPECT_EQ(sealed.size(), 5u + 29u);
  EXPECT_EQ(Open(kKey, "place", sealed), "plain");
  EXPECT_TRUE(IsInvalid([&] { Open(kOther, "place", sealed); }));
  EXPECT_TRUE(IsInvalid([&] { Open(kKey, "elsewhere", sealed); }));
  EXPECT_NE(Seal(kKey, entropy, "place", "plain"), sealed);
}

TEST(SealedValue, MayBeEmpty) {
  SystemEntropy entropy;
  EXPECT_EQ(Open(kKey, "", Seal(kKey, entropy, "", "")), "");
}

TEST(SealedValue, DoesNotOpenWhenAnyBitWasTurnedOrAnyByteIsMissing) {
  SystemEntropy entropy;
  const std::string sealed = Seal(kKey, entropy, "place", "plain");
  for (size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    std::string turned = sealed;
    turned[bit / 8] = static_cast<char>(turned[bit / 8] ^ 1 << bit % 8);
    EXPECT_TRUE(IsInvalid([&] { Open(kKey, "place", turned); })) << bit;
  }
  for (size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_TRUE(IsInvalid([&] { Open(kKey, "place", sealed.substr(0, size)); })) << size;
  }
}

TEST(WrappedKey, OutlivesARotationUnchanged) {
  SystemEntropy entropy;
  const Key inner = RandomKey(entropy);
  const std::string before = WrapKey(kKey, entropy, "patient 7", inner);
  const std::string after = RewrapKey(kKey, kOther, entropy, "patient 7", before);
  EXPECT_EQ(UnwrapKey(kOther, "patient 7", after), inner);
  EXPECT_TRUE(IsInvalid([&] { UnwrapKey(kKey, "patient 7", after); }));
  EXPECT_TRUE(IsInvalid([&] { UnwrapKey(kOther, "patient 8", after); }));
}

TEST(WrappedKey, IsNotAnOrdinaryValue) {
  SystemEntropy entropy;
  const std::string value = Seal(kKey, entropy, "place", std::string(32, 'x'));
  EXPECT_TRUE(IsInvalid([&] { UnwrapKey(kKey, "place", value); }));
}

class SealedRecord : public ::testing::Test {
 protected:
  std::vector<std::string> SealAll(const std::vector<std::string>& plain) {
    ChunkSealer sealer(kKey, entropy_, "record");
    std::vector<std::string> sealed;
    for (size_t i = 0; i < plain.size(); ++i) {
      sealed.push_back(sealer.Seal(plain[i], i + 1 == plain.size()));
    }
    return sealed;
  }

  static std::string OpenAll(const std::vector<std::string>& sealed, const Key& key = kKey,
                             std::string_view associated = "record") {
    ChunkOpener opener(key, associated);
    std::string plain;
    for (size_t i = 0; i < sealed.size(); ++i) {
      plain += opener.Open(sealed[i], i + 1 == sealed.size());
    }
    EXPECT_TRUE(opener.complete());
    return plain;
  }

  SystemEntropy entropy_;
};

TEST_F(SealedRecord, OpensInOrder) {
  EXPECT_EQ(OpenAll(SealAll({"one", "two", ""})), "onetwo");
  EXPECT_EQ(OpenAll(SealAll({""})), "");
  const std::string big(300'000, 'b');
  EXPECT_EQ(OpenAll(SealAll({big, big})), big + big);
}

TEST_F(SealedRecord, DoesNotOpenWhenCut) {
  auto sealed = SealAll({"one", "two", "three"});
  sealed.pop_back();
  EXPECT_TRUE(IsInvalid([&] { OpenAll(sealed); }));
}

TEST_F(SealedRecord, DoesNotOpenWhenReorderedRepeatedOrMixed) {
  const auto sealed = SealAll({"one", "two", "three", "four"});
  const auto other = SealAll({"one", "two", "three", "four"});
  EXPECT_TRUE(IsInvalid([&] { OpenAll({sealed[0], sealed[2], sealed[1], sealed[3]}); }));
  EXPECT_TRUE(IsInvalid([&] { OpenAll({sealed[0], sealed[1], sealed[1], sealed[3]}); }));
  EXPECT_TRUE(IsInvalid([&] { OpenAll({sealed[0], other[1], sealed[2], sealed[3]}); }));
  EXPECT_TRUE(IsInvalid([&] { OpenAll({sealed[1], sealed[2], sealed[3]}); }));
}

TEST_F(SealedRecord, DoesNotOpenAsAnotherRecordOrWithAnotherKey) {
  const auto sealed = SealAll({"one", "two"});
  EXPECT_TRUE(IsInvalid([&] { OpenAll(sealed, kKey, "other"); }));
  EXPECT_TRUE(IsInvalid([&] { OpenAll(sealed, kOther); }));
}

TEST_F(SealedRecord, TakesNoChunkAfterTheLast) {
  ChunkSealer sealer(kKey, entropy_);
  sealer.Seal("all", true);
  EXPECT_THROW(sealer.Seal("more", false), Error);
}

TEST_F(SealedRecord, NeverUsesTheSameBytesTwice) { EXPECT_NE(SealAll({"one"}), SealAll({"one"})); }

}  // namespace
}  // namespace glossator::vault
