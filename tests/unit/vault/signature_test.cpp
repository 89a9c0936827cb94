// SPDX-License-Identifier: GPL-3.0-or-later
#include "vault/signature.h"

#include <gtest/gtest.h>

#include "model/error.h"
#include "tests/support/example_keys.h"

namespace glossator::vault {
namespace {

TEST(Signature, IsOfThisKeyAndThisMessage) {
  const auto signature = Sign(support::kExamplePrivateKey, "a statement");
  EXPECT_EQ(signature.size(), 64u);
  EXPECT_TRUE(IsSigned(support::kExamplePublicKey, "a statement", signature));
  EXPECT_FALSE(IsSigned(support::kExamplePublicKey, "a statemenT", signature));
  EXPECT_FALSE(IsSigned(support::kExamplePublicKey, "a statement", signature.substr(1)));
  EXPECT_FALSE(IsSigned(support::kExamplePublicKey, "a statement", ""));
  for (size_t i = 0; i < signature.size(); ++i) {
    auto changed = signature;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(IsSigned(support::kExamplePublicKey, "a statement", changed)) << i;
  }
}

TEST(Signature, WithSomethingThatIsNoKeyIsRefused) {
  EXPECT_THROW(Sign("no key", "x"), Error);
  EXPECT_THROW(Sign(support::kExamplePublicKey, "x"), Error);
  EXPECT_THROW(IsSigned("", "x", std::string(64, 'x')), Error);
}

}  // namespace
}  // namespace glossator::vault
