// SPDX-License-Identifier: GPL-3.0-or-later
// The grid that an object spans by itself, when its source is not at hand.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "seg/decode.h"
#include "seg/plane.h"
#include "seg/slide.h"

namespace glossator::seg {
namespace {

constexpr double kSame = 0.01;                      // mm
constexpr uint64_t kVoxelsMax = uint64_t{1} << 32;  // a hostile spacing must not fill the memory

// One plane per distinct position along the normal of the first.
std::vector<Plane> DistinctPlanes(const Segmentation& segmentation) {
  std::vector<Plane> planes;
  for (const SegmentationFrame& frame : segmentation.frames) {
    if (!frame.plane) return {};
    planes.push_back(*frame.plane);
  }
  if (planes.empty()) return planes;
  const Vector normal = planes[0].Normal();
  const auto along = [&](const Plane& plane) { return Dot(normal, plane.position); };
  std::sort(planes.begin(), planes.end(),
            [&](const Plane& a, const Plane& b) { return along(a) < along(b); });
  const auto last = std::unique(planes.begin(), planes.end(), [&](const Plane& a, const Plane& b) {
    return std::abs(along(a) - along(b)) < kSame &&
           SameDirection(a.orientation, b.orientation, 1e-3);
  });
  planes.erase(last, planes.end());
  return planes;
}

double Distance(const Plane& a, const Plane& b) { return Dot(a.Normal(), b.position) - a.Along(); }

// Empty frames were omitted: steps that are whole multiples of the smallest are filled up.
double StepOf(const Segmentation& segmentation, const std::vector<Plane>& planes) {
  if (segmentation.slice_spacing > kSame) return segmentation.slice_spacing;
  double step = 0;
  for (size_t i = 1; i < planes.size(); ++i) {
    const double distance = Distance(planes[i - 1], planes[i]);
    if (step == 0 || distance < step) step = distance;
  }
  return step;
}

void Append(std::vector<Plane>& filled, const Plane& next, double step) {
  const Plane last = filled.back();
  const double steps = step > 0 ? Distance(last, next) / step : 1;
  const double whole = std::round(steps);
  const bool regular = std::abs(steps - whole) < 0.01 * whole + 0.01;
  const int missing = regular && whole < 2'000 ? static_cast<int>(whole) - 1 : 0;
  for (int i = 1; i <= missing; ++i) {
    Plane plane = last;
    for (int k = 0; k < 3; ++k) {
      plane.position[k] += (next.position[k] - last.position[k]) * i / whole;
    }
    filled.push_back(plane);
  }
  filled.push_back(next);
}

std::vector<Plane> Filled(const Segmentation& segmentation) {
  const auto planes = DistinctPlanes(segmentation);
  if (planes.size() < 2) return planes;
  const double step = StepOf(segmentation, planes);
  std::vector<Plane> filled{planes[0]};
  for (size_t i = 1; i < planes.size(); ++i) {
    Append(filled, planes[i], step);
    if (filled.size() * segmentation.frame_voxels() > kVoxelsMax) return planes;
  }
  return filled;
}

// Without planes: one frame per referenced image and frame number, in the order of the object.
void AddByReference(const Segmentation& segmentation, Source& grid) {
  std::map<std::string, uint32_t> instances;
  std::set<std::pair<uint32_t, uint32_t>> seen;
  for (const SegmentationFrame& frame : segmentation.frames) {
    const FrameReference reference =
        frame.sources.empty() ? FrameReference{} : frame.sources.front();
    const auto next = static_cast<uint32_t>(grid.instances.size());
    const auto [place, added] = instances.emplace(reference.sop_instance_uid, next);
    if (added) grid.instances.push_back({"", reference.sop_instance_uid, 1, true});
    if (!seen.insert({place->second, reference.frame_number}).second) continue;
    grid.frames.push_back({place->second, reference.frame_number, frame.plane, frame.tile});
  }
}

// Every tile of the matrix, when all frames are tiles of its raster.
std::vector<SourceFrame> Raster(const Segmentation& segmentation, const SlideMatrix& slide) {
  std::vector<SourceFrame> frames;
  const uint64_t count = TilesOf(slide, segmentation.rows, segmentation.columns);
  if (count * segmentation.frame_voxels() > kVoxelsMax) return frames;
  for (uint64_t i = 0; i < count; ++i) {
    frames.push_back({0,
                      static_cast<uint32_t>(i + 1),
                      {},
                      TileAt(slide, i, segmentation.rows, segmentation.columns)});
  }
  return frames;
}

bool OnRaster(const Segmentation& segmentation) {
  return std::all_of(
      segmentation.frames.begin(), segmentation.frames.end(), [&](const SegmentationFrame& frame) {
        return frame.tile && frame.tile->offset[2] == 0 &&
               (frame.tile->row - 1) % static_cast<int64_t>(segmentation.rows) == 0 &&
               (frame.tile->column - 1) % static_cast<int64_t>(segmentation.columns) == 0;
      });
}

}  // namespace

Source OwnGrid(const Segmentation& segmentation) {
  Source grid;
  grid.slide = SlideOf(segmentation.head);
  grid.rows = segmentation.rows;
  grid.columns = segmentation.columns;
  grid.study_instance_uid = segmentation.study_instance_uid;
  if (grid.slide && OnRaster(segmentation)) grid.frames = Raster(segmentation, *grid.slide);
  for (const Plane& plane : Filled(segmentation)) grid.frames.push_back({0, 1, plane, {}});
  if (grid.frames.empty()) {
    AddByReference(segmentation, grid);
  } else {
    grid.frame_of_reference_uid = segmentation.frame_of_reference_uid;
  }
  grid.Index();
  return grid;
}

}  // namespace glossator::seg
