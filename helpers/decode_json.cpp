// SPDX-License-Identifier: GPL-3.0-or-later
#include "helpers/decode_json.h"

#include "dicom/error.h"

namespace glossator::helpers {
namespace {

Json::Value ToJson(const dicom::Code& code) {
  Json::Value json(Json::objectValue);
  json["value"] = code.value;
  json["scheme"] = code.scheme;
  json["meaning"] = code.meaning;
  return json;
}

Json::Value ToJson(const dicom::Rgb& color) {
  Json::Value json(Json::arrayValue);
  for (const uint8_t part : color) json.append(part);
  return json;
}

Json::Value ToJson(const results::InstanceReference& reference) {
  Json::Value json(Json::objectValue);
  json["sop_class_uid"] = reference.sop_class_uid;
  json["sop_instance_uid"] = reference.sop_instance_uid;
  if (!reference.series_instance_uid.empty()) {
    json["series_instance_uid"] = reference.series_instance_uid;
  }
  for (const int64_t frame : reference.frames) json["frames"].append(Json::Int64(frame));
  return json;
}

Json::Value ToJson(const results::GraphicLayer& layer);
Json::Value ToJson(const results::Graphic& graphic);
Json::Value ToJson(const results::Contour& contour);
Json::Value ToJson(const results::StructureRegion& region);

template <class List>
Json::Value ListToJson(const List& list) {
  Json::Value json(Json::arrayValue);
  for (const auto& item : list) json.append(ToJson(item));
  return json;
}

Json::Value ToJson(const results::GraphicLayer& layer) {
  Json::Value json(Json::objectValue);
  json["name"] = layer.name;
  json["order"] = Json::Int64(layer.order);
  json["description"] = layer.description;
  if (layer.color) json["color"] = ToJson(*layer.color);
  return json;
}

Json::Value ToJson(const results::Graphic& graphic) {
  Json::Value json(Json::objectValue);
  json["layer"] = graphic.layer;
  json["images"] = ListToJson(graphic.images);
  json["units"] = graphic.in_display ? "DISPLAY" : "PIXEL";
  json["type"] = graphic.type;
  json["filled"] = graphic.filled;
  json["points"] = Json::Value(Json::arrayValue);
  for (const double value : graphic.points) json["points"].append(value);
  if (!graphic.text.empty()) json["text"] = graphic.text;
  return json;
}

Json::Value ToJson(const results::Contour& contour) {
  Json::Value json(Json::objectValue);
  json["type"] = contour.type;
  if (!contour.image_uid.empty()) json["sop_instance_uid"] = contour.image_uid;
  json["points"] = Json::Value(Json::arrayValue);
  for (const results::Vector3& point : contour.points) {
    for (const double value : point) json["points"].append(value);
  }
  return json;
}

Json::Value ToJson(const results::StructureRegion& region) {
  Json::Value json(Json::objectValue);
  json["number"] = Json::Int64(region.number);
  json["name"] = region.name;
  json["algorithm"] = region.algorithm;
  json["interpreted_type"] = region.interpreted_type;
  if (region.color) json["color"] = ToJson(*region.color);
  if (region.code) json["code"] = ToJson(*region.code);
  json["frame_of_reference_uid"] = region.frame_of_reference_uid;
  json["contours"] = ListToJson(region.contours);
  return json;
}

}  // namespace

Json::Value ToJson(const results::KeyObjects& note) {
  Json::Value json(Json::objectValue);
  json["kind"] = "KO";
  json["title"] = ToJson(note.title);
  json["rejection"] = note.IsRejection();
  json["modifiers"] = ListToJson(note.modifiers);
  json["description"] = note.description;
  json["person"] = note.person;
  json["objects"] = ListToJson(note.objects);
  return json;
}

Json::Value ToJson(const results::Presentation& presentation) {
  Json::Value json(Json::objectValue);
  json["kind"] = "PR";
  json["label"] = presentation.label;
  json["description"] = presentation.description;
  json["images"] = ListToJson(presentation.images);
  json["layers"] = ListToJson(presentation.layers);
  json["graphics"] = ListToJson(presentation.graphics);
  return json;
}

Json::Value ToJson(const results::StructureSet& set) {
  Json::Value json(Json::objectValue);
  json["kind"] = "RTSTRUCT";
  json["label"] = set.label;
  json["regions"] = ListToJson(set.regions);
  return json;
}

Json::Value DecodeToJson(const dicom::DataSet& data_set) {
  const std::string sop_class = data_set.GetString(dicom::tags::SOPClassUID);
  if (sop_class == results::kKeyObjectStorage) return ToJson(results::ReadKeyObjects(data_set));
  if (sop_class == results::kStructureSetStorage) {
    return ToJson(results::ReadStructureSet(data_set));
  }
  if (results::IsPresentation(sop_class)) return ToJson(results::ReadPresentation(data_set));
  throw Error(ErrorKind::kUnsupported, "not a kind of result object that is read here");
}

}  // namespace glossator::helpers
