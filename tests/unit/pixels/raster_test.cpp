// SPDX-License-Identifier: GPL-3.0-or-later
#include "pixels/raster.h"

#include <gtest/gtest.h>

#include "pixels/detector.h"

#include <algorithm>

#include "dicom/error.h"
#include "pixels/message.h"

namespace glossator::pixels {
namespace {

Format Gray8(uint32_t columns, uint32_t rows) {
  Format format;
  format.columns = columns;
  format.rows = rows;
  return format;
}

Format Color(Photometric photometric, bool planar) {
  Format format = Gray8(4, 3);
  format.samples = 3;
  format.photometric = photometric;
  format.planar = planar;
  return format;
}

TEST(Rectangles, WhatIsOutsideOfSeveralOnesAndTheOnesThemselvesCoverTheFrameOnce) {
  const std::vector<Rectangle> kept{{2, 1, 4, 3}, {4, 2, 9, 2}, {0, 7, 1, 1}};
  const auto outside = Outside(kept, 10, 8);
  int covered[8][10] = {};
  for (const Rectangle& one : outside) {
    for (uint32_t y = one.y; y < one.bottom(); ++y) {
      for (uint32_t x = one.x; x < one.right(); ++x) ++covered[y][x];
    }
  }
  for (uint32_t y = 0; y < 8; ++y) {
    for (uint32_t x = 0; x < 10; ++x) {
      const bool inside = std::any_of(kept.begin(), kept.end(), [&](const Rectangle& one) {
        return x >= one.x && x < one.right() && y >= one.y && y < one.bottom();
      });
      EXPECT_EQ(covered[y][x], inside ? 0 : 1) << x << ' ' << y;
    }
  }
  EXPECT_EQ(Area(kept, 10, 8), 21u);
}

TEST(Blank, ChangesTheRectangleAndNothingElse) {
  const Format format = Gray8(5, 4);
  std::string frame(20, 'x');
  Blank(frame, format, std::vector<Rectangle>{{3, 2, 100, 1}});
  std::string expected(20, 'x');
  expected[13] = expected[14] = '\0';
  EXPECT_EQ(frame, expected);
}

TEST(Blank, PutsBlackIntoInvertedAndSignedImages) {
  Format format = Gray8(2, 1);
  format.photometric = Photometric::kMonochrome1;
  format.bits_stored = 7;
  std::string frame("\x10\x20", 2);
  Blank(frame, format, std::vector<Rectangle>{{0, 0, 1, 1}});
  EXPECT_EQ(frame, std::string("\x7F\x20", 2));

  Format signed16 = Gray8(2, 1);
  signed16.bits_allocated = signed16.bits_stored = 16;
  signed16.is_signed = true;
  frame = std::string("\x05\x00\x00\xFC", 4);  // 5, -1024
  Blank(frame, signed16, std::vector<Rectangle>{{0, 0, 1, 1}});
  EXPECT_EQ(frame, std::string("\x00\xFC\x00\xFC", 4));
}

TEST(Blank, KnowsColorsSideBySideInPlanesAndHalved) {
  for (const bool planar : {false, true}) {
    const Format format = Color(Photometric::kYbrFull, planar);
    std::string frame(36, 'x');
    Blank(frame, format, std::vector<Rectangle>{{1, 1, 1, 1}});
    const size_t first = planar ? 5 : 15, next = planar ? 12 : 1;
    EXPECT_EQ(frame[first], '\0');
    EXPECT_EQ(frame[first + next], '\x80');
    EXPECT_EQ(frame[first + 2 * next], '\x80');
    EXPECT_EQ(std::count(frame.begin(), frame.end(), 'x'), 33);
  }
  const Format halved = Color(Photometric::kYbrFull422, false);
  std::string frame(24, 'x');
  Blank(frame, halved, std::vector<Rectangle>{{1, 0, 1, 1}});
  EXPECT_EQ(frame.substr(0, 5), std::string("\0\0\x80\x80x", 5));
}

TEST(Format, RefusesWhatContradictsItself) {
  Format format = Gray8(3, 3);
  EXPECT_TRUE(IsHandled(format));
  format.samples = 3;
  EXPECT_FALSE(IsHandled(format));
  format = Color(Photometric::kYbrFull422, false);
  format.columns = 3;
  EXPECT_FALSE(IsHandled(format));
  format = Gray8(60000, 60000);
  EXPECT_FALSE(IsHandled(format));
}

TEST(Message, ReadsBackWhatItWrote) {
  Request request;
  request.action = Action::kClean;
  request.syntax = "1.2.840.10008.1.2.5";
  request.format = Color(Photometric::kRgb, true);
  request.blank = {{1, 2, 3, 4}};
  request.ignored = {{5, 6, 7, 8}, {9, 10, 11, 12}};
  request.frame = "frame";
  const auto again = ReadRequest(Write(request));
  EXPECT_EQ(again.syntax, request.syntax);
  EXPECT_EQ(again.format, request.format);
  EXPECT_EQ(again.blank, request.blank);
  EXPECT_EQ(again.ignored, request.ignored);
  EXPECT_EQ(again.frame, request.frame);
}

TEST(Message, RefusesEveryPrefixAndAnythingBehindTheEnd) {
  Request request;
  request.format = Gray8(2, 2);
  request.frame = "abcd";
  const std::string bytes = Write(request);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THROW(ReadRequest(bytes.substr(0, size)), Error) << size;
  }
  EXPECT_THROW(ReadRequest(bytes + '\0'), Error);
}

// Ten-pixel letters with gray edges have three or four strokes of the full value, no more.
Gray LineOfLetters() {
  constexpr uint16_t kInk = 200, kEdge = 90;
  Gray gray{128, 64, std::vector<uint16_t>(128 * 64)};
  const auto dot = [&](uint32_t x, uint32_t y, uint16_t value) {
    gray.values[y * 128 + x] = value;
  };
  for (uint32_t letter = 0; letter < 8; ++letter) {
    const uint32_t x = 20 + 10 * letter;
    for (uint32_t y = 30; y < 40; ++y) dot(x, y, static_cast<uint16_t>(kEdge + 3 * y + letter));
    if (letter % 2 == 0) {
      for (uint32_t y = 32; y < 36; ++y) dot(x, y, kInk);
    } else {
      dot(x, 30, kInk);
      dot(x, 39, kInk);
    }
  }
  return gray;
}

TEST(Detector, FindsALineOfSmallLettersOfWhichFewPixelsHaveTheirValue) {
  const auto found = FindText(LineOfLetters(), 8);
  ASSERT_FALSE(found.empty());
  EXPECT_LE(found[0].x, 20u);
  EXPECT_GE(found[0].right(), 91u);
  EXPECT_LE(found[0].y, 30u);
  EXPECT_GE(found[0].bottom(), 40u);
}

// In a film of the heart noise looked like text somewhere in each frame, and all of it was blanked.
TEST(Detector, TakesWhatIsGoneAFrameLaterForNoTextUnlessAnotherSceneHasBegun) {
  const Gray now = LineOfLetters();
  Gray later = now;
  const auto found = [&](uint16_t tolerance) {
    return !FindText(now, 8, {}, {&later, tolerance}).empty();
  };
  EXPECT_TRUE(found(0));
  for (uint16_t& value : later.values) value += value == 200 ? 1 : 0;
  EXPECT_FALSE(found(0));
  EXPECT_TRUE(found(1)) << "compressed with loss";
  later.values.assign(later.values.size(), 0);
  EXPECT_FALSE(found(1));
  later.values.assign(later.values.size(), 250);
  EXPECT_TRUE(found(0)) << "another scene";
  later.values.resize(7);
  EXPECT_TRUE(found(0)) << "another size";
}

}  // namespace
}  // namespace glossator::pixels
