// SPDX-License-Identifier: GPL-3.0-or-later
#include "pixels/text_group.h"

namespace glossator::pixels {
namespace {

// Tuned with tests/bench/pixels on rendered text and on images without any.
constexpr uint32_t kPixelsMin = 14;
constexpr uint32_t kHeightMin = 6;
constexpr uint32_t kWidthMin = 12;
constexpr double kRarer = 8;       // in the text than around it
constexpr double kFillMin = 0.02;  // of the box
constexpr double kFillMax = 0.62;
constexpr double kStrokeMin = 3, kStrokeOfHeight = 0.3;
constexpr uint32_t kBorderWidth = 24;
constexpr uint32_t kReachMin = 16, kReachMax = 48;  // for what of a text is no figure
constexpr uint32_t kSureFigures = 6;                // so many are text: it may reach farther

// A line of its own.
constexpr uint32_t kLineFigures = 3, kLineFigurePixels = 10, kLinePixels = 20;
constexpr uint32_t kLineHeightMin = 5, kLineHeightMax = 20, kLineSpread = 6, kLineAround = 40;
constexpr double kLineShape = 2.5;      // width to height
constexpr double kLineOfFigures = 0.4;  // of its pixels: the rest are single ones
constexpr double kLineColumns = 0.5;    // contours fill more of the width

uint32_t CountIn(const Group& box, uint16_t value, const Gray& gray) {
  uint32_t count = 0;
  for (uint32_t y = box.top; y < box.bottom; ++y) {
    const auto* row = gray.values.data() + size_t{y} * gray.columns;
    count += static_cast<uint32_t>(std::count(row + box.left, row + box.right, value));
  }
  return count;
}

Group Widened(const Group& box, uint32_t x, uint32_t y, const Gray& gray) {
  Group wide = box;
  wide.left -= std::min(box.left, x);
  wide.top -= std::min(box.top, y);
  wide.right = std::min(gray.columns, box.right + x);
  wide.bottom = std::min(gray.rows, box.bottom + y);
  return wide;
}

bool HasInColumn(const Group& box, uint32_t x, uint16_t value, const Gray& gray) {
  const auto* at = gray.values.data() + size_t{box.top} * gray.columns + x;
  for (uint32_t y = box.top; y < box.bottom; ++y, at += gray.columns) {
    if (*at == value) return true;
  }
  return false;
}

bool HasInRow(const Group& box, uint32_t y, uint16_t value, const Gray& gray) {
  const auto* row = gray.values.data() + size_t{y} * gray.columns;
  return std::find(row + box.left, row + box.right, value) != row + box.right;
}

uint32_t ColumnsWith(const Group& box, uint16_t value, const Gray& gray) {
  uint32_t columns = 0;
  for (uint32_t x = box.left; x < box.right; ++x) columns += HasInColumn(box, x, value, gray);
  return columns;
}

bool LooksLikeText(const Group& group, const Gray& gray) {
  // The border of a body against the air, from the top of the picture to its bottom.
  if (group.width() < kBorderWidth && group.height() > gray.rows / 2) return false;
  if (group.figures < 3 || group.pixels < kPixelsMin) return false;
  if (group.height() < kHeightMin || group.width() < kWidthMin) return false;
  const double fill = static_cast<double>(group.pixels) / group.width() / group.height();
  const double stroke = static_cast<double>(group.pixels) / group.runs;
  return fill >= kFillMin && fill <= kFillMax &&
         stroke <= kStrokeMin + kStrokeOfHeight * group.height();
}

bool StandsAlone(const Group& group, uint16_t value, const Gray& gray) {
  const uint32_t margin = std::clamp(group.height(), 12u, 40u);
  const Group wide = Widened(group, margin, margin, gray);
  const double inside = static_cast<double>(group.pixels) / group.width() / group.height();
  const double ring = static_cast<double>(wide.width()) * wide.height() -
                      static_cast<double>(group.width()) * group.height();
  const uint32_t all = CountIn(wide, value, gray);
  const double around = static_cast<double>(all - std::min(all, group.pixels));
  return ring <= 0 || around / ring * kRarer <= inside;
}

}  // namespace

bool IsText(const Group& group, uint16_t value, const Gray& gray) {
  return LooksLikeText(group, gray) && StandsAlone(group, value, gray);
}

void Extend(Group& group, uint16_t value, const Gray& gray) {
  const uint32_t far = (group.figures >= kSureFigures ? 4 : 2) * group.height();
  const uint32_t reach = std::max(kReachMin, std::min(far, kReachMax));
  for (uint32_t x = group.right; x < std::min(gray.columns, group.right + reach); ++x) {
    if (HasInColumn(group, x, value, gray)) group.right = x + 1;
  }
  for (uint32_t x = group.left; x > 0 && x + reach > group.left; --x) {
    if (HasInColumn(group, x - 1, value, gray)) group.left = x - 1;
  }
}

bool IsLineOfItsOwn(Group& group, uint16_t value, const Gray& gray) {
  if (group.figures < kLineFigures || group.pixels < kLineFigurePixels) return false;
  if (group.height() > kLineHeightMax) return false;
  Group line = Widened(group, 0, kLineSpread, gray);
  Extend(line, value, gray);
  while (line.height() > 1 && !HasInRow(line, line.top, value, gray)) ++line.top;
  while (line.height() > 1 && !HasInRow(line, line.bottom - 1, value, gray)) --line.bottom;
  if (line.height() < kLineHeightMin || line.height() > kLineHeightMax) return false;
  if (line.width() < kLineShape * line.height()) return false;
  const uint32_t inside = CountIn(line, value, gray);
  const uint32_t all = CountIn(Widened(line, kLineAround, kLineAround, gray), value, gray);
  if (inside < kLinePixels || (all - inside) * kRarer > inside) return false;
  if (group.pixels < kLineOfFigures * inside) return false;
  if (ColumnsWith(line, value, gray) > kLineColumns * line.width()) return false;
  group = line;
  return true;
}

}  // namespace glossator::pixels
