// SPDX-License-Identifier: GPL-3.0-or-later
#include "results/outlines.h"

#include <gtest/gtest.h>

#include <random>

#include "dicom/error.h"

namespace glossator::results {
namespace {

using Mask = std::vector<uint8_t>;

std::vector<Point> ToPoints(const Loop& loop) {
  std::vector<Point> points;
  for (const Corner& corner : loop) {
    points.push_back({static_cast<double>(corner.x), static_cast<double>(corner.y)});
  }
  return points;
}

Mask Filled(const std::vector<Loop>& loops, uint32_t rows, uint32_t columns) {
  std::vector<std::vector<Point>> polygons;
  for (const Loop& loop : loops) polygons.push_back(ToPoints(loop));
  Mask mask(size_t{rows} * columns, 0);
  FillPolygons(polygons, rows, columns, mask);
  return mask;
}

// Twice the area, positive when the inside is on the right hand.
int64_t Area(const Loop& loop) {
  int64_t area = 0;
  for (size_t i = 0; i < loop.size(); ++i) {
    const Corner& a = loop[i];
    const Corner& b = loop[(i + 1) % loop.size()];
    area += int64_t{a.x} * b.y - int64_t{b.x} * a.y;
  }
  return area;
}

Mask Random(uint32_t rows, uint32_t columns, unsigned percent, std::mt19937& random) {
  Mask mask(size_t{rows} * columns);
  for (uint8_t& pixel : mask) pixel = random() % 100 < percent ? 1 : 0;
  return mask;
}

TEST(Outlines, OfOnePixelAreItsFourCorners) {
  const Outlines outlines = TraceOutlines(Mask{0, 0, 0, 0, 1, 0, 0, 0, 0}, 3, 3);
  ASSERT_EQ(outlines.outer.size(), 1u);
  EXPECT_EQ(outlines.outer[0], (Loop{{1, 1}, {2, 1}, {2, 2}, {1, 2}}));
  EXPECT_TRUE(outlines.holes.empty());
}

TEST(Outlines, OfARingAreTwoAndOneAsAKeyhole) {
  const Mask ring{1, 1, 1, 1, 0, 1, 1, 1, 1};
  const Outlines outlines = TraceOutlines(ring, 3, 3);
  EXPECT_EQ(outlines.outer.size(), 1u);
  ASSERT_EQ(outlines.holes.size(), 1u);
  EXPECT_EQ(Area(outlines.holes[0]), -2);
  const std::vector<Loop> keyholes = TraceKeyholes(ring, 3, 3);
  ASSERT_EQ(keyholes.size(), 1u);
  EXPECT_EQ(Area(keyholes[0]), 16);
  EXPECT_EQ(Filled(keyholes, 3, 3), ring);
}

TEST(Outlines, FilledGiveTheMaskAgain) {
  std::mt19937 random(1);
  for (uint32_t size = 0; size < 400; ++size) {
    const uint32_t rows = 1 + random() % 24;
    const uint32_t columns = 1 + random() % 24;
    const Mask mask = Random(rows, columns, 10 + random() % 85, random);
    const Outlines outlines = TraceOutlines(mask, rows, columns);
    std::vector<Loop> all = outlines.outer;
    all.insert(all.end(), outlines.holes.begin(), outlines.holes.end());
    ASSERT_EQ(Filled(all, rows, columns), mask) << size;
    const std::vector<Loop> keyholes = TraceKeyholes(mask, rows, columns);
    ASSERT_EQ(keyholes.size(), outlines.outer.size()) << size;
    ASSERT_EQ(Filled(keyholes, rows, columns), mask) << size;
  }
}

TEST(Outlines, HaveTheAreaOfTheirPixels) {
  std::mt19937 random(2);
  const Mask mask = Random(40, 30, 60, random);
  int64_t area = 0;
  for (const Loop& loop : TraceKeyholes(mask, 40, 30)) area += Area(loop);
  EXPECT_EQ(area, 2 * std::count(mask.begin(), mask.end(), 1));
}

TEST(Outlines, OfAWorstMaskTakeTimeInProportion) {
  Mask board(512 * 512);
  for (size_t i = 0; i < board.size(); ++i) board[i] = (i + i / 512) % 2;
  EXPECT_EQ(TraceKeyholes(board, 512, 512).size(), board.size() / 2);
  Mask holes(512 * 512);
  for (size_t i = 0; i < holes.size(); ++i) {
    holes[i] = i % 2 == 0 || (i / 512) % 2 == 0 || i % 512 == 511 ? 1 : 0;
  }
  EXPECT_EQ(TraceKeyholes(holes, 512, 512).size(), 1u);
}

TEST(Filling, TakesPointsOutsideAndRefusesTooMany) {
  const std::vector<std::vector<Point>> wide = {{{-10, -10}, {50, -10}, {50, 50}, {-10, 50}}};
  Mask mask(12, 0);
  FillPolygons(wide, 3, 4, mask);
  EXPECT_EQ(mask, Mask(12, 1));
  EXPECT_THROW(FillPolygons(wide, 3, 4, mask, 5), Error);
  EXPECT_THROW(FillPolygons(wide, 4, 4, mask), Error);
}

}  // namespace
}  // namespace glossator::results
