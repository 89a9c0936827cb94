// SPDX-License-Identifier: GPL-3.0-or-later
#include "structured-report/description_json.h"

namespace glossator::sr {
namespace {

Json::Value CodeJson(const Code& code) {
  Json::Value json;
  json["value"] = code.value;
  json["scheme"] = code.scheme;
  json["meaning"] = code.meaning;
  if (!code.scheme_version.empty()) json["scheme_version"] = code.scheme_version;
  return json;
}

void Put(Json::Value& json, const char* name, const std::optional<Code>& code) {
  if (code) json[name] = CodeJson(*code);
}

void Put(Json::Value& json, const char* name, const std::string& text) {
  if (!text.empty()) json[name] = text;
}

Json::Value ImageJson(const ImageReference& image) {
  Json::Value json;
  json["sop_instance_uid"] = image.sop_instance_uid;
  for (const int64_t frame : image.frames) json["frames"].append(Json::Int64(frame));
  return json;
}

Json::Value MeasurementJson(const Measurement& measurement) {
  Json::Value json;
  json["concept"] = CodeJson(measurement.concept_name);
  json["value"] = measurement.value;
  json["unit"] = CodeJson(measurement.unit);
  Put(json, "derivation", measurement.derivation);
  Put(json, "method", measurement.method);
  return json;
}

Json::Value EvaluationJson(const Evaluation& evaluation) {
  Json::Value json;
  json["concept"] = CodeJson(evaluation.concept_name);
  json["value"] = CodeJson(evaluation.value);
  return json;
}

Json::Value SegmentJson(const SegmentReference& segment) {
  Json::Value json;
  Put(json, "sop_class_uid", segment.sop_class_uid);
  json["sop_instance_uid"] = segment.sop_instance_uid;
  json["number"] = Json::Int64(segment.number);
  return json;
}

Json::Value GroupJson(const MeasurementGroup& group) {
  Json::Value json;
  json["tracking_identifier"] = group.tracking_identifier;
  Put(json, "tracking_uid", group.tracking_uid);
  Put(json, "category", group.category);
  Put(json, "finding", group.finding);
  Put(json, "site", group.site);
  Put(json, "laterality", group.laterality);
  if (group.segment) json["segment"] = SegmentJson(*group.segment);
  for (const ImageReference& image : group.images) json["images"].append(ImageJson(image));
  for (const Measurement& measurement : group.measurements) {
    json["measurements"].append(MeasurementJson(measurement));
  }
  for (const Evaluation& evaluation : group.evaluations) {
    json["evaluations"].append(EvaluationJson(evaluation));
  }
  return json;
}

Json::Value DeviceJson(const DeviceObserver& device) {
  Json::Value json;
  json["uid"] = device.uid;
  Put(json, "name", device.name);
  Put(json, "manufacturer", device.manufacturer);
  Put(json, "model", device.model);
  Put(json, "serial_number", device.serial_number);
  Put(json, "software_version", device.software_version);
  return json;
}

}  // namespace

Json::Value ToJson(const ReportDescription& description) {
  Json::Value json(Json::objectValue);
  for (const Code& code : description.procedures) json["procedures"].append(CodeJson(code));
  if (description.person) {
    json["person"]["name"] = description.person->name;
    Put(json["person"], "organization", description.person->organization);
  }
  if (description.device) json["device"] = DeviceJson(*description.device);
  json["groups"] = Json::Value(Json::arrayValue);
  for (const MeasurementGroup& group : description.groups) json["groups"].append(GroupJson(group));
  return json;
}

}  // namespace glossator::sr
