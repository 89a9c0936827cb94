// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/characters.h"

#include <gtest/gtest.h>

namespace glossator::dicom {
namespace {

// A returned series description was cut after 64 bytes, in the middle of a Japanese character; the
// PACS then had a text that no character set can read.
TEST(Characters, AreNeverCutInTheMiddle) {
  EXPECT_EQ(FirstCharacters("\xE8\x82\x9D\xE8\x87\x93", 1), "\xE8\x82\x9D");
  EXPECT_EQ(FirstCharacters("a\xC3\xBC"
                            "b",
                            2),
            "a\xC3\xBC");
}

TEST(Characters, StayAsTheyAreWhenTheyAreFew) {
  EXPECT_EQ(FirstCharacters("a\xC3\xBC", 2), "a\xC3\xBC");
  EXPECT_EQ(FirstCharacters("", 3), "");
  EXPECT_EQ(FirstCharacters("abc", 0), "");
}

}  // namespace
}  // namespace glossator::dicom
