// SPDX-License-Identifier: GPL-3.0-or-later
// All lengths are relative to the width of the head above the ears, which anatomy scales with: eyes
// lie about 0.8 widths under the top of the head, the chin about 1.5. Between skin and brain there
// are at least 10 mm of scalp and bone at the forehead, and from the nose downward more than 45.
#include "pixels/face_surface.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace glossator::pixels {
namespace {

constexpr int32_t kAirOfCt = -300;  // HU
constexpr double kOtsuShare = 0.6;  // MR: skin is darker than the mean of all tissue
constexpr size_t kHistogram = 1024;
constexpr double kTopAreaMax = 13000;  // mm2 of the topmost slice: the top of the head is near
constexpr double kTopAreaMin = 400;    // mm2, less is noise
constexpr double kCapRadius = 75;      // mm, of the sphere that the top of a head is
constexpr double kBandTop = 60, kBandBottom = 90;  // mm under the top: where the width is taken
constexpr double kHeadWidthMin = 100, kHeadWidthMax = 190;  // mm
constexpr double kFaceReach = 0.85;  // widths: a volume that ends above shows no face to remove
constexpr double kSmoothing = 25;    // mm, half a window
constexpr double kHole = 10;         // mm, deeper than its neighborhood: a nostril, an open mouth
constexpr double kSkin = 8;          // mm that go at least
constexpr double kBehind = 12, kRandom = 10;  // mm behind the smoothed surface
constexpr double kRandomStep = 12;            // mm between two random numbers
// A convex forehead lies up to 5 mm in front of its smoothed surface; what lies more is a nose.
constexpr double kNose = 0.2, kNoseTop = 0.7, kStandsOut = 6;
constexpr double kCheckDepth = 5, kCheckShare = 0.9;
constexpr double kMiddle = 0.3, kCheckTop = 0.6, kCheckBottom = 1.2;  // widths: what is checked

// How deep a cut may go at a distance (in widths) under the top of the head.
struct Allowance {
  double under_top;
  double depth;  // mm; linear between two rows
};
constexpr Allowance kAllowed[] = {{0.549, 0}, {0.55, 7},  {0.75, 7}, {0.85, 12},
                                  {1.05, 35}, {1.60, 35}, {1.601, 0}};

double AllowedDepth(double under_top) {
  if (under_top <= kAllowed[0].under_top) return 0;
  for (size_t i = 1; i < std::size(kAllowed); ++i) {
    const auto &from = kAllowed[i - 1], &to = kAllowed[i];
    if (under_top > to.under_top) continue;
    const double share = (under_top - from.under_top) / (to.under_top - from.under_top);
    return from.depth + share * (to.depth - from.depth);
  }
  return 0;
}

// The threshold with the largest variance between the two classes (Otsu 1979).
int32_t Otsu(std::vector<int32_t> values) {
  const auto last = values.begin() + static_cast<ptrdiff_t>(values.size() * 995 / 1000);
  std::nth_element(values.begin(), last, values.end());
  const double high = *last, low = *std::min_element(values.begin(), values.end());
  if (high <= low) return static_cast<int32_t>(high);
  std::vector<double> counts(kHistogram);
  for (const int32_t value : values) {
    const double place = std::clamp((value - low) / (high - low), 0.0, 1.0);
    ++counts[static_cast<size_t>(place * (kHistogram - 1))];
  }
  const double all = static_cast<double>(values.size());
  double sum = 0, below = 0, part = 0, best = -1;
  size_t at = 0;
  for (size_t i = 0; i < kHistogram; ++i) sum += static_cast<double>(i) * counts[i];
  for (size_t i = 0; i + 1 < kHistogram; ++i) {
    below += counts[i];
    part += static_cast<double>(i) * counts[i];
    if (below == 0 || below == all) continue;
    const double apart = part / below - (sum - part) / (all - below);
    const double between = below * (all - below) * apart * apart;
    if (between > best) best = between, at = i;
  }
  const double share = kOtsuShare * static_cast<double>(at) / (kHistogram - 1);
  return static_cast<int32_t>(low + share * (high - low));
}

// A small generator with a full period: the same numbers everywhere (splitmix64).
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  double Next() {  // 0 to 1
    uint64_t z = state_ += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return static_cast<double>((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
  }

 private:
  uint64_t state_;
};

// One number for each (x, z).
struct Map {
  uint32_t nx, nz;
  std::vector<double> values;

  Map(uint32_t x, uint32_t z, double value) : nx(x), nz(z), values(size_t{x} * z, value) {}
  double& at(uint32_t x, uint32_t z) { return values[size_t{z} * nx + x]; }
  double at(uint32_t x, uint32_t z) const { return values[size_t{z} * nx + x]; }
};
constexpr double kNone = -1;  // no surface on this line

// The mean over a window, of the lines that have a surface.
Map Smooth(const Map& map, uint32_t half_x, uint32_t half_z) {
  const size_t side = size_t{map.nx} + 1;
  std::vector<double> sums(side * (map.nz + 1)), counts(sums.size());
  for (uint32_t z = 0; z < map.nz; ++z) {
    for (uint32_t x = 0; x < map.nx; ++x) {
      const double value = map.at(x, z);
      const size_t to = (z + 1) * side + x + 1;
      sums[to] = sums[to - 1] + sums[to - side] - sums[to - side - 1] + std::max(value, 0.0);
      counts[to] = counts[to - 1] + counts[to - side] - counts[to - side - 1] + (value >= 0);
    }
  }
  Map smooth(map.nx, map.nz, kNone);
  for (uint32_t z = 0; z < map.nz; ++z) {
    for (uint32_t x = 0; x < map.nx; ++x) {
      const size_t left = x - std::min(x, half_x), right = std::min(map.nx, x + half_x + 1);
      const size_t top = z - std::min(z, half_z), bottom = std::min(map.nz, z + half_z + 1);
      const auto window = [&](const std::vector<double>& table) {
        return table[bottom * side + right] - table[top * side + right] -
               table[bottom * side + left] + table[top * side + left];
      };
      if (window(counts) > 0.5) smooth.at(x, z) = window(sums) / window(counts);
    }
  }
  return smooth;
}

// Random numbers on a wide grid, linear between them.
Map Noise(const HeadGrid& grid, uint64_t seed) {
  const auto wide = [](uint32_t count, double step) {
    return static_cast<uint32_t>(count * step / kRandomStep) + 2;
  };
  Random random(seed);
  Map coarse(wide(grid.nx, grid.dx), wide(grid.nz, grid.dz), 0);
  for (double& value : coarse.values) value = kRandom * random.Next();
  Map noise(grid.nx, grid.nz, 0);
  for (uint32_t z = 0; z < grid.nz; ++z) {
    const double v = z * grid.dz / kRandomStep, fv = v - std::floor(v);
    for (uint32_t x = 0; x < grid.nx; ++x) {
      const double u = x * grid.dx / kRandomStep, fu = u - std::floor(u);
      const auto i = static_cast<uint32_t>(u), j = static_cast<uint32_t>(v);
      noise.at(x, z) = (1 - fv) * ((1 - fu) * coarse.at(i, j) + fu * coarse.at(i + 1, j)) +
                       fv * ((1 - fu) * coarse.at(i, j + 1) + fu * coarse.at(i + 1, j + 1));
    }
  }
  return noise;
}

class Head {
 public:
  Head(const HeadGrid& grid, bool is_ct)
      : grid_(grid), threshold_(is_ct ? kAirOfCt : Otsu(grid.values)), mask_(grid.voxels()) {
    for (size_t i = 0; i < mask_.size(); ++i) mask_[i] = grid.values[i] > threshold_;
    KeepLargestPart(mask_, grid.nx, grid.ny, grid.nz);
  }

  int32_t threshold() const { return threshold_; }
  double width() const { return width_; }
  double middle_x() const { return middle_x_; }
  // In widths under the top of the head.
  double UnderTop(uint32_t z) const { return (z * grid_.dz - top_) / width_; }

  // Why it is no head that can be measured; "" when it is.
  std::string Measure() {
    uint32_t first = 0;
    while (first < grid_.nz && AreaOf(first) < kTopAreaMin) ++first;
    if (first == grid_.nz) return "nothing stands out from the air";
    const double area = AreaOf(first);
    if (first == 0 && area > kTopAreaMax) return "the top of the head is not in the volume";
    top_ = first * grid_.dz - (first == 0 ? area / (2 * M_PI * kCapRadius) : 0);
    std::vector<double> widths;
    for (uint32_t z = first; z < grid_.nz; ++z) {
      const double under = z * grid_.dz - top_;
      if (under >= kBandTop && under <= kBandBottom) widths.push_back(WidthOf(z));
    }
    if (widths.empty()) return "the volume ends above the face";
    std::nth_element(widths.begin(), widths.begin() + static_cast<ptrdiff_t>(widths.size() / 2),
                     widths.end());
    width_ = widths[widths.size() / 2];
    if (width_ < kHeadWidthMin || width_ > kHeadWidthMax) return "this has not the width of a head";
    if (UnderTop(grid_.nz - 1) < kFaceReach) return "the volume ends above the face";
    FindMiddle();
    return "";
  }

  // In mm from the front; kNone where the line meets no head or only its back half.
  Map Surface() const {
    Map surface(grid_.nx, grid_.nz, kNone);
    for (uint32_t z = 0; z < grid_.nz; ++z) {
      for (uint32_t x = 0; x < grid_.nx; ++x) {
        for (uint32_t y = 0; y * grid_.dy < middle_y_ && y < grid_.ny; ++y) {
          if (mask_[grid_.index(x, y, z)] == 0) continue;
          surface.at(x, z) = y * grid_.dy;
          break;
        }
      }
    }
    return surface;
  }

 private:
  double AreaOf(uint32_t z) const {
    const auto from = mask_.begin() + static_cast<ptrdiff_t>(grid_.index(0, 0, z));
    const auto count = std::count(from, from + static_cast<ptrdiff_t>(grid_.nx * grid_.ny), 1);
    return static_cast<double>(count) * grid_.dx * grid_.dy;
  }

  double WidthOf(uint32_t z) const {
    ptrdiff_t most = 0;
    for (uint32_t y = 0; y < grid_.ny; ++y) {
      const auto from = mask_.begin() + static_cast<ptrdiff_t>(grid_.index(0, y, z));
      most = std::max(most, std::count(from, from + grid_.nx, 1));
    }
    return static_cast<double>(most) * grid_.dx;
  }

  // The middle of the skull, above the ears.
  void FindMiddle() {
    double count = 0, x_sum = 0, y_sum = 0;
    for (uint32_t z = 0; z < grid_.nz; ++z) {
      const double under = z * grid_.dz - top_;
      if (under < kBandTop || under > kBandBottom) continue;
      for (uint32_t y = 0; y < grid_.ny; ++y) {
        for (uint32_t x = 0; x < grid_.nx; ++x) {
          if (mask_[grid_.index(x, y, z)] == 0) continue;
          count += 1;
          x_sum += x;
          y_sum += y;
        }
      }
    }
    middle_x_ = x_sum / count * grid_.dx;
    middle_y_ = y_sum / count * grid_.dy;
  }

  const HeadGrid& grid_;
  int32_t threshold_;
  std::vector<uint8_t> mask_;
  double top_ = 0, width_ = 1, middle_x_ = 0, middle_y_ = 0;
};

uint32_t Cells(double length, double step) {
  return std::max(1u, static_cast<uint32_t>(length / step));
}

// A line through a nostril meets tissue far behind the face: what is deeper than its neighborhood
// counts as lying a little behind it.
void CloseHoles(Map& surface, const HeadGrid& grid) {
  const Map around = Smooth(surface, Cells(kSmoothing, grid.dx), Cells(kSmoothing, grid.dz));
  for (size_t i = 0; i < surface.values.size(); ++i) {
    if (surface.values[i] < 0) continue;
    surface.values[i] = std::min(surface.values[i], around.values[i] + kHole);
  }
}

// From where the allowed depth counts: the skin; where a nose stands out, what it stands on.
double Base(double skin, double around, uint32_t x, uint32_t z, const Head& head,
            const HeadGrid& grid) {
  const bool nose =
      std::abs(x * grid.dx - head.middle_x()) < kNose * head.width() && head.UnderTop(z) > kNoseTop;
  return nose ? std::max(skin, around - kStandsOut) : skin;
}

Map CutBehind(const Map& surface, const Head& head, const HeadGrid& grid, uint64_t seed) {
  const Map smooth = Smooth(surface, Cells(kSmoothing, grid.dx), Cells(kSmoothing, grid.dz));
  const Map noise = Noise(grid, seed);
  Map cut(grid.nx, grid.nz, 0);
  for (uint32_t z = 0; z < grid.nz; ++z) {
    const double allowed = AllowedDepth(head.UnderTop(z));
    for (uint32_t x = 0; x < grid.nx; ++x) {
      const double skin = surface.at(x, z), around = smooth.at(x, z);
      if (skin < 0 || allowed <= 0) continue;
      const double wanted = std::max(skin + kSkin, around + kBehind + noise.at(x, z));
      cut.at(x, z) = std::min(wanted, Base(skin, around, x, z, head, grid) + allowed);
    }
  }
  return cut;
}

// Whether the middle of the face is gone.
bool IsGone(const Map& surface, const Map& cut, const Head& head, const HeadGrid& grid) {
  size_t lines = 0, gone = 0;
  for (uint32_t z = 0; z < grid.nz; ++z) {
    if (head.UnderTop(z) < kCheckTop || head.UnderTop(z) > kCheckBottom) continue;
    for (uint32_t x = 0; x < grid.nx; ++x) {
      if (std::abs(x * grid.dx - head.middle_x()) > kMiddle * head.width()) continue;
      ++lines;
      if (surface.at(x, z) >= 0 && cut.at(x, z) >= surface.at(x, z) + kCheckDepth) ++gone;
    }
  }
  return lines > 0 && static_cast<double>(gone) >= kCheckShare * static_cast<double>(lines);
}

}  // namespace

void KeepLargestPart(std::vector<uint8_t>& mask, uint32_t nx, uint32_t ny, uint32_t nz) {
  constexpr uint8_t kFresh = 1;
  std::vector<uint32_t> part, largest;
  const uint32_t steps[3] = {1, nx, nx * ny};
  for (size_t first = 0; first < mask.size(); ++first) {
    if (mask[first] != kFresh) continue;
    part.assign(1, static_cast<uint32_t>(first));
    mask[first] = 2;
    for (size_t next = 0; next < part.size(); ++next) {
      const uint32_t at = part[next];
      const uint32_t place[3] = {at % nx, at / nx % ny, at / (nx * ny)};
      const uint32_t size[3] = {nx, ny, nz};
      for (int axis = 0; axis < 3; ++axis) {
        const auto visit = [&](uint32_t to) {
          if (mask[to] != kFresh) return;
          mask[to] = 2;
          part.push_back(to);
        };
        if (place[axis] > 0) visit(at - steps[axis]);
        if (place[axis] + 1 < size[axis]) visit(at + steps[axis]);
      }
    }
    if (part.size() > largest.size()) largest.swap(part);
  }
  std::fill(mask.begin(), mask.end(), uint8_t{0});
  for (const uint32_t at : largest) mask[at] = 1;
}

FaceCut FindFaceCut(const HeadGrid& grid, bool is_ct, uint64_t seed) {
  FaceCut result;
  if (grid.voxels() == 0 || grid.voxels() != grid.values.size() || grid.voxels() > UINT32_MAX) {
    result.fault = "no volume";
    return result;
  }
  Head head(grid, is_ct);
  result.fault = head.Measure();
  if (!result.fault.empty()) return result;
  Map surface = head.Surface();
  CloseHoles(surface, grid);
  const Map cut = CutBehind(surface, head, grid, seed);
  if (!IsGone(surface, cut, head, grid)) {
    result.fault = "the face is not where it is looked for";
    return result;
  }
  result.air_below = head.threshold();
  result.depth.assign(cut.values.begin(), cut.values.end());
  for (uint32_t z = 0; z < grid.nz; ++z) {
    result.spares_bone.push_back(is_ct && head.UnderTop(z) < kFaceReach);
  }
  return result;
}

}  // namespace glossator::pixels
