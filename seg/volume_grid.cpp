// SPDX-License-Identifier: GPL-3.0-or-later
// Voxels of a volume file to those of the source.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <type_traits>
#include <utility>

#include "dicom/error.h"
#include "seg/plane.h"
#include "seg/slide.h"
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
Index Rounded(const Vector& index, const VolumeFile& volume) {
  Index rounded{};
  for (size_t k = 0; k < 3; ++k) {
    const double whole = std::round(index[k]);
    if (!(std::abs(index[k] - whole) <= kVoxelTolerance)) OtherGrid("voxels do not coincide");
    if (whole < 0 || whole >= volume.size[k]) OtherGrid("it does not cover the source");
    rounded[k] = static_cast<int64_t>(whole);
  }
  return rounded;
}

int64_t Linear(const Index& index, const VolumeFile& volume) {
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
int64_t Stride(const Index& from, const Index& to, int64_t count, const VolumeFile& volume) {
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

uint64_t VoxelsOf(const VolumeFile& volume) {
  return uint64_t{volume.size[0]} * volume.size[1] * volume.size[2];
}

GridMatch InSourceOrder(const VolumeFile& volume, const Source& source) {
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

// Each voxel as a double, by the file's type.
template <class Visit>
void WithValues(const VolumeFile& volume, Visit&& visit) {
  const char* data = volume.data.data();
  switch (volume.type) {
    case ValueType::kInt8:
      return visit(reinterpret_cast<const int8_t*>(data));
    case ValueType::kUint8:
      return visit(reinterpret_cast<const uint8_t*>(data));
    case ValueType::kInt16:
      return visit(reinterpret_cast<const int16_t*>(data));
    case ValueType::kUint16:
      return visit(reinterpret_cast<const uint16_t*>(data));
    case ValueType::kInt32:
      return visit(reinterpret_cast<const int32_t*>(data));
    case ValueType::kUint32:
      return visit(reinterpret_cast<const uint32_t*>(data));
    case ValueType::kFloat:
      return visit(reinterpret_cast<const float*>(data));
    case ValueType::kDouble:
      return visit(reinterpret_cast<const double*>(data));
  }
}

// put(value, output index) for every voxel of a layer in source order.
template <class Value, class Put>
void ForEachVoxel(const Value* values, const GridMatch& match, const Source& source, Put&& put) {
  size_t out = 0;
  for (const int64_t start : match.start) {
    for (uint32_t row = 0; row < source.rows; ++row) {
      const Value* value = values + start + row * match.per_row;
      for (uint32_t column = 0; column < source.columns; ++column, value += match.per_column) {
        put(*value, out++);
      }
    }
  }
}

Labels Empty(const Source& source, LabelType type) {
  Labels labels{static_cast<uint32_t>(source.frames.size()), source.rows, source.columns, type, {}};
  labels.bytes.resize(labels.view().bytes());
  return labels;
}

// Whether a voxel can be a label. Asked before anything is cast: NaN, infinity and numbers out of
// range have no integer (a NaN voxel of a float volume once went through a cast).
template <class Value>
bool IsLabel(Value value) {
  if constexpr (std::is_floating_point_v<Value>) {
    return value >= 0 && value <= 65535 && value == std::trunc(value);
  } else {
    return std::in_range<uint16_t>(value);
  }
}

template <class Value>
LabelType NarrowestFor(const Value* values, size_t count) {
  if constexpr (sizeof(Value) == 1) {
    return LabelType::kUint8;
  } else {
    const bool narrow =
        std::all_of(values, values + count, [](Value value) { return !(value > Value{255}); });
    return narrow ? LabelType::kUint8 : LabelType::kUint16;
  }
}

template <class Label, class Value>
bool CopyLabels(const Value* values, const GridMatch& match, const Source& source, Label* out) {
  bool fine = true;
  ForEachVoxel(values, match, source, [&](Value value, size_t index) {
    const bool label = IsLabel(value);
    fine &= label;
    out[index] = label ? static_cast<Label>(value) : Label{0};
  });
  return fine;
}

template <class Value>
Labels LabelLayer(const Value* values, size_t count, const GridMatch& match, const Source& source) {
  Labels labels = Empty(source, NarrowestFor(values, count));
  auto* bytes = labels.bytes.data();
  const bool fine = labels.type == LabelType::kUint8
                        ? CopyLabels(values, match, source, bytes)
                        : CopyLabels(values, match, source, reinterpret_cast<uint16_t*>(bytes));
  if (!fine) throw Error(ErrorKind::kInvalid, "labels: a value is no whole number in 0..65535");
  return labels;
}

template <class Value>
Labels FractionLayer(const Value* values, const GridMatch& match, const Source& source,
                     uint8_t maximum) {
  Labels labels = Empty(source, LabelType::kUint8);
  const double scale = std::is_floating_point_v<Value> ? maximum : 1;
  bool fine = true;
  ForEachVoxel(values, match, source, [&](Value value, size_t index) {
    const double scaled = static_cast<double>(value) * scale;
    const bool fraction = scaled >= 0 && scaled <= maximum + 1e-6;  // not so for NaN
    fine &= fraction;
    labels.bytes[index] = fraction ? static_cast<uint8_t>(scaled + 0.5) : uint8_t{0};
  });
  if (!fine) throw Error(ErrorKind::kInvalid, "labels: a fraction is outside of its range");
  return labels;
}

template <class MakeLayer>
std::vector<Labels> LayersOn(const VolumeFile& volume, const Source& grid, MakeLayer& make) {
  const GridMatch match = MatchGrid(volume, grid);
  std::vector<Labels> layers;
  WithValues(volume, [&](const auto* values) {
    for (uint32_t i = 0; i < volume.layers; ++i) {
      layers.push_back(make(values + i * VoxelsOf(volume), match, grid));
    }
  });
  return layers;
}

// A slide's matrix as a source of one frame.
Source MatrixOf(const Source& source) {
  Source matrix;
  matrix.rows = source.slide->rows;
  matrix.columns = source.slide->columns;
  matrix.frames.resize(1);
  return matrix;
}

bool IsWholeMatrix(const VolumeFile& volume, const Source& source) {
  return source.slide && volume.size[0] == source.slide->columns &&
         volume.size[1] == source.slide->rows && volume.size[2] == 1;
}

template <class MakeLayer>
std::vector<Labels> Layers(const VolumeFile& volume, const Source& source, MakeLayer&& make) {
  if (IsWholeMatrix(volume, source)) {
    Source matrix = MatrixOf(source);
    auto layers = LayersOn(volume, matrix, make);
    for (Labels& layer : layers) layer = CutIntoTiles(layer.view(), source);
    return layers;
  }
  return LayersOn(volume, source, make);
}

}  // namespace

GridMatch MatchGrid(const VolumeFile& volume, const Source& source) {
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

bool FitsGrid(const VolumeFile& volume, const Source& source) {
  try {
    MatchGrid(volume, source);
    return true;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kConflict) throw;
    return false;
  }
}

std::vector<Labels> ToLabels(const VolumeFile& volume, const Source& source) {
  return Layers(volume, source,
                [&](const auto* values, const GridMatch& match, const Source& grid) {
                  return LabelLayer(values, VoxelsOf(volume), match, grid);
                });
}

std::vector<Labels> ToFractions(const VolumeFile& volume, const Source& source, uint8_t maximum) {
  return Layers(volume, source,
                [&](const auto* values, const GridMatch& match, const Source& grid) {
                  return FractionLayer(values, match, grid, maximum);
                });
}

}  // namespace glossator::seg
