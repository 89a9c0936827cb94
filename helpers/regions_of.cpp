// SPDX-License-Identifier: GPL-3.0-or-later
#include "helpers/regions_of.h"

#include <algorithm>
#include <map>

#include "dicom/error.h"

namespace glossator::helpers {
namespace {

results::Plane ToPlane(const seg::Plane& plane) {
  return {.position = plane.position,
          .orientation = plane.orientation,
          .row_spacing = plane.row_spacing,
          .column_spacing = plane.column_spacing};
}

// Which frames of the object tell about a segment on a source frame. 0: every segment (LABELMAP).
using Places = std::multimap<std::pair<uint16_t, size_t>, size_t>;

Places PlacesOf(const seg::Segmentation& segmentation, const seg::Source& source) {
  Places places;
  const auto matches = seg::MatchFrames(segmentation, source);
  for (size_t frame = 0; frame < matches.size(); ++frame) {
    if (!matches[frame]) {
      throw Error(ErrorKind::kConflict, "a segmentation frame belongs to no image of the source");
    }
    places.emplace(std::pair(segmentation.frames[frame].segment, size_t{*matches[frame]}), frame);
  }
  return places;
}

bool AddFrame(const seg::Segmentation& segmentation, size_t frame, uint16_t segment,
              std::span<uint8_t> mask) {
  const uint32_t half = (segmentation.maximum_fractional_value + 1) / 2;
  bool any = false;
  for (size_t i = 0; i < mask.size(); ++i) {
    const uint16_t value = segmentation.Voxel(frame, i);
    const bool in = segmentation.kind == seg::Kind::kLabelMap     ? value == segment
                    : segmentation.kind == seg::Kind::kFractional ? value != 0 && value >= half
                                                                  : value != 0;
    if (in) mask[i] = 1;
    any = any || in;
  }
  return any;
}

results::Region RegionOf(const seg::Segment& segment) {
  results::Region region{.number = segment.label,
                         .name = segment.name,
                         .category = segment.category,
                         .type = segment.type,
                         .algorithm_type = segment.algorithm_type,
                         .color = segment.color,
                         .tracking_uid = segment.tracking_uid};
  return region;
}

}  // namespace

results::Regions FramesOf(const seg::Source& source) {
  results::Regions regions;
  regions.rows = source.rows;
  regions.columns = source.columns;
  regions.frame_of_reference_uid = source.frame_of_reference_uid;
  regions.head = source.head;
  for (const seg::SourceFrame& frame : source.frames) {
    const seg::SourceInstance& instance = source.instances[frame.instance];
    results::RegionFrame place;
    place.image = {.sop_class_uid = instance.sop_class_uid,
                   .sop_instance_uid = instance.sop_instance_uid,
                   .series_instance_uid = source.series_instance_uid,
                   .study_instance_uid = source.study_instance_uid};
    if (instance.multi_frame) place.image.frames = {frame.frame_number};
    if (frame.plane) place.plane = ToPlane(*frame.plane);
    regions.frames.push_back(std::move(place));
  }
  return regions;
}

results::Regions RegionsOf(const seg::Segmentation& segmentation, const seg::Source& source) {
  if (segmentation.rows != source.rows || segmentation.columns != source.columns) {
    throw Error(ErrorKind::kConflict, "the segmentation has another matrix than its source");
  }
  results::Regions regions = FramesOf(source);
  for (const seg::Segment& segment : segmentation.description.segments) {
    if (segment.label != 0) regions.regions.push_back(RegionOf(segment));
  }
  regions.mask = [&segmentation, places = PlacesOf(segmentation, source), list = regions.regions](
                     size_t region, size_t frame, std::span<uint8_t> mask) {
    const bool together = segmentation.kind == seg::Kind::kLabelMap;
    const uint16_t number = list[region].number;
    const auto [begin, end] = places.equal_range({together ? uint16_t{0} : number, frame});
    bool any = false;
    for (auto place = begin; place != end; ++place) {
      any = AddFrame(segmentation, place->second, number, mask) || any;
    }
    return any;
  };
  return regions;
}

}  // namespace glossator::helpers
