// SPDX-License-Identifier: GPL-3.0-or-later
#include "structured-report/coordinate_rules.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace glossator::sr {
namespace tags = dicom::tags;
namespace {

struct Shape {
  const char* type;
  size_t least;  // points
  bool exact;
  bool in_plane;
  bool in_space;
};
const Shape kShapes[] = {
    {"POINT", 1, true, true, true},      {"MULTIPOINT", 1, false, true, true},
    {"POLYLINE", 2, false, true, true},  {"CIRCLE", 2, true, true, false},
    {"ELLIPSE", 4, true, true, true},    {"POLYGON", 4, false, false, true},
    {"ELLIPSOID", 6, true, false, true},
};

struct Range {
  const char* type;
  size_t least;
  size_t most;
};
const Range kRanges[] = {
    {"POINT", 1, 1},   {"MULTIPOINT", 1, SIZE_MAX},   {"BEGIN", 1, 1},
    {"SEGMENT", 2, 2}, {"MULTISEGMENT", 2, SIZE_MAX}, {"END", 1, 1},
};

constexpr double kSame = 1e-3;  // pixels or mm

}  // namespace

std::string FaultOf(const Graphic& graphic, bool flat) {
  const auto* shape =
      std::find_if(std::begin(kShapes), std::end(kShapes),
                   [&](const Shape& candidate) { return graphic.type == candidate.type; });
  if (shape == std::end(kShapes) || !(flat ? shape->in_plane : shape->in_space)) {
    return "unknown graphic type";
  }
  const size_t dimensions = flat ? 2 : 3;
  const size_t points = graphic.data.size() / dimensions;
  if (graphic.data.size() % dimensions != 0 || points < shape->least ||
      (shape->exact && points != shape->least)) {
    return "the wrong number of coordinates";
  }
  if (!std::all_of(graphic.data.begin(), graphic.data.end(),
                   [](double number) { return std::isfinite(number); })) {
    return "a coordinate that is no number";
  }
  if (graphic.type == "POLYGON" && !IsClosed(graphic)) return "a polygon that is not closed";
  return "";
}

std::string FaultOf(const Temporal& temporal) {
  const auto* range =
      std::find_if(std::begin(kRanges), std::end(kRanges),
                   [&](const Range& candidate) { return temporal.range_type == candidate.type; });
  if (range == std::end(kRanges)) return "unknown temporal range type";
  const size_t sizes[] = {temporal.sample_positions.size(), temporal.time_offsets.size(),
                          temporal.date_times.size()};
  const size_t count = *std::max_element(std::begin(sizes), std::end(sizes));
  if (sizes[0] + sizes[1] + sizes[2] != count) return "times of several kinds";
  if (count < range->least || count > range->most) return "the wrong number of times";
  if (temporal.range_type == "MULTISEGMENT" && count % 2 != 0) return "the wrong number of times";
  if (!std::is_sorted(temporal.sample_positions.begin(), temporal.sample_positions.end()) ||
      !std::is_sorted(temporal.time_offsets.begin(), temporal.time_offsets.end())) {
    return "times that go back";
  }
  const auto& samples = temporal.sample_positions;
  if (!samples.empty() && samples.front() < 1) return "samples are counted from 1";
  return "";
}

bool IsClosed(const Graphic& graphic) {
  const size_t dimensions = graphic.frame_of_reference_uid.empty() ? 2 : 3;
  if (graphic.data.size() < 3 * dimensions) return false;
  return std::equal(graphic.data.begin(), graphic.data.begin() + static_cast<long>(dimensions),
                    graphic.data.end() - static_cast<long>(dimensions),
                    [](double a, double b) { return std::abs(a - b) < kSame; });
}

bool IsInside(const Graphic& graphic, const dicom::DataSet& head) {
  const bool whole = graphic.pixel_origin == "VOLUME";
  const auto columns = head.GetInt(whole ? tags::TotalPixelMatrixColumns : tags::Columns);
  const auto rows = head.GetInt(whole ? tags::TotalPixelMatrixRows : tags::Rows);
  if (!columns || !rows) return true;
  const double most[] = {static_cast<double>(*columns), static_cast<double>(*rows)};
  for (size_t i = 0; i < graphic.data.size(); ++i) {
    if (!(graphic.data[i] >= 0 && graphic.data[i] <= most[i % 2])) return false;
  }
  return true;
}

}  // namespace glossator::sr
