// SPDX-License-Identifier: GPL-3.0-or-later
#include "pixels/figures.h"

#include <algorithm>
#include <cmath>

namespace glossator::pixels {
namespace {

constexpr uint32_t kReach = 20;      // half the side of a neighborhood
constexpr double kDeviations = 0.8;  // of the neighborhood, with the text itself in it
constexpr double kContrastMin = 3;   // values
constexpr uint32_t kWidthMax = 96;
constexpr uint32_t kHeightMax = 48;

enum Mark : uint8_t { kGround, kBright, kDark };

struct Run {
  uint32_t left, right, y;
  uint16_t value;
};

// Sums of values and of squares over a window that slides down the image.
class Neighborhood {
 public:
  explicit Neighborhood(const Gray& gray)
      : gray_(gray), sums_(gray.columns), squares_(gray.columns) {
    for (uint32_t y = 0; y < std::min(kReach, gray.rows); ++y) Change(y, 1);
  }

  // Rows must come in order.
  void Mark(uint32_t y, std::vector<uint8_t>& marks) {
    if (y + kReach < gray_.rows) Change(y + kReach, 1);
    if (y > kReach) Change(y - kReach - 1, -1);
    const uint32_t high = std::min(gray_.rows - 1, y + kReach) - (y - std::min(y, kReach)) + 1;
    double sum = 0, squares = 0;
    for (uint32_t x = 0; x < std::min(kReach, gray_.columns); ++x) {
      sum += static_cast<double>(sums_[x]);
      squares += static_cast<double>(squares_[x]);
    }
    const auto* row = gray_.values.data() + size_t{y} * gray_.columns;
    for (uint32_t x = 0; x < gray_.columns; ++x) {
      if (x + kReach < gray_.columns) {
        sum += static_cast<double>(sums_[x + kReach]);
        squares += static_cast<double>(squares_[x + kReach]);
      }
      if (x > kReach) {
        sum -= static_cast<double>(sums_[x - kReach - 1]);
        squares -= static_cast<double>(squares_[x - kReach - 1]);
      }
      const double count = static_cast<double>(high) * (std::min(gray_.columns - 1, x + kReach) -
                                                        (x - std::min(x, kReach)) + 1);
      const double off = row[x] - sum / count;
      const double variance = squares / count - sum / count * (sum / count);
      const bool stands_out =
          off * off >= kDeviations * kDeviations * variance && std::abs(off) >= kContrastMin;
      marks[x] = !stands_out ? kGround : off > 0 ? kBright : kDark;
    }
  }

 private:
  void Change(uint32_t y, int64_t sign) {
    const auto* row = gray_.values.data() + size_t{y} * gray_.columns;
    for (uint32_t x = 0; x < gray_.columns; ++x) {
      sums_[x] += sign * row[x];
      squares_[x] += sign * int64_t{row[x]} * row[x];
    }
  }

  const Gray& gray_;
  std::vector<int64_t> sums_, squares_;
};

void Unmark(uint32_t y, std::span<const Rectangle> ignored, std::vector<uint8_t>& marks) {
  for (const Rectangle& one : ignored) {
    if (y < one.y || y >= one.bottom() || one.x >= marks.size()) continue;
    const auto end = std::min<uint64_t>(one.right(), marks.size());
    std::fill(marks.begin() + one.x, marks.begin() + static_cast<ptrdiff_t>(end), uint8_t{0});
  }
}

// Whether both ends of the run fall off to the same side, as a stroke's do; a contour of a slope
// does not.
bool IsRidge(const uint16_t* row, uint32_t columns, const Run& run, uint8_t mark) {
  const auto falls = [&](uint16_t neighbor) {
    return mark == kBright ? neighbor < run.value : neighbor > run.value;
  };
  return (run.left == 0 || falls(row[run.left - 1])) &&
         (run.right == columns || falls(row[run.right]));
}

void AddRuns(const Gray& gray, uint32_t y, const std::vector<uint8_t>& marks,
             std::vector<Run>& runs) {
  const auto* row = gray.values.data() + size_t{y} * gray.columns;
  for (uint32_t x = 0; x < gray.columns;) {
    if (marks[x] == kGround) {
      ++x;
      continue;
    }
    uint32_t end = x + 1;
    while (end < gray.columns && marks[end] == marks[x] && row[end] == row[x]) ++end;
    const Run run{x, end, y, row[x]};
    if (IsRidge(row, gray.columns, run, marks[x])) runs.push_back(run);
    x = end;
  }
}

// Joins the runs [first, end) of one row with those that touch them, also at a corner, in [above,
// first), the row above.
void JoinRows(const std::vector<Run>& runs, size_t above, size_t first, Sets& sets) {
  for (size_t i = first, j = above; i < runs.size(); ++i) {
    while (j < first && runs[j].right < runs[i].left) ++j;
    for (size_t k = j; k < first && runs[k].left <= runs[i].right; ++k) {
      if (runs[k].value == runs[i].value) sets.Join(k, i);
    }
  }
}

std::vector<Figure> Collect(const std::vector<Run>& runs, Sets& sets) {
  std::vector<Figure> figures(runs.size());
  for (size_t i = 0; i < runs.size(); ++i) {
    Figure& figure = figures[sets.Find(i)];
    const Run& run = runs[i];
    const bool fresh = figure.runs == 0;
    figure.value = run.value;
    figure.left = fresh ? run.left : std::min(figure.left, run.left);
    figure.top = fresh ? run.y : std::min(figure.top, run.y);
    figure.right = std::max(figure.right, run.right);
    figure.bottom = std::max(figure.bottom, run.y + 1);
    figure.pixels += run.right - run.left;
    ++figure.runs;
  }
  std::erase_if(figures, [](const Figure& figure) {
    return figure.pixels < 2 || figure.right - figure.left > kWidthMax ||
           figure.bottom - figure.top > kHeightMax;
  });
  return figures;
}

}  // namespace

std::vector<Figure> FindFigures(const Gray& gray, std::span<const Rectangle> ignored) {
  Neighborhood neighborhood(gray);
  std::vector<uint8_t> marks(gray.columns);
  std::vector<Run> runs;
  Sets sets(0);
  size_t above = 0;
  for (uint32_t y = 0; y < gray.rows; ++y) {
    neighborhood.Mark(y, marks);
    Unmark(y, ignored, marks);
    const size_t first = runs.size();
    AddRuns(gray, y, marks, runs);
    for (size_t i = first; i < runs.size(); ++i) sets.Add();
    const bool adjacent = first > above && runs[above].y + 1 == y;
    if (adjacent) JoinRows(runs, above, first, sets);
    above = first;
  }
  return Collect(runs, sets);
}

}  // namespace glossator::pixels
