// SPDX-License-Identifier: GPL-3.0-or-later
// Content items to data set and back (PS3.3 Tables C.17-5, C.17-6, C.18).
#include <algorithm>

#include "structured-report/content.h"
#include "structured-report/numeric.h"

namespace glossator::sr {
namespace tags = dicom::tags;
namespace {

using dicom::DataSet;

dicom::Tag TextTag(ValueType type) {
  switch (type) {
    case ValueType::kUidRef:
      return tags::UID;
    case ValueType::kPName:
      return tags::PersonName;
    case ValueType::kDateTime:
      return tags::DateTime;
    case ValueType::kDate:
      return tags::Date;
    case ValueType::kTime:
      return tags::Time;
    default:
      return tags::TextValue;
  }
}

std::vector<int64_t> Integers(const DataSet& item, dicom::Tag tag) {
  std::vector<int64_t> numbers;
  for (const double number : item.GetDoubles(tag)) numbers.push_back(static_cast<int64_t>(number));
  return numbers;
}

Number ReadNumber(const DataSet& item) {
  Number number;
  number.qualifier = dicom::GetCode(item, tags::NumericValueQualifierCodeSequence);
  if (const DataSet* measured = item.FirstItem(tags::MeasuredValueSequence)) {
    number.value = measured->GetString(tags::NumericValue);
    number.unit = dicom::GetCode(*measured, tags::MeasurementUnitsCodeSequence);
    number.exact = measured->GetDouble(tags::FloatingPointValue);
  }
  return number;
}

Reference ReadReference(const DataSet& item) {
  Reference reference;
  const DataSet* sop = item.FirstItem(tags::ReferencedSOPSequence);
  if (sop == nullptr) return reference;
  reference.sop_class_uid = sop->GetString(tags::ReferencedSOPClassUID);
  reference.sop_instance_uid = sop->GetString(tags::ReferencedSOPInstanceUID);
  reference.frames = Integers(*sop, tags::ReferencedFrameNumber);
  reference.segments = Integers(*sop, tags::ReferencedSegmentNumber);
  reference.channels = Integers(*sop, tags::ReferencedWaveformChannels);
  return reference;
}

Graphic ReadGraphic(const DataSet& item) {
  Graphic graphic{item.GetString(tags::GraphicType), item.GetDoubles(tags::GraphicData),
                  item.GetString(tags::ReferencedFrameOfReferenceUID),
                  item.GetString(tags::PixelOriginInterpretation)};
  for (double& number : graphic.data) number = ShortestOfFloat(static_cast<float>(number));
  return graphic;
}

Temporal ReadTemporal(const DataSet& item) {
  return {item.GetString(tags::TemporalRangeType), Integers(item, tags::ReferencedSamplePositions),
          item.GetDoubles(tags::ReferencedTimeOffsets), item.GetStrings(tags::ReferencedDateTime)};
}

void ReadValue(const DataSet& data_set, ContentItem& item) {
  switch (item.type) {
    case ValueType::kCode:
      if (auto code = dicom::GetCode(data_set, tags::ConceptCodeSequence)) item.value = *code;
      break;
    case ValueType::kNum:
      item.value = ReadNumber(data_set);
      break;
    case ValueType::kImage:
    case ValueType::kComposite:
    case ValueType::kWaveform:
      item.value = ReadReference(data_set);
      break;
    case ValueType::kScoord:
    case ValueType::kScoord3d:
      item.value = ReadGraphic(data_set);
      break;
    case ValueType::kTcoord:
      item.value = ReadTemporal(data_set);
      break;
    case ValueType::kContainer:
      item.continuity = data_set.GetString(tags::ContinuityOfContent);
      if (const DataSet* used = data_set.FirstItem(tags::ContentTemplateSequence)) {
        item.template_id = used->GetString(tags::TemplateIdentifier);
      }
      break;
    case ValueType::kReference:
    case ValueType::kUnknown:
      break;
    default:
      item.value = data_set.GetString(TextTag(item.type));
  }
}

ContentItem ReadItem(const DataSet& data_set) {
  ContentItem item;
  item.relationship = data_set.GetString(tags::RelationshipType);
  item.type = ValueTypeFrom(data_set.GetString(tags::ValueType));
  if (data_set.Has(tags::ReferencedContentItemIdentifier)) {
    item.type = ValueType::kReference;
    item.by_reference = Integers(data_set, tags::ReferencedContentItemIdentifier);
  }
  item.concept_name = dicom::GetCode(data_set, tags::ConceptNameCodeSequence);
  ReadValue(data_set, item);
  return item;
}

struct WriteValue {
  DataSet& data_set;
  ValueType type;

  void operator()(std::monostate) const {}
  void operator()(const std::string& text) const { data_set.SetString(TextTag(type), text); }
  void operator()(const Code& code) const {
    dicom::SetCode(data_set, tags::ConceptCodeSequence, code);
  }

  void operator()(const Number& number) const {
    if (number.qualifier) {
      dicom::SetCode(data_set, tags::NumericValueQualifierCodeSequence, *number.qualifier);
    }
    data_set.SetItems(tags::MeasuredValueSequence, {});  // type 2
    if (number.value.empty()) return;
    DataSet& measured = data_set.AddItem(tags::MeasuredValueSequence);
    measured.SetString(tags::NumericValue, number.value);
    if (number.unit) dicom::SetCode(measured, tags::MeasurementUnitsCodeSequence, *number.unit);
    if (number.exact) measured.SetDouble(tags::FloatingPointValue, *number.exact);
  }

  void operator()(const Reference& reference) const {
    DataSet& sop = data_set.AddItem(tags::ReferencedSOPSequence);
    sop.SetString(tags::ReferencedSOPClassUID, reference.sop_class_uid);
    sop.SetString(tags::ReferencedSOPInstanceUID, reference.sop_instance_uid);
    if (!reference.frames.empty()) sop.SetInts(tags::ReferencedFrameNumber, reference.frames);
    if (!reference.segments.empty()) sop.SetInts(tags::ReferencedSegmentNumber, reference.segments);
    if (!reference.channels.empty()) {
      sop.SetInts(tags::ReferencedWaveformChannels, reference.channels);
    }
  }

  void operator()(const Graphic& graphic) const {
    data_set.SetString(tags::GraphicType, graphic.type);
    data_set.SetDoubles(tags::GraphicData, graphic.data);
    if (!graphic.frame_of_reference_uid.empty()) {
      data_set.SetString(tags::ReferencedFrameOfReferenceUID, graphic.frame_of_reference_uid);
    }
    if (!graphic.pixel_origin.empty()) {
      data_set.SetString(tags::PixelOriginInterpretation, graphic.pixel_origin);
    }
  }

  void operator()(const Temporal& temporal) const {
    data_set.SetString(tags::TemporalRangeType, temporal.range_type);
    if (!temporal.sample_positions.empty()) {
      data_set.SetInts(tags::ReferencedSamplePositions, temporal.sample_positions);
    }
    if (!temporal.time_offsets.empty()) {
      data_set.SetDoubles(tags::ReferencedTimeOffsets, temporal.time_offsets);
    }
    if (!temporal.date_times.empty()) {
      data_set.SetStrings(tags::ReferencedDateTime, temporal.date_times);
    }
  }
};

void WriteContainer(const ContentItem& item, DataSet& data_set) {
  data_set.SetString(tags::ContinuityOfContent, item.continuity);
  if (item.template_id.empty()) return;
  DataSet& used = data_set.AddItem(tags::ContentTemplateSequence);
  used.SetString(tags::MappingResource, "DCMR");
  used.SetString(tags::TemplateIdentifier, item.template_id);
}

}  // namespace

ContentItem ReadContent(const DataSet& data_set) {
  ContentItem item = ReadItem(data_set);
  for (const DataSet& child : data_set.GetItems(tags::ContentSequence)) {
    item.children.push_back(ReadContent(child));
  }
  return item;
}

void WriteContent(const ContentItem& root, DataSet& data_set) {
  if (!root.relationship.empty()) data_set.SetString(tags::RelationshipType, root.relationship);
  if (root.type == ValueType::kReference) {
    return data_set.SetInts(tags::ReferencedContentItemIdentifier, root.by_reference);
  }
  data_set.SetString(tags::ValueType, NameOf(root.type));
  if (root.concept_name) {
    dicom::SetCode(data_set, tags::ConceptNameCodeSequence, *root.concept_name);
  }
  std::visit(WriteValue{data_set, root.type}, root.value);
  if (root.type == ValueType::kContainer) WriteContainer(root, data_set);
  std::vector<DataSet> children(root.children.size());
  for (size_t i = 0; i < children.size(); ++i) WriteContent(root.children[i], children[i]);
  if (!children.empty()) data_set.SetItems(tags::ContentSequence, std::move(children));
}

}  // namespace glossator::sr
