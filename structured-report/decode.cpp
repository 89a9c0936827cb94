// SPDX-License-Identifier: GPL-3.0-or-later
#include "structured-report/decode.h"

#include "dicom/charset.h"
#include "dicom/dictionary.h"
#include "dicom/error.h"
#include "structured-report/concepts.h"

namespace glossator::sr {
namespace tags = dicom::tags;
namespace {

using dicom::DataSet;

std::string TextOf(const ContentItem* item) {
  return item == nullptr || item->text() == nullptr ? "" : *item->text();
}

std::optional<Code> CodeOf(const ContentItem* item) {
  if (item == nullptr || item->code() == nullptr) return std::nullopt;
  return *item->code();
}

double ValueOf(const Number& number) {
  DataSet scratch;
  scratch.SetString(tags::NumericValue, number.value);
  return scratch.GetDouble(tags::NumericValue).value_or(0);
}

// The observer type says what follows; some writers leave the type of a person out.
void ReadObservers(const ContentItem& root, ReportDescription& description) {
  if (const ContentItem* name = root.Child(concepts::kPersonObserverName)) {
    description.person = {TextOf(name), TextOf(root.Child(concepts::kPersonObserverOrganization))};
  }
  const ContentItem* uid = root.Child(concepts::kDeviceObserverUid);
  if (uid == nullptr) return;
  description.device = {TextOf(uid),
                        TextOf(root.Child(concepts::kDeviceObserverName)),
                        TextOf(root.Child(concepts::kDeviceObserverManufacturer)),
                        TextOf(root.Child(concepts::kDeviceObserverModel)),
                        TextOf(root.Child(concepts::kDeviceObserverSerial)),
                        ""};
}

void AddImage(const ContentItem& item, MeasurementGroup& group) {
  const ImageReference image{item.reference()->sop_instance_uid, item.reference()->frames};
  for (const ImageReference& known : group.images) {
    if (known == image) return;
  }
  group.images.push_back(image);
}

void ReadMeasurement(const ContentItem& item, MeasurementGroup& group) {
  Measurement measurement;
  measurement.concept_name = item.concept_name.value_or(Code{});
  measurement.value = ValueOf(*item.number());
  measurement.unit = item.number()->unit.value_or(Code{});
  measurement.derivation = CodeOf(item.Child(concepts::kDerivation));
  measurement.method = CodeOf(item.Child(concepts::kMethod));
  group.measurements.push_back(measurement);
  for (const ContentItem& child : item.children) {
    if (child.Is(concepts::kSourceOfMeasurement) && child.reference() != nullptr) {
      AddImage(child, group);
    }
  }
}

void ReadReference(const ContentItem& item, MeasurementGroup& group) {
  const Reference& reference = *item.reference();
  const bool segment =
      item.Is(concepts::kReferencedSegment) || item.Is(concepts::kReferencedSegmentationFrame);
  if (!segment) return AddImage(item, group);
  group.segment = {reference.sop_class_uid, reference.sop_instance_uid,
                   reference.segments.empty() ? 1 : reference.segments.front()};
}

void ReadCode(const ContentItem& item, MeasurementGroup& group) {
  if (item.Is(concepts::kFindingCategory)) {
    group.category = *item.code();
  } else if (item.Is(concepts::kFinding)) {
    group.finding = *item.code();
  } else if (item.Is(concepts::kFindingSite)) {
    group.site = *item.code();
    group.laterality = CodeOf(item.Child(concepts::kLaterality));
  } else if (item.relationship == kContains && item.concept_name) {
    group.evaluations.push_back({*item.concept_name, *item.code()});
  }
}

MeasurementGroup ReadGroup(const ContentItem& container) {
  MeasurementGroup group;
  group.tracking_identifier = TextOf(container.Child(concepts::kTrackingIdentifier));
  group.tracking_uid = TextOf(container.Child(concepts::kTrackingUid));
  for (const ContentItem& item : container.children) {
    if (item.number() != nullptr) ReadMeasurement(item, group);
    if (item.reference() != nullptr) ReadReference(item, group);
    if (item.code() != nullptr) ReadCode(item, group);
  }
  return group;
}

Json::Value ToJson(const Code& code) {
  Json::Value json;
  json["value"] = code.value;
  json["scheme"] = code.scheme;
  json["meaning"] = code.meaning;
  return json;
}

template <class Number>
Json::Value ListOf(const std::vector<Number>& numbers) {
  Json::Value list(Json::arrayValue);
  for (const Number& number : numbers) list.append(Json::Value(number));
  return list;
}

Json::Value IntegersOf(const std::vector<int64_t>& numbers) {
  Json::Value list(Json::arrayValue);
  for (const int64_t number : numbers) list.append(Json::Int64(number));
  return list;
}

struct ValueToJson {
  Json::Value operator()(std::monostate) const { return {}; }
  Json::Value operator()(const std::string& text) const { return text; }
  Json::Value operator()(const Code& code) const { return ToJson(code); }

  Json::Value operator()(const Number& number) const {
    Json::Value json;
    if (!number.value.empty()) json["value"] = number.value;
    if (number.unit) json["unit"] = ToJson(*number.unit);
    if (number.qualifier) json["qualifier"] = ToJson(*number.qualifier);
    return json;
  }

  Json::Value operator()(const Reference& reference) const {
    Json::Value json;
    json["sop_class"] = reference.sop_class_uid;
    json["sop_instance_uid"] = reference.sop_instance_uid;
    if (!reference.frames.empty()) json["frames"] = IntegersOf(reference.frames);
    if (!reference.segments.empty()) json["segments"] = IntegersOf(reference.segments);
    return json;
  }

  Json::Value operator()(const Graphic& graphic) const {
    Json::Value json;
    json["graphic_type"] = graphic.type;
    json["data"] = ListOf(graphic.data);
    if (!graphic.frame_of_reference_uid.empty()) {
      json["frame_of_reference_uid"] = graphic.frame_of_reference_uid;
    }
    return json;
  }

  Json::Value operator()(const Temporal& temporal) const {
    Json::Value json;
    json["range_type"] = temporal.range_type;
    json["sample_positions"] = IntegersOf(temporal.sample_positions);
    json["time_offsets"] = ListOf(temporal.time_offsets);
    json["date_times"] = ListOf(temporal.date_times);
    return json;
  }
};

void ReadProcedures(const ContentItem& root, ReportDescription& description) {
  for (const ContentItem& child : root.children) {
    if (child.Is(concepts::kProcedureReported) && child.code() != nullptr) {
      description.procedures.push_back(*child.code());
    }
  }
}

}  // namespace

bool IsStructuredReport(const std::string& sop_class_uid) {
  constexpr std::string_view kFamily = "1.2.840.10008.5.1.4.1.1.88.";
  return sop_class_uid.starts_with(kFamily) && dicom::FindUid(sop_class_uid) != nullptr;
}

Report Decode(const DataSet& data_set) {
  DataSet text = data_set;
  dicom::ConvertToUtf8(text);
  if (!IsStructuredReport(text.GetString(tags::SOPClassUID))) {
    throw Error(ErrorKind::kInvalid, "not a structured report");
  }
  const ContentItem root = ReadContent(text);
  if (!root.Is(concepts::kImagingMeasurementReport)) {
    throw Error(ErrorKind::kUnsupported, "the report is not an Imaging Measurement Report");
  }
  Report report{text.GetString(tags::SOPClassUID),       text.GetString(tags::SOPInstanceUID),
                text.GetString(tags::StudyInstanceUID),  text.GetString(tags::SeriesInstanceUID),
                text.GetString(tags::SeriesDescription), text.GetString(tags::CompletionFlag),
                text.GetString(tags::VerificationFlag),  {}};
  ReadObservers(root, report.description);
  if (report.description.device) {
    report.description.device->software_version = text.GetString(tags::SoftwareVersions);
  }
  ReadProcedures(root, report.description);
  for (const ContentItem& container : root.children) {
    if (!container.Is(concepts::kImagingMeasurements)) continue;
    for (const ContentItem& group : container.children) {
      if (group.Is(concepts::kMeasurementGroup)) {
        report.description.groups.push_back(ReadGroup(group));
      }
    }
  }
  return report;
}

Json::Value TreeToJson(const ContentItem& root) {
  Json::Value json;
  json["type"] = std::string(NameOf(root.type));
  if (!root.relationship.empty()) json["relationship"] = root.relationship;
  if (root.concept_name) json["concept"] = ToJson(*root.concept_name);
  Json::Value value = std::visit(ValueToJson{}, root.value);
  if (!value.isNull()) json["value"] = std::move(value);
  if (!root.template_id.empty()) json["template"] = root.template_id;
  if (!root.by_reference.empty()) json["refers_to"] = IntegersOf(root.by_reference);
  for (const ContentItem& child : root.children) json["children"].append(TreeToJson(child));
  return json;
}

}  // namespace glossator::sr
