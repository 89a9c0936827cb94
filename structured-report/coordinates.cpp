// SPDX-License-Identifier: GPL-3.0-or-later
#include "structured-report/coordinates.h"

#include <utility>

#include "structured-report/concepts.h"

namespace glossator::sr {
namespace {

using dicom::Code;

template <class Value>
ContentItem Make(ValueType type, const char* relationship, const Code& name, Value value) {
  ContentItem item;
  item.type = type;
  item.relationship = relationship;
  item.concept_name = name;
  item.value = std::move(value);
  return item;
}

// What an item SELECTED FROM refers to.
const Reference* SourceOf(const ContentItem& item) {
  for (const ContentItem& child : item.children) {
    if (child.relationship == kSelectedFrom && child.reference() != nullptr) {
      return child.reference();
    }
  }
  return nullptr;
}

}  // namespace

Reference ReferenceTo(const ImageReference& image, const Instances& instances) {
  const dicom::DataSet& head = *instances.at(image.sop_instance_uid);
  return {head.GetString(dicom::tags::SOPClassUID),
          image.sop_instance_uid,
          image.frames,
          {},
          image.channels};
}

ContentItem ToItem(const char* relationship, std::optional<Code> name, const ImageReference& image,
                   const Instances& instances) {
  ContentItem item = Image(relationship, std::move(name), ReferenceTo(image, instances));
  if (IsWaveform(item.reference()->sop_class_uid)) item.type = ValueType::kWaveform;
  return item;
}

ContentItem ToItem(const char* relationship, const Code& name, const Region& region,
                   const Instances& instances) {
  const ValueType type = region.is_in_space() ? ValueType::kScoord3d : ValueType::kScoord;
  ContentItem item =
      Make(type, relationship, name,
           Graphic{region.type, region.points, region.frame_of_reference_uid, region.pixel_origin});
  if (region.image) item.Add(ToItem(kSelectedFrom, std::nullopt, *region.image, instances));
  if (region.purpose) item.Add(Coded(kHasConceptMod, concepts::kRegionPurpose, *region.purpose));
  return item;
}

ContentItem ToItem(const char* relationship, const Code& name, const Extent& extent,
                   const Instances& instances) {
  ContentItem item = Make(ValueType::kTcoord, relationship, name,
                          Temporal{extent.type, extent.samples, extent.seconds, extent.date_times});
  item.Add(ToItem(kSelectedFrom, std::nullopt, extent.source, instances));
  return item;
}

ImageReference ToImageReference(const Reference& reference) {
  return {reference.sop_instance_uid, reference.frames, reference.channels};
}

std::optional<Region> ToRegion(const ContentItem& item) {
  const Graphic* graphic = item.graphic();
  if (graphic == nullptr) return std::nullopt;
  Region region{graphic->type, graphic->data, std::nullopt, graphic->frame_of_reference_uid,
                graphic->pixel_origin};
  const Reference* source = SourceOf(item);
  if (source != nullptr) region.image = ToImageReference(*source);
  if (item.type == ValueType::kScoord && source == nullptr) return std::nullopt;
  const ContentItem* purpose = item.Child(concepts::kRegionPurpose);
  if (purpose != nullptr && purpose->code() != nullptr) region.purpose = *purpose->code();
  return region;
}

std::optional<Extent> ToExtent(const ContentItem& item) {
  const Temporal* temporal = item.temporal();
  const Reference* source = SourceOf(item);
  if (temporal == nullptr || source == nullptr) return std::nullopt;
  return Extent{temporal->range_type, ToImageReference(*source), temporal->sample_positions,
                temporal->time_offsets, temporal->date_times};
}

}  // namespace glossator::sr
