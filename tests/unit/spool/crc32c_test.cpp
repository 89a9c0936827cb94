// SPDX-License-Identifier: GPL-3.0-or-later
#include "spool/crc32c.h"

#include <gtest/gtest.h>

#include <random>

namespace glossator::spool {
namespace {

TEST(Crc32c, KnowsTheStandardsExamples) {
  // RFC 3720 B.4.
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8A9136AAu);
  EXPECT_EQ(Crc32c(std::string(32, '\xFF')), 0x62A8AB43u);
  EXPECT_EQ(Crc32c("123456789"), 0xE3069283u);
  EXPECT_EQ(Crc32c(""), 0u);
}

std::string RandomBytes(std::mt19937_64& random, size_t size) {
  std::string bytes(size, '\0');
  for (auto& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

TEST(Crc32c, IsTheSameByInstructionAndByTableForEverySmallSize) {
  std::mt19937_64 random(2);
  const std::string bytes = RandomBytes(random, 1'700);
  for (size_t size = 0; size <= bytes.size(); ++size) {
    const auto part = std::string_view(bytes).substr(0, size);
    const auto start = static_cast<uint32_t>(random());
    ASSERT_EQ(Crc32c(part, start), Crc32cByTable(part, start)) << size;
  }
}

TEST(Crc32c, IsTheSameByInstructionAndByTable) {
  std::mt19937_64 random(1);
  const std::string bytes = RandomBytes(random, 70'000);
  for (int i = 0; i < 300; ++i) {
    const auto part = std::string_view(bytes).substr(random() % 64, random() % 60'000);
    const auto start = static_cast<uint32_t>(random());
    ASSERT_EQ(Crc32c(part, start), Crc32cByTable(part, start)) << part.size();
  }
}

TEST(Crc32c, ContinuesAnEarlierResult) {
  const std::string bytes(50'000, 'x');
  const std::string_view view = bytes;
  EXPECT_EQ(Crc32c(view.substr(20'001), Crc32c(view.substr(0, 20'001))), Crc32c(view));
}

}  // namespace
}  // namespace glossator::spool
