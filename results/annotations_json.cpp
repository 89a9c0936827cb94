// SPDX-License-Identifier: GPL-3.0-or-later
#include "results/annotations_json.h"

#include <array>
#include <charconv>

#include "dicom/cie_lab.h"
#include "dicom/json.h"
#include "results/json_fields.h"

namespace glossator::results {
namespace {

std::vector<Algorithm> ReadAlgorithms(JsonObject& group, JsonObject::Faults& faults) {
  std::vector<Algorithm> algorithms;
  const Json::Value* list = group.List("algorithms");
  for (Json::ArrayIndex i = 0; list != nullptr && i < list->size(); ++i) {
    JsonObject json((*list)[i], group.PathOf("algorithms", i), faults);
    Algorithm algorithm;
    algorithm.family = json.RequiredCode("family");
    algorithm.name = json.Text("name", true);
    algorithm.version = json.Text("version", true);
    algorithm.source = json.Text("source");
    algorithm.parameters = json.Text("parameters");
    json.Done();
    algorithms.push_back(std::move(algorithm));
  }
  return algorithms;
}

std::vector<AnnotationMeasurement> ReadMeasurements(JsonObject& group, JsonObject::Faults& faults) {
  std::vector<AnnotationMeasurement> measurements;
  const Json::Value* list = group.List("measurements");
  for (Json::ArrayIndex i = 0; list != nullptr && i < list->size(); ++i) {
    JsonObject json((*list)[i], group.PathOf("measurements", i), faults);
    AnnotationMeasurement measurement;
    measurement.concept_name = json.RequiredCode("concept");
    measurement.unit = json.RequiredCode("unit");
    for (const double value : json.Numbers("values")) {
      measurement.values.push_back(static_cast<float>(value));
    }
    for (const double index : json.Numbers("annotations")) {
      measurement.indices.push_back(index >= 1 && index <= UINT32_MAX
                                        ? static_cast<uint32_t>(index)
                                        : 0);  // found by CheckAnnotations
    }
    json.Done();
    measurements.push_back(std::move(measurement));
  }
  return measurements;
}

// Each annotation is a flat list of numbers.
void ReadCoordinates(JsonObject& json, bool fine, AnnotationGroup& group) {
  const Json::Value* list = json.List("annotations");
  if (list == nullptr) return;
  for (const Json::Value& annotation : *list) {
    if (!annotation.isArray()) return json.Fault("annotations", "expected lists of numbers");
    if (PointsOf(group.graphic_type) == 0) {
      group.starts.push_back(static_cast<uint32_t>(group.value_count() + 1));
    }
    ++group.count;
    for (const Json::Value& value : annotation) {
      if (!value.isNumeric()) return json.Fault("annotations", "expected lists of numbers");
      if (fine) {
        group.fine_coordinates.push_back(value.asDouble());
      } else {
        group.coordinates.push_back(static_cast<float>(value.asDouble()));
      }
    }
  }
}

AnnotationGroup ReadGroup(JsonObject json, JsonObject::Faults& faults, UidSource& uids) {
  AnnotationGroup group;
  group.uid = json.Text("uid");
  if (group.uid.empty()) group.uid = uids.New();
  group.label = json.Text("label", true);
  group.description = json.Text("description");
  if (const std::string generation = json.Text("generation"); !generation.empty()) {
    group.generation = generation;
  }
  group.algorithms = ReadAlgorithms(json, faults);
  group.category = json.RequiredCode("category");
  group.type = json.RequiredCode("type");
  group.modifiers = json.Codes("modifiers");
  group.regions = json.Codes("regions");
  const auto type = GraphicTypeFrom(json.Text("graphic_type", true));
  if (!type) json.Fault("graphic_type", "POINT, POLYLINE, POLYGON, RECTANGLE or ELLIPSE");
  group.graphic_type = type.value_or(GraphicType::kPoint);
  group.optical_paths = json.Texts("optical_paths");
  group.all_z_planes = json.Flag("all_z_planes");
  group.common_z = json.Numbers("common_z");
  group.color = json.Color("color");
  ReadCoordinates(json, json.Flag("double"), group);
  group.measurements = ReadMeasurements(json, faults);
  json.Done();
  return group;
}

}  // namespace

AnnotationDescription AnnotationsFromJson(const Json::Value& json, UidSource& uids) {
  JsonObject::Faults faults;
  AnnotationDescription description;
  Annotations& annotations = description.annotations;
  JsonObject root(json, "", faults);
  description.series_description = root.Text("series_description");
  description.series_number = static_cast<int64_t>(root.Number("series_number").value_or(1));
  if (const auto label = root.Text("content_label"); !label.empty()) {
    annotations.content_label = label;
  }
  annotations.content_description = root.Text("content_description");
  annotations.content_creator = root.Text("content_creator");
  const std::string type = root.Text("coordinate_type");
  annotations.in_space = type == "3D";
  if (!type.empty() && type != "2D" && type != "3D") root.Fault("coordinate_type", "2D or 3D");
  if (const auto origin = root.Text("pixel_origin"); !origin.empty()) {
    annotations.pixel_origin = origin;
  }
  const Json::Value* groups = root.List("groups", true);
  for (Json::ArrayIndex i = 0; groups != nullptr && i < groups->size(); ++i) {
    annotations.groups.push_back(
        ReadGroup(JsonObject((*groups)[i], root.PathOf("groups", i), faults), faults, uids));
  }
  root.Done();
  RequireNone(faults);
  return description;
}

namespace {

// Shortest digits that give the same number.
template <class Number>
void AppendNumber(std::string& out, Number value) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

void AppendValue(std::string& out, const AnnotationGroup& group, size_t index) {
  if (group.fine_coordinates.empty()) {
    AppendNumber(out, group.coordinates[index]);
  } else {
    AppendNumber(out, group.fine_coordinates[index]);
  }
}

// Gathers small pieces.
class Text {
 public:
  explicit Text(const Sink& sink) : sink_(sink) {}
  std::string& out() { return text_; }
  void MayFlush() {
    if (text_.size() > (1u << 16)) Flush();
  }
  void Flush() {
    sink_(text_);
    text_.clear();
  }

 private:
  const Sink& sink_;
  std::string text_;
};

Json::Value GroupWords(const AnnotationGroup& group) {
  Json::Value json(Json::objectValue);
  json["uid"] = group.uid;
  json["label"] = group.label;
  if (!group.description.empty()) json["description"] = group.description;
  json["generation"] = group.generation;
  for (const Algorithm& algorithm : group.algorithms) {
    Json::Value item(Json::objectValue);
    item["family"] = ToJson(algorithm.family);
    item["name"] = algorithm.name;
    item["version"] = algorithm.version;
    if (!algorithm.source.empty()) item["source"] = algorithm.source;
    if (!algorithm.parameters.empty()) item["parameters"] = algorithm.parameters;
    json["algorithms"].append(item);
  }
  json["category"] = ToJson(group.category);
  json["type"] = ToJson(group.type);
  if (!group.modifiers.empty()) json["modifiers"] = ToJson(group.modifiers);
  if (!group.regions.empty()) json["regions"] = ToJson(group.regions);
  json["graphic_type"] = NameOf(group.graphic_type);
  for (const std::string& path : group.optical_paths) json["optical_paths"].append(path);
  if (group.all_z_planes) json["all_z_planes"] = true;
  for (const double z : group.common_z) json["common_z"].append(z);
  if (group.color) json["color"] = ToJson(dicom::ToRgb(*group.color));
  if (!group.fine_coordinates.empty()) json["double"] = true;
  return json;
}

void WriteList(const AnnotationGroup& group, size_t dimensions, Text& text) {
  for (uint32_t i = 0; i < group.count; ++i) {
    const auto [begin, size] = group.RangeOf(i, dimensions);
    text.out() += i == 0 ? "[" : ",[";
    for (size_t k = 0; k < size; ++k) {
      if (k != 0) text.out() += ',';
      AppendValue(text.out(), group, begin + k);
    }
    text.out() += ']';
    text.MayFlush();
  }
}

void WriteMeasurement(const AnnotationMeasurement& measurement, Text& text) {
  text.out() += "{\"concept\":" + dicom::WriteJson(ToJson(measurement.concept_name)) +
                ",\"unit\":" + dicom::WriteJson(ToJson(measurement.unit)) + ",\"values\":[";
  for (size_t i = 0; i < measurement.values.size(); ++i) {
    if (i != 0) text.out() += ',';
    AppendNumber(text.out(), measurement.values[i]);
    text.MayFlush();
  }
  text.out() += ']';
  for (size_t i = 0; i < measurement.indices.size(); ++i) {
    text.out() += i == 0 ? ",\"annotations\":[" : ",";
    AppendNumber(text.out(), measurement.indices[i]);
    text.MayFlush();
  }
  text.out() += measurement.indices.empty() ? "}" : "]}";
}

void WriteGroup(const AnnotationGroup& group, size_t dimensions, Text& text) {
  std::string words = dicom::WriteJson(GroupWords(group));
  words.pop_back();
  text.out() += words + ",\"annotations\":[";
  WriteList(group, dimensions, text);
  text.out() += ']';
  for (size_t i = 0; i < group.measurements.size(); ++i) {
    text.out() += i == 0 ? ",\"measurements\":[" : ",";
    WriteMeasurement(group.measurements[i], text);
  }
  text.out() += group.measurements.empty() ? "}" : "]}";
}

}  // namespace

void WriteAnnotationsJson(const AnnotationDescription& description, const Sink& sink) {
  const Annotations& annotations = description.annotations;
  Json::Value json(Json::objectValue);
  if (!description.series_description.empty()) {
    json["series_description"] = description.series_description;
  }
  json["series_number"] = Json::Int64(description.series_number);
  json["content_label"] = annotations.content_label;
  if (!annotations.content_description.empty()) {
    json["content_description"] = annotations.content_description;
  }
  if (!annotations.content_creator.empty()) json["content_creator"] = annotations.content_creator;
  json["coordinate_type"] = annotations.in_space ? "3D" : "2D";
  if (!annotations.in_space) json["pixel_origin"] = annotations.pixel_origin;
  std::string words = dicom::WriteJson(json);
  words.pop_back();
  Text text(sink);
  text.out() = words + ",\"groups\":[";
  for (size_t i = 0; i < annotations.groups.size(); ++i) {
    if (i != 0) text.out() += ',';
    WriteGroup(annotations.groups[i], annotations.Dimensions(annotations.groups[i]), text);
  }
  text.out() += "]}\n";
  text.Flush();
}

}  // namespace glossator::results
