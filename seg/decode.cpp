// SPDX-License-Identifier: GPL-3.0-or-later
#include "seg/decode.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "dicom/error.h"
#include "seg/bits.h"
#include "seg/place_frames.h"
#include "seg/plane.h"

namespace glossator::seg {
namespace {

constexpr double kPositionTolerance = 0.01;  // mm
constexpr double kDirectionTolerance = 1e-3;
constexpr double kSpacingTolerance = 1e-3;  // relative

bool SamePosition(const Plane& a, const Plane& b) {
  for (int k = 0; k < 3; ++k) {
    if (std::abs(a.position[k] - b.position[k]) > kPositionTolerance) return false;
  }
  return SameDirection(a.orientation, b.orientation, kDirectionTolerance);
}

// Source frames by their position along one direction, so that many frames are found quickly.
class PlaneIndex {
 public:
  explicit PlaneIndex(const Source& source) : source_(source) {
    if (source.frames.empty() || !source.frames[0].plane) return;
    normal_ = source.frames[0].plane->Normal();
    for (uint32_t i = 0; i < source.frames.size(); ++i) {
      const auto& plane = source.frames[i].plane;
      if (plane) order_.emplace_back(Dot(normal_, plane->position), i);
    }
    std::sort(order_.begin(), order_.end());
  }

  std::optional<uint32_t> Find(const Plane& plane) const {
    const double along = Dot(normal_, plane.position);
    auto at = std::lower_bound(order_.begin(), order_.end(),
                               std::pair(along - 2 * kPositionTolerance, uint32_t{0}));
    for (; at != order_.end() && at->first <= along + 2 * kPositionTolerance; ++at) {
      if (SamePosition(*source_.frames[at->second].plane, plane)) return at->second;
    }
    return std::nullopt;
  }

 private:
  const Source& source_;
  Vector normal_{};
  std::vector<std::pair<double, uint32_t>> order_;
};

// Tiles of a slide by their place in its matrix; the first of several at one place.
class TileIndex {
 public:
  explicit TileIndex(const Source& source) {
    for (uint32_t i = 0; i < source.frames.size(); ++i) {
      if (const auto& tile = source.frames[i].tile) at_.emplace(KeyOf(*tile), i);
    }
  }
  std::optional<uint32_t> Find(const Tile& tile) const {
    const auto found = at_.find(KeyOf(tile));
    return found == at_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  using Key = std::array<int64_t, 3>;
  static Key KeyOf(const Tile& tile) {
    return {tile.row, tile.column, std::llround(std::clamp(tile.offset[2], -1e12, 1e12) * 100)};
  }
  std::map<Key, uint32_t> at_;
};

bool Near(double a, double b) { return std::abs(a - b) <= kSpacingTolerance * std::abs(b); }

// Rows and columns must be the source's, and where both know it the spacing too.
void CheckGrid(const Segmentation& segmentation, const Source& source) {
  bool same = segmentation.rows == source.rows && segmentation.columns == source.columns;
  if (same && !segmentation.frames.empty() && !source.frames.empty()) {
    const auto& ours = segmentation.frames[0].plane;
    const auto& theirs = source.frames[0].plane;
    same = !ours || !theirs ||
           (Near(ours->row_spacing, theirs->row_spacing) &&
            Near(ours->column_spacing, theirs->column_spacing));
  }
  if (!same) throw Error(ErrorKind::kConflict, "segmentation: on another grid than the source");
}

}  // namespace

std::vector<uint32_t> PlacesOfFrames(const Segmentation& segmentation, const Source& source) {
  CheckGrid(segmentation, source);
  std::vector<uint32_t> places;
  for (const auto& place : MatchFrames(segmentation, source)) {
    if (!place) {
      throw Error(ErrorKind::kConflict, "segmentation: a frame that belongs to no source frame");
    }
    places.push_back(*place);
  }
  return places;
}

LabelType LabelTypeFor(const Segmentation& segmentation) {
  if (segmentation.kind == Kind::kLabelMap) {
    return segmentation.bits_allocated == 16 ? LabelType::kUint16 : LabelType::kUint8;
  }
  const bool wide = std::any_of(segmentation.frames.begin(), segmentation.frames.end(),
                                [](const SegmentationFrame& frame) { return frame.segment > 255; });
  return wide ? LabelType::kUint16 : LabelType::kUint8;
}

void ShapeLabels(Labels& labels, const Source& source, LabelType type) {
  labels.frames = static_cast<uint32_t>(source.frames.size());
  labels.rows = source.rows;
  labels.columns = source.columns;
  labels.type = type;
  const size_t bytes = labels.view().bytes();
  if (labels.bytes.size() != bytes) labels.bytes.assign(bytes, 0);
}

namespace {

// Frames in the order of where they go: then a slice stays in the cache while it is cleared and all
// of its segments are written, which is worth more than reading the bits in order.
class BySlice {
 public:
  explicit BySlice(const std::vector<uint32_t>& places) : order_(places.size()), places_(places) {
    std::iota(order_.begin(), order_.end(), size_t{0});
    std::stable_sort(order_.begin(), order_.end(),
                     [&](size_t a, size_t b) { return places[a] < places[b]; });
  }

  // write(frame, place) for each frame, after its slice was cleared.
  template <class Write>
  void Run(Labels& labels, Write&& write) const {
    const size_t slice_bytes = labels.view().frame_voxels() * labels.view().voxel_bytes();
    size_t next = 0;
    for (uint32_t place = 0; place < labels.frames; ++place) {
      std::memset(labels.bytes.data() + place * slice_bytes, 0, slice_bytes);
      for (; next < order_.size() && places_[order_[next]] == place; ++next) {
        write(order_[next], place);
      }
    }
  }

 private:
  std::vector<size_t> order_;
  const std::vector<uint32_t>& places_;
};

// True when a voxel had another label.
bool SpreadFrame(const Segmentation& segmentation, size_t frame, uint16_t value, uint32_t place,
                 Labels& labels) {
  const size_t count = segmentation.frame_voxels();
  const uint64_t offset = uint64_t{frame} * count;
  if (labels.type == LabelType::kUint8) {
    return Spread(segmentation.pixels, offset, count, static_cast<uint8_t>(value),
                  labels.bytes.data() + place * count);
  }
  return Spread(segmentation.pixels, offset, count, value,
                reinterpret_cast<uint16_t*>(labels.bytes.data()) + place * count);
}

// Whole bytes: FRACTIONAL and LABELMAP.
void CopyFrame(const Segmentation& segmentation, size_t frame, uint32_t place, Labels& labels) {
  const size_t bytes = segmentation.frame_voxels() * segmentation.bits_allocated / 8;
  std::memcpy(labels.bytes.data() + place * bytes, segmentation.pixels.data() + frame * bytes,
              bytes);
}

}  // namespace

std::vector<std::optional<uint32_t>> MatchFrames(const Segmentation& segmentation,
                                                 const Source& source) {
  const PlaneIndex planes(source);
  const TileIndex tiles(source);
  std::vector<std::optional<uint32_t>> places;
  places.reserve(segmentation.frames.size());
  for (const SegmentationFrame& frame : segmentation.frames) {
    std::optional<uint32_t> place;
    if (frame.sources.size() == 1) {
      place = source.Find(frame.sources[0].sop_instance_uid, frame.sources[0].frame_number);
    }
    if (!place && frame.plane) place = planes.Find(*frame.plane);
    if (!place && frame.tile) place = tiles.Find(*frame.tile);
    places.push_back(place);
  }
  return places;
}

void DecodeInto(const Segmentation& segmentation, const Source& source, Labels& labels) {
  if (segmentation.kind == Kind::kFractional) {
    throw Error(ErrorKind::kUnsupported, "segmentation: fractions are no labels");
  }
  const auto places = PlacesOfFrames(segmentation, source);
  ShapeLabels(labels, source, LabelTypeFor(segmentation));
  bool overlap = false;
  BySlice(places).Run(labels, [&](size_t frame, uint32_t place) {
    if (segmentation.kind == Kind::kLabelMap) {
      CopyFrame(segmentation, frame, place, labels);
    } else {
      const uint16_t number = segmentation.frames[frame].segment;
      overlap |= SpreadFrame(segmentation, frame, number, place, labels);
    }
  });
  if (overlap) throw Error(ErrorKind::kConflict, "segmentation: segments overlap");
}

Labels Decode(const Segmentation& segmentation, const Source& source) {
  Labels labels;
  DecodeInto(segmentation, source, labels);
  return labels;
}

namespace {

void SegmentFrame(const Segmentation& segmentation, uint16_t segment, size_t frame, uint32_t place,
                  Labels& labels) {
  if (segmentation.kind == Kind::kLabelMap) {
    uint8_t* values = labels.bytes.data() + place * segmentation.frame_voxels();
    for (size_t k = 0; k < segmentation.frame_voxels(); ++k) {
      if (segmentation.Voxel(frame, k) == segment) values[k] = 1;
    }
    return;
  }
  if (segmentation.frames[frame].segment != segment) return;
  if (segmentation.kind == Kind::kBinary) SpreadFrame(segmentation, frame, 1, place, labels);
  if (segmentation.kind == Kind::kFractional) CopyFrame(segmentation, frame, place, labels);
}

}  // namespace

Labels DecodeSegment(const Segmentation& segmentation, const Source& source, uint16_t segment) {
  const auto places = PlacesOfFrames(segmentation, source);
  Labels labels;
  ShapeLabels(labels, source, LabelType::kUint8);
  BySlice(places).Run(labels, [&](size_t frame, uint32_t place) {
    SegmentFrame(segmentation, segment, frame, place, labels);
  });
  return labels;
}

std::map<uint16_t, uint64_t> CountVoxels(const Segmentation& segmentation) {
  std::map<uint16_t, uint64_t> counts;
  for (const Segment& segment : segmentation.description.segments) counts[segment.label] = 0;
  const size_t count = segmentation.frame_voxels();
  for (size_t i = 0; i < segmentation.frames.size(); ++i) {
    if (segmentation.kind == Kind::kBinary) {
      counts[segmentation.frames[i].segment] += CountBits(segmentation.pixels, i * count, count);
      continue;
    }
    for (size_t k = 0; k < count; ++k) {
      const uint16_t value = segmentation.Voxel(i, k);
      if (value == 0) continue;
      ++counts[segmentation.kind == Kind::kLabelMap ? value : segmentation.frames[i].segment];
    }
  }
  return counts;
}

}  // namespace glossator::seg
