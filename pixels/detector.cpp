// SPDX-License-Identifier: GPL-3.0-or-later
// A renderer gives all strokes of a text one value. So: connected pixels of exactly one value that
// stand out from their neighborhood are figures; figures of one value side by side, of a stroke's
// width, where that value is rare around them, are text.
#include "pixels/detector.h"

#include <algorithm>
#include <set>

#include "dicom/error.h"
#include "pixels/figures.h"
#include "pixels/text_group.h"

namespace glossator::pixels {
namespace {

// Between figures of one text. Near ones are tried too: noise of the same value beside a text would
// join it and hide how rare that value is.
struct Gap {
  uint32_t x, y;
  uint32_t figures;  // that make a text
};
constexpr Gap kWide = {24, 5, 3}, kNear = {6, 2, 5};
constexpr size_t kContourValues = 8;
constexpr double kContourShare = 0.3;

constexpr double kStayingShare = 0.7;  // of a text's pixels: all but some figures of a clock
constexpr double kSceneShare = 0.5;    // of all pixels: else another scene has begun
constexpr int kSceneStep = 16;         // of the range: more is another brightness

int Distance(uint16_t one, uint16_t other) { return one > other ? one - other : other - one; }

// Whether a later frame shows the same scene, so that it can tell what has gone from it.
bool ShowsTheSame(const Gray& gray, const Gray& later) {
  if (later.values.size() != gray.values.size()) return false;
  const auto [low, high] = std::minmax_element(gray.values.begin(), gray.values.end());
  const int step = (*high - *low) / kSceneStep;
  size_t same = 0;
  for (size_t i = 0; i < gray.values.size(); ++i) {
    same += Distance(gray.values[i], later.values[i]) <= step ? 1 : 0;
  }
  return static_cast<double>(same) >= kSceneShare * static_cast<double>(gray.values.size());
}

// Most pixels of the group's value have it in the later frame too.
bool Stays(const Group& group, uint16_t value, const Gray& gray, const Later& later) {
  size_t here = 0, there = 0;
  for (uint32_t y = group.top; y < group.bottom; ++y) {
    for (uint32_t x = group.left; x < group.right; ++x) {
      if (gray.at(x, y) != value) continue;
      ++here;
      there += Distance(later.frame->at(x, y), value) <= later.tolerance ? 1 : 0;
    }
  }
  return static_cast<double>(there) >= kStayingShare * static_cast<double>(here);
}

Rectangle WithMargin(const Group& group) {
  const uint32_t high = std::min(group.height(), 40u);
  const uint32_t x = 6 + high / 2, y = 3 + high / 4;
  const uint32_t left = group.left - std::min(group.left, x);
  const uint32_t top = group.top - std::min(group.top, y);
  return {left, top, group.right + x - left, group.bottom + y - top};
}

bool AreNear(const Figure& one, const Figure& other, const Gap& gap) {
  const uint32_t high = std::max(one.bottom - one.top, other.bottom - other.top);
  const uint32_t aside = std::max(gap.x, high);
  return one.left <= other.right + aside && other.left <= one.right + aside &&
         one.top <= other.bottom + gap.y && other.top <= one.bottom + gap.y;
}

// Figures of one value, sorted by their upper edge, into groups of near ones.
std::vector<Group> Groups(std::span<const Figure> figures, const Gap& gap) {
  Sets sets(figures.size());
  for (size_t i = 0; i < figures.size(); ++i) {
    for (size_t j = i + 1; j < figures.size() && figures[j].top <= figures[i].bottom + gap.y; ++j) {
      if (AreNear(figures[i], figures[j], gap)) sets.Join(i, j);
    }
  }
  std::vector<Group> all(figures.size());
  for (size_t i = 0; i < figures.size(); ++i) all[sets.Find(i)].Add(figures[i]);
  std::erase_if(all, [&](const Group& group) { return group.figures < gap.figures; });
  return all;
}

// Of figures of one value.
void FindTextOf(std::span<const Figure> figures, const Gray& gray, const Later& later,
                std::vector<Rectangle>& found) {
  const uint16_t value = figures.front().value;
  for (const Gap& gap : {kWide, kNear}) {
    for (Group group : Groups(figures, gap)) {
      if (IsText(group, value, gray)) {
        Extend(group, value, gray);
      } else if (!IsLineOfItsOwn(group, value, gray)) {
        continue;
      }
      if (later.frame != nullptr && !Stays(group, value, gray, later)) continue;
      found.push_back(WithMargin(group));
    }
  }
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

std::vector<Rectangle> FindText(const Gray& gray, uint32_t, std::span<const Rectangle> ignored,
                                const Later& later) {
  const bool comparable = later.frame != nullptr && ShowsTheSame(gray, *later.frame);
  const Later compared = comparable ? later : Later();
  auto figures = FindFigures(gray, ignored);
  std::sort(figures.begin(), figures.end(), [](const Figure& one, const Figure& other) {
    return std::pair(one.value, one.top) < std::pair(other.value, other.top);
  });
  std::vector<Rectangle> found;
  std::set<uint16_t> values;
  for (size_t first = 0; first < figures.size();) {
    size_t end = first;
    while (end < figures.size() && figures[end].value == figures[first].value) ++end;
    const size_t before = found.size();
    FindTextOf(std::span(figures).subspan(first, end - first), gray, compared, found);
    if (found.size() > before) values.insert(figures[first].value);
    first = end;
  }
  RefuseContours(found, ignored, values.size(), gray);
  return Clip(found, gray.columns, gray.rows);
}

}  // namespace glossator::pixels
