// SPDX-License-Identifier: GPL-3.0-or-later
#include "seg/line_runs.h"

#include <algorithm>

namespace glossator::seg {

GridRuns::GridRuns(const VolumeHeader& volume, const Source& source, const GridMatch& match)
    : size_{volume.size[0], volume.size[1], volume.size[2]},
      columns_(source.columns),
      frame_voxels_(uint64_t{source.rows} * source.columns),
      row_(AxisOf(match.per_row, source.rows)),
      column_(AxisOf(match.per_column, source.columns)) {
  const bool by_line = row_.along != 1 && column_.along != 1;
  const bool by_plane = row_.along != 2 && column_.along != 2;
  frames_.resize(static_cast<size_t>((by_line ? size_[1] : 1) * (by_plane ? size_[2] : 1)));
  for (const int64_t start : match.start) {
    const auto frame = static_cast<uint32_t>(starts_.size());
    const int64_t plane = size_[0] * size_[1];
    starts_.push_back({start % size_[0], start / size_[0] % size_[1], start / plane});
    frames_[BucketOf(starts_.back()[1], starts_.back()[2])].push_back(frame);
  }
}

GridRuns::Axis GridRuns::AxisOf(int64_t stride, uint32_t count) const {
  const int64_t strides[] = {1, size_[0], size_[0] * size_[1]};
  for (int along = 0; count > 1 && along < 3; ++along) {
    if (size_[static_cast<size_t>(along)] > 1 && strides[along] == std::abs(stride)) {
      return {along, stride > 0 ? 1 : -1, count};
    }
  }
  return {};
}

// Frames that touch a line share those of its coordinates that neither rows nor columns run along.
size_t GridRuns::BucketOf(int64_t j, int64_t k) const {
  const bool by_line = row_.along != 1 && column_.along != 1;
  const bool by_plane = row_.along != 2 && column_.along != 2;
  const int64_t line = by_line ? j : 0;
  return static_cast<size_t>(by_plane ? k * (by_line ? size_[1] : 1) + line : line);
}

int64_t GridRuns::On(const Axis& axis, const Index& start, const Index& line) {
  if (axis.along < 1) return 0;
  const auto along = static_cast<size_t>(axis.along);
  const int64_t index = (line[along] - start[along]) * axis.sign;
  return index < axis.count ? index : -1;
}

void GridRuns::Add(uint32_t frame, const Index& line, std::vector<Run>& runs) const {
  const Index& start = starts_[frame];
  const int64_t row = On(row_, start, line);
  const int64_t column = On(column_, start, line);
  if (row < 0 || column < 0) return;
  Run run{
      frame * frame_voxels_ + static_cast<uint64_t>(row) * columns_ + static_cast<uint64_t>(column),
      1, static_cast<uint32_t>(start[0]), 1};
  const bool rows = row_.along == 0;
  if (rows || column_.along == 0) {
    const Axis& axis = rows ? row_ : column_;
    const int64_t step = rows ? int64_t{columns_} : 1;
    run.count = static_cast<uint32_t>(axis.count);
    run.step = step * axis.sign;
    if (axis.sign < 0) {  // the line's first value is the axis' last voxel
      run.to += static_cast<uint64_t>(step * (axis.count - 1));
      run.from -= run.count - 1;
    }
  }
  runs.push_back(run);
}

void GridRuns::Of(uint32_t j, uint32_t k, std::vector<Run>& runs) const {
  runs.clear();
  const Index line{0, j, k};
  for (const uint32_t frame : frames_[BucketOf(j, k)]) Add(frame, line, runs);
}

TileRuns::TileRuns(const Source& source) : source_(source) {
  for (uint32_t i = 0; i < source.frames.size(); ++i) {
    const Tile& tile = *source.frames[i].tile;
    if (tile.row < 1 || tile.column < 1) continue;
    if (static_cast<uint32_t>(tile.column) > source.slide->columns) continue;
    frames_[tile.row - 1].push_back(i);
  }
}

void TileRuns::Of(uint32_t j, uint32_t /*k*/, std::vector<Run>& runs) const {
  runs.clear();
  const uint64_t frame_voxels = uint64_t{source_.rows} * source_.columns;
  const int64_t line = j;
  for (auto at = frames_.upper_bound(line - source_.rows); at != frames_.end(); ++at) {
    if (at->first > line) return;
    for (const uint32_t frame : at->second) {
      const uint32_t column = static_cast<uint32_t>(source_.frames[frame].tile->column) - 1;
      runs.push_back(
          {frame * frame_voxels + static_cast<uint64_t>(line - at->first) * source_.columns, 1,
           column, std::min(source_.columns, source_.slide->columns - column)});
    }
  }
}

}  // namespace glossator::seg
