// SPDX-License-Identifier: GPL-3.0-or-later
// Faults of one group and of what it holds.
#include <algorithm>
#include <cmath>

#include "dicom/uid.h"
#include "structured-report/coordinate_rules.h"
#include "structured-report/faults.h"
#include "structured-report/ucum.h"

namespace glossator::sr {
namespace tags = dicom::tags;
namespace {

using dicom::DataSet;

// Pairs of group and channel (PS3.3 C.18.5.1.1).
bool HasChannels(const DataSet& head, const std::vector<int64_t>& channels) {
  if (channels.size() % 2 != 0) return false;
  const auto& groups = head.GetItems(tags::WaveformSequence);
  for (size_t i = 0; i < channels.size(); i += 2) {
    if (channels[i] < 1 || channels[i] > static_cast<int64_t>(groups.size())) return false;
    const auto count =
        groups[static_cast<size_t>(channels[i] - 1)].GetInt(tags::NumberOfWaveformChannels);
    if (channels[i + 1] < 0 || channels[i + 1] > count.value_or(0)) return false;
  }
  return true;
}

bool HasSegment(const DataSet& head, int64_t number) {
  if (!head.Has(tags::SegmentSequence)) return true;  // a head may be cut short
  const auto& items = head.GetItems(tags::SegmentSequence);
  return std::any_of(items.begin(), items.end(), [number](const DataSet& item) {
    return item.GetInt(tags::SegmentNumber) == number;
  });
}

}  // namespace

void Faults::CheckLine(const std::string& where, const std::string& text, size_t most) {
  Require(LengthOf(text) <= most, where, "at most " + std::to_string(most) + " characters");
  const bool plain =
      std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == '\\'; });
  Require(plain, where, "no backslash and no control characters");
}

void Faults::CheckCode(const std::string& where, const Code& code) {
  const bool complete = !code.value.empty() && !code.scheme.empty() && !code.meaning.empty();
  Require(complete, where, "a code has value, scheme and meaning");
  CheckLine(where, code.scheme, 16);
  CheckLine(where, code.meaning, 64);
  CheckLine(where, code.value, 256);
}

void Faults::CheckUnit(const std::string& where, const Code& unit) {
  CheckCode(where, unit);
  Require(unit.scheme == "UCUM" && IsUcum(unit.value), where, "not a UCUM unit");
}

const DataSet* Faults::Given(const std::string& where, const std::string& sop_instance_uid) {
  const auto found = instances_.find(sop_instance_uid);
  Require(found != instances_.end(), where, "refers to an instance that was not given");
  return found == instances_.end() ? nullptr : found->second;
}

void Faults::CheckImage(const std::string& where, const ImageReference& image) {
  const DataSet* head = Given(where, image.sop_instance_uid);
  if (head == nullptr) return;
  const int64_t count = head->GetInt(tags::NumberOfFrames).value_or(1);
  for (const int64_t frame : image.frames) {
    Require(frame >= 1 && frame <= count, where, "no such frame");
  }
  Require(HasChannels(*head, image.channels), where + ".channels", "no such channel");
}

void Faults::CheckSegment(const std::string& where, const SegmentReference& segment) {
  const DataSet* head = Given(where, segment.sop_instance_uid);
  if (head == nullptr) return;
  Require(
      segment.sop_class_uid.empty() || head->GetString(tags::SOPClassUID) == segment.sop_class_uid,
      where, "the instance is of another class");
  const bool exists = !segment.frames.empty() || HasSegment(*head, segment.number);
  Require(exists && segment.number >= 0 && segment.number <= 65535, where, "no such segment");
  Require(segment.frames.empty() || segment.number == 1, where, "frames say which segment it is");
  const int64_t count = head->GetInt(tags::NumberOfFrames).value_or(1);
  for (const int64_t frame : segment.frames) {
    Require(frame >= 1 && frame <= count, where, "no such frame");
  }
}

void Faults::CheckRegion(const std::string& where, const Region& region) {
  const Graphic graphic{region.type, region.points, region.frame_of_reference_uid,
                        region.pixel_origin};
  const std::string fault = FaultOf(graphic, !region.is_in_space());
  Require(fault.empty(), where, fault);
  CheckCode(where + ".purpose", region.purpose);
  if (region.is_in_space()) {
    return Require(dicom::IsBearableUid(region.frame_of_reference_uid) &&
                       !region.frame_of_reference_uid.empty(),
                   where, "neither an image nor a frame of reference");
  }
  Require(region.frame_of_reference_uid.empty(), where, "both an image and a frame of reference");
  CheckImage(where + ".image", *region.image);
  const auto found = instances_.find(region.image->sop_instance_uid);
  if (found == instances_.end()) return;
  Require(IsInside(graphic, *found->second), where, "outside of the image");
  const bool tiled = found->second->Has(tags::TotalPixelMatrixColumns);
  const bool known = region.pixel_origin == "FRAME" || region.pixel_origin == "VOLUME";
  Require(tiled ? known : region.pixel_origin.empty(), where + ".pixel_origin",
          tiled ? "FRAME or VOLUME" : "only of tiled images");
}

void Faults::CheckExtent(const std::string& where, const Extent& extent) {
  const std::string fault =
      FaultOf(Temporal{extent.type, extent.samples, extent.seconds, extent.date_times});
  Require(fault.empty(), where, fault);
  CheckImage(where + ".source", extent.source);
}

void Faults::CheckModifiers(const std::string& where, const std::vector<Modifier>& modifiers) {
  for (const Modifier& modifier : modifiers) {
    CheckCode(where, modifier.concept_name);
    CheckCode(where, modifier.value);
    Require(modifier.value.has_value() == modifier.text.empty(), where, "either a code or a text");
    Require(!IsReservedModifier(modifier.concept_name), where, "has a key of its own");
  }
}

void Faults::CheckMeasurement(const std::string& where, const Measurement& measurement) {
  CheckCode(where + ".concept", measurement.concept_name);
  CheckCode(where + ".derivation", measurement.derivation);
  CheckCode(where + ".method", measurement.method);
  CheckCode(where + ".qualifier", measurement.qualifier);
  if (measurement.value) {
    Require(std::isfinite(*measurement.value), where + ".value", "not a number");
    CheckUnit(where + ".unit", measurement.unit);
  } else {
    Require(measurement.qualifier.has_value(), where, "neither value nor qualifier");
    Require(measurement.unit.value.empty(), where + ".unit", "a unit without value");
  }
  CheckModifiers(where + ".modifiers", measurement.modifiers);
  for (const ImageReference& image : measurement.images) CheckImage(where + ".images", image);
  for (const Region& region : measurement.regions) CheckRegion(where + ".regions", region);
  for (const Extent& extent : measurement.extents) CheckExtent(where + ".extents", extent);
  CheckLine(where + ".reader", measurement.reader, 64);
}

void Faults::CheckEvaluation(const std::string& where, const Evaluation& evaluation) {
  CheckCode(where, evaluation.concept_name);
  CheckCode(where, evaluation.value);
  Require(evaluation.value.has_value() == evaluation.text.empty(), where,
          "either a code or a text");
  CheckModifiers(where + ".modifiers", evaluation.modifiers);
}

void Faults::CheckTimePoint(const std::string& where, const TimePoint& point) {
  Require(!point.time_point.empty(), where + ".time_point", "missing");
  CheckCode(where + ".type", point.type);
  CheckCode(where + ".event", point.event);
  Require(point.offset.has_value() == point.offset_unit.has_value(), where, "an offset has a unit");
  Require(!point.event || point.offset, where, "an event needs an offset");
  if (point.offset_unit) CheckUnit(where + ".offset_unit", *point.offset_unit);
}

void Faults::CheckGroup(const std::string& where, const MeasurementGroup& group) {
  Require(!group.tracking_identifier.empty(), where, "no tracking identifier");
  Require(dicom::IsValidUid(group.tracking_uid), where + ".tracking_uid", "not a UID");
  const std::pair<const char*, const std::optional<Code>&> codes[] = {
      {".category", group.category},
      {".finding", group.finding},
      {".site", group.site},
      {".laterality", group.laterality},
      {".site_modifier", group.site_modifier},
      {".method", group.method},
  };
  for (const auto& [name, code] : codes) CheckCode(where + name, code);
  Require((!group.laterality && !group.site_modifier) || group.site, where,
          "a laterality or modifier of a site needs a site");
  for (const Site& site : group.more_sites) {
    CheckCode(where + ".more_sites", site.site);
    CheckCode(where + ".more_sites.laterality", site.laterality);
    CheckCode(where + ".more_sites.site_modifier", site.site_modifier);
  }
  Require(group.more_sites.empty() || group.site, where, "further sites need a first one");
  if (group.time_point) CheckTimePoint(where + ".time_point", *group.time_point);
  if (group.segment) CheckSegment(where + ".segment", *group.segment);
  Require(!group.segment || group.regions.empty(), where, "either a segment or regions");
  for (const Region& region : group.regions) CheckRegion(where + ".regions", region);
  for (const Extent& extent : group.extents) CheckExtent(where + ".extents", extent);
  for (const ImageReference& image : group.images) CheckImage(where + ".images", image);
  CheckModifiers(where + ".modifiers", group.modifiers);
  for (size_t i = 0; i < group.measurements.size(); ++i) {
    CheckMeasurement(where + At(".measurements", i), group.measurements[i]);
    Require(group.measurements[i].from.empty(), where + At(".measurements", i),
            "only derived measurements are computed from others");
  }
  for (const Evaluation& evaluation : group.evaluations) {
    CheckEvaluation(where + ".evaluations", evaluation);
  }
  Require(!group.algorithm || (!group.algorithm->name.empty() && !group.algorithm->version.empty()),
          where + ".algorithm", "an algorithm has name and version");
}

}  // namespace glossator::sr
