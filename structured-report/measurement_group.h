// SPDX-License-Identifier: GPL-3.0-or-later
// One finding: PS3.16 TID 1410, 1411, 1501, with TID 1502 and 4019.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "structured-report/measurement.h"

namespace glossator::sr {

// A segment of a segmentation; with `frames` the planar region on those, whose segment the frames
// say themselves: `number` stays 1.
struct SegmentReference {
  std::string sop_class_uid;
  std::string sop_instance_uid;
  int64_t number = 1;
  std::vector<int64_t> frames{};
  bool operator==(const SegmentReference&) const = default;
};

// TID 1502 Time Point Context.
struct TimePoint {
  std::string time_point;
  std::optional<Code> type{};
  std::optional<int64_t> order{};
  std::string subject_identifier{};
  std::string protocol_identifier{};
  std::optional<double> offset{};  // from the event, in `offset_unit`
  std::optional<Code> offset_unit{};
  std::optional<Code> event{};
  bool operator==(const TimePoint&) const = default;
};

// TID 4019 Algorithm Identification.
struct Algorithm {
  std::string name;
  std::string version;
  std::string parameters{};
  bool operator==(const Algorithm&) const = default;
};

// A further Finding Site (VM 1-n), each with its own side and part.
struct Site {
  Code site;
  std::optional<Code> laterality{};
  std::optional<Code> site_modifier{};
  bool operator==(const Site&) const = default;
};

// TID 1411 with a segment or several regions, TID 1410 with one region or a segment's frame, else
// TID 1501.
struct MeasurementGroup {
  std::string tracking_identifier;
  std::string tracking_uid;
  std::optional<Code> category{};
  std::optional<Code> finding{};
  std::optional<Code> site{};
  std::optional<Code> laterality{};
  std::optional<SegmentReference> segment{};
  // What it was seen on. Empty with a segment: the source series is named instead.
  std::vector<ImageReference> images{};
  std::vector<Measurement> measurements{};
  std::vector<Evaluation> evaluations{};
  std::string session{};
  std::optional<Code> site_modifier{};
  std::vector<Site> more_sites{};
  std::optional<TimePoint> time_point{};
  std::optional<Code> method{};
  std::vector<Modifier> modifiers{};
  std::vector<Region> regions{};
  std::vector<Extent> extents{};
  std::optional<Algorithm> algorithm{};
  const char* template_id() const;
  bool operator==(const MeasurementGroup&) const = default;
};

// `series`: UIDs of the source series.
ContentItem ToItem(const MeasurementGroup& group, const std::vector<std::string>& series,
                   const Instances& instances);
MeasurementGroup ToGroup(const ContentItem& container);

}  // namespace glossator::sr
