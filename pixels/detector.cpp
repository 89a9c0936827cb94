// SPDX-License-Identifier: GPL-3.0-or-later
// A renderer gives all strokes of a text one value. So: connected pixels of exactly one value that
// stand out from their neighborhood are figures; figures of one value side by side, of a stroke's
// width, where that value is rare around them, are text.
#include "pixels/detector.h"

#include <algorithm>
#include <set>

#include "dicom/error.h"
#include "pixels/figures.h"

namespace glossator::pixels {
namespace {

// Tuned with tests/bench/pixels on rendered text and on images without any.
constexpr uint32_t kGapX = 24;  // between figures of one text
constexpr uint32_t kGapY = 5;
constexpr uint32_t kPixelsMin = 14;
constexpr uint32_t kHeightMin = 6;
constexpr uint32_t kWidthMin = 12;
constexpr double kRarer = 8;       // in the text than around it
constexpr double kFillMin = 0.02;  // of the box
constexpr double kFillMax = 0.62;
constexpr double kStrokeMin = 3, kStrokeOfHeight = 0.3;
constexpr uint32_t kBorderWidth = 24;
constexpr size_t kContourValues = 8;
constexpr double kContourShare = 0.3;
constexpr uint32_t kReachMin = 16, kReachMax = 48;  // for what of a text is no figure

struct Group {
  uint32_t left = UINT32_MAX, top = UINT32_MAX, right = 0, bottom = 0;
  uint32_t pixels = 0, runs = 0, figures = 0;

  void Add(const Figure& figure) {
    left = std::min(left, figure.left);
    top = std::min(top, figure.top);
    right = std::max(right, figure.right);
    bottom = std::max(bottom, figure.bottom);
    pixels += figure.pixels;
    runs += figure.runs;
    ++figures;
  }
  uint32_t width() const { return right - left; }
  uint32_t height() const { return bottom - top; }
};

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

// Whether the value is much rarer around the box than in it.
bool StandsAlone(const Group& group, uint16_t value, const Gray& gray) {
  const uint32_t margin = std::clamp(group.height(), 12u, 40u);
  const uint32_t left = group.left - std::min(group.left, margin);
  const uint32_t top = group.top - std::min(group.top, margin);
  const uint32_t right = std::min(gray.columns, group.right + margin);
  const uint32_t bottom = std::min(gray.rows, group.bottom + margin);
  uint64_t all = 0;
  for (uint32_t y = top; y < bottom; ++y) {
    const auto* row = gray.values.data() + size_t{y} * gray.columns;
    all += static_cast<uint64_t>(std::count(row + left, row + right, value));
  }
  const double inside = static_cast<double>(group.pixels) / group.width() / group.height();
  const double ring = static_cast<double>(right - left) * (bottom - top) -
                      static_cast<double>(group.width()) * group.height();
  const double around = static_cast<double>(all - std::min<uint64_t>(all, group.pixels));
  return ring <= 0 || around / ring * kRarer <= inside;
}

Rectangle WithMargin(const Group& group) {
  const uint32_t high = std::min(group.height(), 40u);
  const uint32_t x = 6 + high / 2, y = 3 + high / 4;
  const uint32_t left = group.left - std::min(group.left, x);
  const uint32_t top = group.top - std::min(group.top, y);
  return {left, top, group.right + x - left, group.bottom + y - top};
}

// Gray edges leave some letters few pixels of the text's value, too few for figures. That value is
// rare around: where it stands beside the text it belongs to the text.
void Extend(Group& group, uint16_t value, const Gray& gray) {
  const auto has_value = [&](uint32_t x) {
    const auto* at = gray.values.data() + size_t{group.top} * gray.columns + x;
    for (uint32_t y = group.top; y < group.bottom; ++y, at += gray.columns) {
      if (*at == value) return true;
    }
    return false;
  };
  const uint32_t reach = std::max(kReachMin, std::min(2 * group.height(), kReachMax));
  for (uint32_t x = group.right; x < std::min(gray.columns, group.right + reach); ++x) {
    if (has_value(x)) group.right = x + 1;
  }
  for (uint32_t x = group.left; x > 0 && x + reach > group.left; --x) {
    if (has_value(x - 1)) group.left = x - 1;
  }
}

bool AreNear(const Figure& one, const Figure& other) {
  const uint32_t high = std::max(one.bottom - one.top, other.bottom - other.top);
  const uint32_t gap = std::max(kGapX, high);
  return one.left <= other.right + gap && other.left <= one.right + gap &&
         one.top <= other.bottom + kGapY && other.top <= one.bottom + kGapY;
}

// Figures of one value, sorted by their upper edge, into groups of near ones.
std::vector<Group> Groups(std::span<const Figure> figures) {
  Sets sets(figures.size());
  for (size_t i = 0; i < figures.size(); ++i) {
    for (size_t j = i + 1; j < figures.size() && figures[j].top <= figures[i].bottom + kGapY; ++j) {
      if (AreNear(figures[i], figures[j])) sets.Join(i, j);
    }
  }
  std::vector<Group> all(figures.size());
  for (size_t i = 0; i < figures.size(); ++i) all[sets.Find(i)].Add(figures[i]);
  std::erase_if(all, [](const Group& group) { return group.figures == 0; });
  return all;
}

// The steps of a smooth picture without noise are figures too. Text has few values, they have many.
void RefuseContours(const std::vector<Rectangle>& found, std::span<const Rectangle> ignored,
                    size_t values, const Gray& gray) {
  if (values < kContourValues) return;
  auto all = found;
  all.insert(all.end(), ignored.begin(), ignored.end());
  const auto area = static_cast<double>(Area(all, gray.columns, gray.rows));
  if (area < kContourShare * static_cast<double>(gray.columns) * gray.rows) return;
  throw Error(ErrorKind::kUnsupported, "contours that cannot be told from text");
}

}  // namespace

std::vector<Rectangle> FindText(const Gray& gray, uint32_t, std::span<const Rectangle> ignored) {
  auto figures = FindFigures(gray, ignored);
  std::sort(figures.begin(), figures.end(), [](const Figure& one, const Figure& other) {
    return std::pair(one.value, one.top) < std::pair(other.value, other.top);
  });
  std::vector<Rectangle> found;
  std::set<uint16_t> values;
  for (size_t first = 0; first < figures.size();) {
    size_t end = first;
    while (end < figures.size() && figures[end].value == figures[first].value) ++end;
    for (const Group& group : Groups(std::span(figures).subspan(first, end - first))) {
      if (LooksLikeText(group, gray) && StandsAlone(group, figures[first].value, gray)) {
        Group whole = group;
        Extend(whole, figures[first].value, gray);
        found.push_back(WithMargin(whole));
        values.insert(figures[first].value);
      }
    }
    first = end;
  }
  RefuseContours(found, ignored, values.size(), gray);
  return Clip(found, gray.columns, gray.rows);
}

}  // namespace glossator::pixels
