// SPDX-License-Identifier: GPL-3.0-or-later
// Voxels of a volume file to those of the source.
#include <cmath>

#include "dicom/error.h"
#include "seg/plane.h"
#include "seg/volume_file.h"

namespace glossator::seg {
namespace {

constexpr double kVoxelTolerance = 0.1;  // of a voxel, at the far corner too

[[noreturn]] void OtherGrid(const char* text) {
  throw Error(ErrorKind::kConflict, std::string("labels on another grid than the source: ") + text);
}

// Inverse of the affine's axes.
class Inverse {
 public:
  explicit Inverse(const Affine& affine) : origin_(affine.origin) {
    const auto& a = affine.axes;
    const Vector crossed = CrossOf(a[1], a[2]);
    const double determinant = Dot(a[0], crossed);
    if (std::abs(determinant) < 1e-9) OtherGrid("its axes do not span space");
    rows_ = {crossed, CrossOf(a[2], a[0]), CrossOf(a[0], a[1])};
    for (Vector& row : rows_) {
      for (double& value : row) value /= determinant;
    }
  }

  Vector IndexOf(const Vector& position) const {
    const Vector d{position[0] - origin_[0], position[1] - origin_[1], position[2] - origin_[2]};
    return {Dot(rows_[0], d), Dot(rows_[1], d), Dot(rows_[2], d)};
  }

 private:
  static Vector CrossOf(const Vector& a, const Vector& b) {
    return Cross({a[0], a[1], a[2], b[0], b[1], b[2]});
  }
  Vector origin_;
  std::array<Vector, 3> rows_;
};

using Index = std::array<int64_t, 3>;

// The voxel whose centre is there.
Index Rounded(const Vector& index, const VolumeHeader& volume) {
  Index rounded{};
  for (size_t k = 0; k < 3; ++k) {
    const double whole = std::round(index[k]);
    if (!(std::abs(index[k] - whole) <= kVoxelTolerance)) OtherGrid("voxels do not coincide");
    if (whole < 0 || whole >= volume.size[k]) OtherGrid("it does not cover the source");
    rounded[k] = static_cast<int64_t>(whole);
  }
  return rounded;
}

int64_t Linear(const Index& index, const VolumeHeader& volume) {
  return (index[2] * volume.size[1] + index[1]) * volume.size[0] + index[0];
}

Vector CornerOf(const Plane& plane, double row, double column) {
  Vector corner = plane.position;
  for (size_t k = 0; k < 3; ++k) {
    corner[k] += plane.orientation[k] * plane.column_spacing * column +
                 plane.orientation[3 + k] * plane.row_spacing * row;
  }
  return corner;
}

// Index step of `count` voxels; must be as many steps along one axis.
int64_t Stride(const Index& from, const Index& to, int64_t count, const VolumeHeader& volume) {
  if (count == 0) return 0;
  Index step{};
  int moving = 0;
  for (size_t k = 0; k < 3; ++k) {
    const int64_t distance = to[k] - from[k];
    if (distance == 0) continue;
    if (std::abs(distance) != count) OtherGrid("another voxel size or direction");
    step[k] = distance > 0 ? 1 : -1;
    ++moving;
  }
  if (moving != 1) OtherGrid("another direction");
  return Linear(step, volume);
}

uint64_t VoxelsOf(const VolumeHeader& volume) {
  return uint64_t{volume.size[0]} * volume.size[1] * volume.size[2];
}

GridMatch InSourceOrder(const VolumeHeader& volume, const Source& source) {
  if (volume.size[0] != source.columns || volume.size[1] != source.rows ||
      volume.size[2] != source.frames.size()) {
    OtherGrid("another number of columns, rows or frames");
  }
  GridMatch match;
  match.per_row = source.columns;
  match.per_column = 1;
  for (size_t i = 0; i < source.frames.size(); ++i) {
    match.start.push_back(static_cast<int64_t>(i) * source.rows * source.columns);
  }
  return match;
}

}  // namespace

GridMatch MatchGrid(const VolumeHeader& volume, const Source& source) {
  if (!volume.affine || !AffineOf(source)) return InSourceOrder(volume, source);
  if (VoxelsOf(volume) != uint64_t{source.rows} * source.columns * source.frames.size()) {
    OtherGrid("another number of voxels");
  }
  const Inverse inverse(*volume.affine);
  GridMatch match;
  for (const SourceFrame& frame : source.frames) {
    if (!frame.plane) OtherGrid("a frame of the source has no plane");
    const auto at = [&](uint32_t row, uint32_t column) {
      return Rounded(inverse.IndexOf(CornerOf(*frame.plane, row, column)), volume);
    };
    const Index first = at(0, 0);
    const auto per_column = Stride(first, at(0, source.columns - 1), source.columns - 1, volume);
    const auto per_row = Stride(first, at(source.rows - 1, 0), source.rows - 1, volume);
    at(source.rows - 1, source.columns - 1);
    const bool same = per_column == match.per_column && per_row == match.per_row;
    if (!match.start.empty() && !same) OtherGrid("frames of several directions");
    match.per_column = per_column;
    match.per_row = per_row;
    match.start.push_back(Linear(first, volume));
  }
  return match;
}

bool FitsGrid(const VolumeHeader& volume, const Source& source) {
  try {
    MatchGrid(volume, source);
    return true;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kConflict) throw;
    return false;
  }
}

}  // namespace glossator::seg
