// SPDX-License-Identifier: GPL-3.0-or-later
#include "structured-report/measurement_group.h"

#include "structured-report/concepts.h"
#include "structured-report/numeric.h"

namespace glossator::sr {
namespace {

const Code kNoUnit{"1", "UCUM", "no units"};

std::string TextOf(const ContentItem& item) { return item.text() == nullptr ? "" : *item.text(); }

void AddText(ContentItem& parent, const char* relationship, const Code& name,
             const std::string& text) {
  if (!text.empty()) parent.Add(Text(relationship, name, text));
}

// TID 1502 rows 1 to 7
void AddTimePoint(ContentItem& group, const TimePoint& point) {
  group.Add(Text(kHasObsContext, concepts::kTimePoint, point.time_point));
  if (point.type) group.Add(Coded(kHasObsContext, concepts::kTimePointType, *point.type));
  if (point.order) {
    group.Add(Measured(kHasObsContext, concepts::kTimePointOrder,
                       NumberOf(static_cast<double>(*point.order), kNoUnit)));
  }
  AddText(group, kHasObsContext, concepts::kSubjectTimePoint, point.subject_identifier);
  AddText(group, kHasObsContext, concepts::kProtocolTimePoint, point.protocol_identifier);
  if (!point.offset) return;
  ContentItem& offset =
      group.Add(Measured(kHasObsContext, concepts::kTemporalOffset,
                         NumberOf(*point.offset, point.offset_unit.value_or(kNoUnit))));
  if (point.event) offset.Add(Coded(kHasConceptMod, concepts::kTemporalEvent, *point.event));
}

// TID 4019
void AddAlgorithm(ContentItem& group, const Algorithm& algorithm) {
  group.Add(Text(kHasConceptMod, concepts::kAlgorithmName, algorithm.name));
  group.Add(Text(kHasConceptMod, concepts::kAlgorithmVersion, algorithm.version));
  AddText(group, kHasConceptMod, concepts::kAlgorithmParameters, algorithm.parameters);
}

// The frame of TID 1410; TID 1411 rows 7 and 12: the segment and what it was drawn on.
void AddSegment(ContentItem& item, const MeasurementGroup& group,
                const std::vector<std::string>& series, const Instances& instances) {
  Reference segment = ReferenceTo({group.segment->sop_instance_uid}, instances);
  segment.frames = group.segment->frames;
  // Frames say which segment; PS3.3 C.18.4 forbids both.
  if (segment.frames.empty()) segment.segments = {group.segment->number};
  const Code& name = segment.frames.empty() ? concepts::kReferencedSegment
                                            : concepts::kReferencedSegmentationFrame;
  item.Add(Image(kContains, name, segment));
  for (const ImageReference& image : group.images) {
    item.Add(ToItem(kContains, concepts::kSourceImageForSegmentation, image, instances));
  }
  if (!group.images.empty()) return;
  for (const std::string& uid : series) {
    item.Add(UidRef(kContains, concepts::kSourceSeriesForSegmentation, uid));
  }
}

// Image Region (TID 1410) and Volume Surface (TID 1411); TID 1501 has no regions.
void AddRegions(ContentItem& item, const MeasurementGroup& group, const Instances& instances) {
  const bool volume = std::string_view(group.template_id()) == "1411";
  for (const Region& region : group.regions) {
    const bool surface = volume && region.is_in_space();
    item.Add(ToItem(kContains, surface ? concepts::kVolumeSurface : concepts::kImageRegion, region,
                    instances));
  }
}

void AddSite(ContentItem& item, const Site& site) {
  ContentItem& added = item.Add(Coded(kHasConceptMod, concepts::kFindingSite, site.site));
  if (site.laterality) added.Add(Coded(kHasConceptMod, concepts::kLaterality, *site.laterality));
  if (site.site_modifier) {
    added.Add(Coded(kHasConceptMod, concepts::kTopographicalModifier, *site.site_modifier));
  }
}

void AddSites(ContentItem& item, const MeasurementGroup& group) {
  if (!group.site) return;
  AddSite(item, {*group.site, group.laterality, group.site_modifier});
  for (const Site& site : group.more_sites) AddSite(item, site);
}

// What every group begins with: TID 1501 rows 1b to 3b, TID 1502, and rows 5 to 8; method and site
// of TID 1410 and 1411 are rows 1 to 4 of their TID 1419.
void AddHead(ContentItem& item, const MeasurementGroup& group) {
  AddText(item, kHasObsContext, concepts::kActivitySession, group.session);
  AddText(item, kHasObsContext, concepts::kTrackingIdentifier, group.tracking_identifier);
  if (!group.tracking_uid.empty()) {
    item.Add(UidRef(kHasObsContext, concepts::kTrackingUid, group.tracking_uid));
  }
  if (group.category) item.Add(Coded(kContains, concepts::kFindingCategory, *group.category));
  if (group.finding) item.Add(Coded(kContains, concepts::kFinding, *group.finding));
  if (group.time_point) AddTimePoint(item, *group.time_point);
}

void AddPlace(ContentItem& item, const MeasurementGroup& group,
              const std::vector<std::string>& series, const Instances& instances) {
  AddRegions(item, group, instances);
  for (const Extent& extent : group.extents) {
    item.Add(ToItem(kContains, concepts::kTemporalExtent, extent, instances));
  }
  if (group.segment) return AddSegment(item, group, series, instances);
  for (const ImageReference& image : group.images) {
    item.Add(ToItem(kContains, concepts::kSourceOfMeasurement, image, instances));
  }
}

// Reading: what one child says. Each returns whether the child was its business.
bool ReadContext(const ContentItem& item, MeasurementGroup& group) {
  const std::pair<const Code&, std::string*> texts[] = {
      {concepts::kTrackingIdentifier, &group.tracking_identifier},
      {concepts::kTrackingUid, &group.tracking_uid},
      {concepts::kActivitySession, &group.session},
  };
  for (const auto& [name, member] : texts) {
    if (!item.Is(name)) continue;
    *member = TextOf(item);
    return true;
  }
  return false;
}

void ReadOffset(const ContentItem& item, TimePoint& point) {
  point.offset = ValueOf(*item.number());
  point.offset_unit = item.number()->unit;
  const ContentItem* event = item.Child(concepts::kTemporalEvent);
  if (event != nullptr && event->code() != nullptr) point.event = *event->code();
}

bool ReadTimePoint(const ContentItem& item, std::optional<TimePoint>& read) {
  TimePoint point = read.value_or(TimePoint{});
  if (item.Is(concepts::kTimePoint)) {
    point.time_point = TextOf(item);
  } else if (item.Is(concepts::kTimePointType) && item.code() != nullptr) {
    point.type = *item.code();
  } else if (item.Is(concepts::kTimePointOrder) && item.number() != nullptr) {
    point.order = static_cast<int64_t>(ValueOf(*item.number()).value_or(0));
  } else if (item.Is(concepts::kSubjectTimePoint)) {
    point.subject_identifier = TextOf(item);
  } else if (item.Is(concepts::kProtocolTimePoint)) {
    point.protocol_identifier = TextOf(item);
  } else if (item.Is(concepts::kTemporalOffset) && item.number() != nullptr) {
    ReadOffset(item, point);
  } else {
    return false;
  }
  read = point;
  return true;
}

bool ReadAlgorithm(const ContentItem& item, std::optional<Algorithm>& read) {
  static const std::pair<const Code&, std::string Algorithm::*> kRows[] = {
      {concepts::kAlgorithmName, &Algorithm::name},
      {concepts::kAlgorithmVersion, &Algorithm::version},
      {concepts::kAlgorithmParameters, &Algorithm::parameters},
  };
  for (const auto& [name, member] : kRows) {
    if (!item.Is(name) || item.text() == nullptr) continue;
    if (!read) read = Algorithm{};
    (*read).*member = *item.text();
    return true;
  }
  return false;
}

std::optional<Code> CodeOf(const ContentItem* item) {
  if (item == nullptr || item->code() == nullptr) return std::nullopt;
  return *item->code();
}

void ReadSite(const ContentItem& item, MeasurementGroup& group) {
  const Site read{*item.code(), CodeOf(item.Child(concepts::kLaterality)),
                  CodeOf(item.Child(concepts::kTopographicalModifier))};
  if (group.site) return group.more_sites.push_back(read);
  group.site = read.site;
  group.laterality = read.laterality;
  group.site_modifier = read.site_modifier;
}

bool ReadCode(const ContentItem& item, MeasurementGroup& group) {
  if (item.code() == nullptr) return false;
  if (item.Is(concepts::kFindingCategory)) {
    group.category = *item.code();
  } else if (item.Is(concepts::kFinding)) {
    group.finding = *item.code();
  } else if (item.Is(concepts::kMethod)) {
    group.method = *item.code();
  } else if (item.Is(concepts::kFindingSite)) {
    ReadSite(item, group);
  } else {
    return false;
  }
  return true;
}

void ReadReference(const ContentItem& item, MeasurementGroup& group) {
  const Reference& reference = *item.reference();
  const bool frame = item.Is(concepts::kReferencedSegmentationFrame);
  if (!frame && !item.Is(concepts::kReferencedSegment)) {
    return group.images.push_back(ToImageReference(reference));
  }
  group.segment = {reference.sop_class_uid, reference.sop_instance_uid,
                   reference.segments.empty() ? 1 : reference.segments.front(), reference.frames};
}

void ReadPlaceOrValue(const ContentItem& item, MeasurementGroup& group) {
  if (item.number() != nullptr) {
    group.measurements.push_back(ToMeasurement(item));
  } else if (item.reference() != nullptr) {
    ReadReference(item, group);
  } else if (const auto region = ToRegion(item)) {
    group.regions.push_back(*region);
  } else if (const auto extent = ToExtent(item)) {
    group.extents.push_back(*extent);
  } else if (item.relationship == kHasConceptMod) {
    group.modifiers.push_back(ToModifier(item));
  } else if (item.relationship == kContains &&
             (item.code() != nullptr || item.type == ValueType::kText)) {
    group.evaluations.push_back(ToEvaluation(item));
  }
}

}  // namespace

const char* MeasurementGroup::template_id() const {
  if (segment) return segment->frames.empty() ? "1411" : "1410";
  if (regions.empty()) return "1501";
  return regions.size() == 1 ? "1410" : "1411";
}

ContentItem ToItem(const MeasurementGroup& group, const std::vector<std::string>& series,
                   const Instances& instances) {
  ContentItem item = Container(kContains, concepts::kMeasurementGroup, group.template_id());
  item.children.reserve(8 + group.images.size() + group.measurements.size() +
                        group.evaluations.size());
  AddHead(item, group);
  AddPlace(item, group, series, instances);
  if (group.method) item.Add(Coded(kHasConceptMod, concepts::kMethod, *group.method));
  AddSites(item, group);
  for (const Modifier& modifier : group.modifiers) item.Add(ToItem(modifier));
  if (group.algorithm) AddAlgorithm(item, *group.algorithm);
  for (const Measurement& measurement : group.measurements) {
    item.Add(ToItem(measurement, instances));
  }
  for (const Evaluation& evaluation : group.evaluations) item.Add(ToItem(evaluation));
  return item;
}

MeasurementGroup ToGroup(const ContentItem& container) {
  MeasurementGroup group;
  for (const ContentItem& item : container.children) {
    if (ReadContext(item, group) || ReadTimePoint(item, group.time_point) ||
        ReadAlgorithm(item, group.algorithm) || ReadCode(item, group)) {
      continue;
    }
    ReadPlaceOrValue(item, group);
  }
  return group;
}

}  // namespace glossator::sr
