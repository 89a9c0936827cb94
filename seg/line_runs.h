// SPDX-License-Identifier: GPL-3.0-or-later
// Where a line of a volume file (its fastest axis) goes: so that voxels are placed in the order in
// which the file has them, however its axes are flipped or permuted, and never lie in memory twice.
#pragma once

#include <map>
#include <vector>

#include "seg/volume_file.h"

namespace glossator::seg {

// Values from..from+count of a line go to voxel `to` of the labels and on, `step` voxels apart.
struct Run {
  uint64_t to = 0;
  int64_t step = 1;
  uint32_t from = 0;
  uint32_t count = 0;
};

class LineRuns {
 public:
  virtual ~LineRuns() = default;
  // Replaces `runs` by those of line j of plane k.
  virtual void Of(uint32_t j, uint32_t k, std::vector<Run>& runs) const = 0;
};

// A volume on the source's grid.
class GridRuns final : public LineRuns {
 public:
  GridRuns(const VolumeHeader& volume, const Source& source, const GridMatch& match);
  void Of(uint32_t j, uint32_t k, std::vector<Run>& runs) const override;

 private:
  using Index = std::array<int64_t, 3>;
  struct Axis {
    int along = -1;  // axis of the file; -1: there is only one
    int64_t sign = 1;
    int64_t count = 1;
  };
  Axis AxisOf(int64_t stride, uint32_t count) const;
  // Index of the row or column on line (j, k) of a frame that starts at `start`; -1 when none is.
  static int64_t On(const Axis& axis, const Index& start, const Index& line);
  size_t BucketOf(int64_t j, int64_t k) const;
  void Add(uint32_t frame, const Index& line, std::vector<Run>& runs) const;

  Index size_;
  uint32_t columns_;
  uint64_t frame_voxels_;
  Axis row_;
  Axis column_;
  std::vector<Index> starts_;                  // per frame
  std::vector<std::vector<uint32_t>> frames_;  // by bucket
};

// One image of a slide's matrix, cut into the source's tiles.
class TileRuns final : public LineRuns {
 public:
  explicit TileRuns(const Source& source);
  void Of(uint32_t j, uint32_t k, std::vector<Run>& runs) const override;

 private:
  const Source& source_;
  std::map<int64_t, std::vector<uint32_t>> frames_;  // by the tile's first row, from 0
};

}  // namespace glossator::seg
