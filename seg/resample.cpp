// SPDX-License-Identifier: GPL-3.0-or-later
// Labels of another grid on that of the source, nearest neighbour: labels have no values between.
#include <cmath>
#include <cstring>

#include "dicom/error.h"
#include "seg/plane.h"
#include "seg/volume_file.h"
#include "seg/volume_types.h"

namespace glossator::seg {
namespace {

// Patient coordinates to voxel indices of the file.
class ToIndex {
 public:
  explicit ToIndex(const Affine& affine) : origin_(affine.origin) {
    const auto& a = affine.axes;
    const Vector crossed = CrossOf(a[1], a[2]);
    const double determinant = Dot(a[0], crossed);
    if (!(std::abs(determinant) > 1e-9)) {
      throw Error(ErrorKind::kConflict, "labels: their axes do not span space");
    }
    rows_ = {crossed, CrossOf(a[2], a[0]), CrossOf(a[0], a[1])};
    for (Vector& row : rows_) {
      for (double& value : row) value /= determinant;
    }
  }

  Vector Point(const Vector& p) const {
    return Direction({p[0] - origin_[0], p[1] - origin_[1], p[2] - origin_[2]});
  }
  Vector Direction(const Vector& d) const {
    return {Dot(rows_[0], d), Dot(rows_[1], d), Dot(rows_[2], d)};
  }

 private:
  static Vector CrossOf(const Vector& a, const Vector& b) {
    return Cross({a[0], a[1], a[2], b[0], b[1], b[2]});
  }
  Vector origin_;
  std::array<Vector, 3> rows_;
};

struct Walk {
  Vector start;  // index of the frame's first voxel
  Vector per_row;
  Vector per_column;
};

Walk WalkOf(const ToIndex& to_index, const Plane& plane) {
  const auto& o = plane.orientation;
  const double c = plane.column_spacing;
  const double r = plane.row_spacing;
  return {to_index.Point(plane.position), to_index.Direction({o[3] * r, o[4] * r, o[5] * r}),
          to_index.Direction({o[0] * c, o[1] * c, o[2] * c})};
}

// Linear index of the nearest voxel, or nullopt outside of the file.
std::optional<uint64_t> Nearest(const Walk& walk, uint32_t row, uint32_t column,
                                const VolumeFile& volume) {
  uint64_t linear = 0;
  for (size_t k = 3; k-- > 0;) {
    const double at = walk.start[k] + walk.per_row[k] * row + walk.per_column[k] * column;
    const double whole = std::floor(at + 0.5);
    if (!(whole >= 0 && whole < volume.size[k])) return std::nullopt;
    linear = linear * volume.size[k] + static_cast<uint64_t>(whole);
  }
  return linear;
}

}  // namespace

VolumeFile Resampled(const VolumeFile& volume, const Source& source) {
  const auto affine = AffineOf(source);
  if (!volume.affine || !affine) {
    throw Error(ErrorKind::kConflict, "labels: without geometry nothing can be resampled");
  }
  const ToIndex to_index(*volume.affine);
  VolumeFile made;
  made.size = {source.columns, source.rows, static_cast<uint32_t>(source.frames.size())};
  made.layers = volume.layers;
  made.type = volume.type;
  const size_t size = BytesOf(volume.type);
  made.data.assign(DataBytes(made), '\0');
  const uint64_t layer_bytes = DataBytes(volume) / volume.layers;
  const uint64_t made_bytes = made.data.size() / volume.layers;
  uint64_t out = 0;
  for (const SourceFrame& frame : source.frames) {
    if (!frame.plane) throw Error(ErrorKind::kConflict, "source: a frame has no plane");
    const Walk walk = WalkOf(to_index, *frame.plane);
    for (uint32_t row = 0; row < source.rows; ++row) {
      for (uint32_t column = 0; column < source.columns; ++column, ++out) {
        const auto from = Nearest(walk, row, column, volume);
        for (uint32_t layer = 0; from && layer < volume.layers; ++layer) {
          std::memcpy(made.data.data() + layer * made_bytes + out * size,
                      volume.data.data() + layer * layer_bytes + *from * size, size);
        }
      }
    }
  }
  return made;  // without affine: it is in source order
}

}  // namespace glossator::seg
