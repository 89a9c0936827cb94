// SPDX-License-Identifier: GPL-3.0-or-later
#include "results/outlines.h"

#include <algorithm>
#include <cmath>

#include "dicom/error.h"

namespace glossator::results {
namespace {

constexpr int32_t kNone = -1;

// Follows the cracks between inside and outside, inside on the right hand. A node is one crack of
// one pixel's length, at the corner where it begins.
class Tracer {
 public:
  Tracer(std::span<const uint8_t> mask, uint32_t rows, uint32_t columns)
      : mask_(mask),
        rows_(static_cast<int32_t>(rows)),
        columns_(static_cast<int32_t>(columns)),
        seen_(mask.size(), 0) {}

  // Every loop begins, or passes, above a pixel whose upper neighbour is outside.
  void Trace() {
    for (int32_t y = 0; y < rows_; ++y) {
      for (int32_t x = 0; x < columns_; ++x) {
        if (IsInside(x, y) && !IsInside(x, y - 1) && seen_[Index(x, y)] == 0) TraceFrom({x, y});
      }
    }
  }

  // Joins each hole to the crack on its left.
  void JoinHoles() {
    vertical_.assign(static_cast<size_t>(rows_) * static_cast<size_t>(columns_ + 1), kNone);
    for (int32_t node = 0; node < Size(); ++node) NoteVertical(node);
    for (const Found& loop : loops_) {
      if (loop.is_hole) Join(loop);
    }
  }

  Outlines Take() const {
    Outlines outlines;
    for (const Found& loop : loops_) {
      (loop.is_hole ? outlines.holes : outlines.outer).push_back(Points(loop.first));
    }
    return outlines;
  }
  std::vector<Loop> TakeOuter() const {
    std::vector<Loop> loops;
    for (const Found& loop : loops_) {
      if (!loop.is_hole) loops.push_back(Points(loop.first));
    }
    return loops;
  }

 private:
  enum Direction { kEast, kSouth, kWest, kNorth };
  struct Found {
    int32_t first;
    bool is_hole;
    int32_t leftmost;  // a crack that runs south at the least x
    int32_t before;    // its predecessor
  };

  bool IsInside(int32_t x, int32_t y) const {
    return x >= 0 && y >= 0 && x < columns_ && y < rows_ && mask_[Index(x, y)] != 0;
  }
  size_t Index(int32_t x, int32_t y) const {
    return static_cast<size_t>(y) * static_cast<size_t>(columns_) + static_cast<size_t>(x);
  }
  int32_t Size() const { return static_cast<int32_t>(corners_.size()); }

  static Corner Step(Corner corner, Direction direction) {
    constexpr int32_t kX[] = {1, 0, -1, 0};
    constexpr int32_t kY[] = {0, 1, 0, -1};
    return {corner.x + kX[direction], corner.y + kY[direction]};
  }

  // The pixel on the right (or left) hand in front of a corner.
  bool Ahead(Corner corner, Direction direction, bool right) const {
    constexpr int32_t kRightX[] = {0, -1, -1, 0};
    constexpr int32_t kRightY[] = {0, 0, -1, -1};
    const int side = right ? direction : (direction + 3) % 4;
    return IsInside(corner.x + kRightX[side], corner.y + kRightY[side]);
  }

  Direction Turn(Corner corner, Direction direction) const {
    if (!Ahead(corner, direction, true)) return static_cast<Direction>((direction + 1) % 4);
    if (!Ahead(corner, direction, false)) return direction;
    return static_cast<Direction>((direction + 3) % 4);
  }

  void TraceFrom(Corner start) {
    Found found{Size(), false, kNone, kNone};
    Corner corner = start;
    Direction direction = kEast;
    int64_t area = 0;  // twice
    do {
      if (direction == kEast) seen_[Index(corner.x, corner.y)] = 1;
      if (direction == kSouth &&
          (found.leftmost == kNone || corner.x < corners_[static_cast<size_t>(found.leftmost)].x)) {
        found.leftmost = Size();
        found.before = Size() - 1;
      }
      corners_.push_back(corner);
      next_.push_back(Size());
      const Corner end = Step(corner, direction);
      area += int64_t{corner.x} * end.y - int64_t{end.x} * corner.y;
      corner = end;
      direction = Turn(corner, direction);
    } while (!(corner == start && direction == kEast));
    next_.back() = found.first;
    found.is_hole = area < 0;
    loops_.push_back(found);
  }

  Corner At(int32_t node) const { return corners_[static_cast<size_t>(node)]; }
  int32_t& Next(int32_t node) { return next_[static_cast<size_t>(node)]; }
  int32_t& Vertical(int32_t x, int32_t y) {
    return vertical_[static_cast<size_t>(y) * static_cast<size_t>(columns_ + 1) +
                     static_cast<size_t>(x)];
  }

  // Cracks that run north have the inside on their east.
  void NoteVertical(int32_t node) {
    const Corner from = At(node);
    const Corner to = At(next_[static_cast<size_t>(node)]);
    if (to.y == from.y - 1) Vertical(to.x, to.y) = node;
  }

  int32_t Add(Corner corner, int32_t next) {
    corners_.push_back(corner);
    next_.push_back(next);
    return Size() - 1;
  }

  // From the top of the hole's leftmost crack straight west, over inside pixels, to the next crack.
  void Join(const Found& hole) {
    const Corner from = At(hole.leftmost);
    int32_t x = from.x - 1;
    while (IsInside(x - 1, from.y)) --x;
    const int32_t crack = Vertical(x, from.y);  // ends at (x, from.y)
    const int32_t way_back = Add(from, Next(crack));
    const int32_t way_there = Add({x, from.y}, hole.leftmost);
    Next(crack) = way_there;
    Next(hole.before) = way_back;
  }

  // Without the points in the middle of a straight run.
  Loop Points(int32_t first) const {
    Loop all;
    int32_t node = first;
    do {
      all.push_back(At(node));
      node = next_[static_cast<size_t>(node)];
    } while (node != first);
    const auto sign = [](int32_t v) { return (v > 0) - (v < 0); };
    Loop kept;
    for (size_t i = 0; i < all.size(); ++i) {
      const Corner& before = all[(i + all.size() - 1) % all.size()];
      const Corner& here = all[i];
      const Corner& after = all[(i + 1) % all.size()];
      const bool straight = sign(here.x - before.x) == sign(after.x - here.x) &&
                            sign(here.y - before.y) == sign(after.y - here.y);
      if (!straight) kept.push_back(here);
    }
    return kept;
  }

  const std::span<const uint8_t> mask_;
  const int32_t rows_;
  const int32_t columns_;
  std::vector<uint8_t> seen_;  // pixels whose upper crack was followed
  std::vector<Corner> corners_;
  std::vector<int32_t> next_;
  std::vector<Found> loops_;
  std::vector<int32_t> vertical_;
};

void RequireShape(std::span<const uint8_t> mask, uint32_t rows, uint32_t columns) {
  if (rows > 65535 || columns > 65535 || mask.size() != size_t{rows} * columns) {
    throw Error(ErrorKind::kInvalid, "a mask of another shape");
  }
}

}  // namespace

Outlines TraceOutlines(std::span<const uint8_t> mask, uint32_t rows, uint32_t columns) {
  RequireShape(mask, rows, columns);
  Tracer tracer(mask, rows, columns);
  tracer.Trace();
  return tracer.Take();
}

std::vector<Loop> TraceKeyholes(std::span<const uint8_t> mask, uint32_t rows, uint32_t columns) {
  RequireShape(mask, rows, columns);
  Tracer tracer(mask, rows, columns);
  tracer.Trace();
  tracer.JoinHoles();
  return tracer.TakeOuter();
}

namespace {

// Where the edge from a to b crosses the middle of rows; an edge owns its upper end.
void AddCrossings(const Point& a, const Point& b, std::vector<std::vector<double>>& crossings,
                  size_t& left) {
  const Point& top = a[1] < b[1] ? a : b;
  const Point& bottom = a[1] < b[1] ? b : a;
  const double rows = static_cast<double>(crossings.size());
  const double first = std::max(0.0, std::ceil(top[1] - 0.5));
  const double last = std::min(rows, std::ceil(bottom[1] - 0.5));  // not included
  if (!(first < last)) return;
  const auto count = static_cast<size_t>(last - first);
  if (count > left) throw Error(ErrorKind::kInvalid, "more outlines than can be filled");
  left -= count;
  const double slope = (bottom[0] - top[0]) / (bottom[1] - top[1]);
  for (size_t i = 0; i < count; ++i) {
    const double y = first + static_cast<double>(i) + 0.5;
    crossings[static_cast<size_t>(first) + i].push_back(top[0] + slope * (y - top[1]));
  }
}

}  // namespace

void FillPolygons(std::span<const std::vector<Point>> polygons, uint32_t rows, uint32_t columns,
                  std::span<uint8_t> mask, size_t crossings_max) {
  RequireShape(mask, rows, columns);
  std::vector<std::vector<double>> crossings(rows);
  for (const std::vector<Point>& polygon : polygons) {
    for (size_t i = 0; i < polygon.size(); ++i) {
      AddCrossings(polygon[i], polygon[(i + 1) % polygon.size()], crossings, crossings_max);
    }
  }
  for (size_t row = 0; row < rows; ++row) {
    std::vector<double>& at = crossings[row];
    std::sort(at.begin(), at.end());
    for (size_t i = 0; i + 1 < at.size(); i += 2) {
      const double begin = std::clamp(std::ceil(at[i] - 0.5), 0.0, static_cast<double>(columns));
      const double end = std::clamp(std::ceil(at[i + 1] - 0.5), 0.0, static_cast<double>(columns));
      for (auto x = static_cast<size_t>(begin); x < static_cast<size_t>(end); ++x) {
        mask[row * columns + x] = 1;
      }
    }
  }
}

}  // namespace glossator::results
