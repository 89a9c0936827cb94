// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/submission_form.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <map>
#include <set>

#include "dicom/uid.h"
#include "structured-report/description_json.h"

namespace glossator::node {
namespace {

using dicom::Code;

constexpr size_t kSegmentsMax = 4096;
constexpr size_t kMeasurementsMax = 4096;
constexpr size_t kTextMax = 1024;

// One JSON object with its path, and where its faults go.
class Form {
 public:
  Form(const Json::Value& json, std::string path, std::vector<Finding>& findings)
      : json_(json), path_(std::move(path)), findings_(findings) {}

  void Fault(const std::string& key, const char* code, const std::string& message) {
    findings_.push_back({"submission", kFindingError, code, PathOf(key), "", message});
  }
  void Doubt(const std::string& key, const char* code, const std::string& message) {
    findings_.push_back({"submission", kFindingWarning, code, PathOf(key), "", message});
  }

  // True when it is an object; tells of keys that nobody reads.
  bool IsObject(std::initializer_list<const char*> keys) {
    if (!json_.isObject()) {
      Fault("", "type", "expected an object");
      return false;
    }
    for (const std::string& key : json_.getMemberNames()) {
      if (std::ranges::find(keys, key) == keys.end()) Doubt(key, "unknown-key", "is not read");
    }
    return true;
  }

  std::string Text(const char* key) {
    const Json::Value& value = json_[key];
    const bool good = value.isString() && value.asString().size() <= kTextMax;
    if (!good || value.asString().empty()) Fault(key, "text", "expected a text");
    return good ? value.asString() : std::string();
  }

  // {"code","scheme","meaning"}
  Code CodeAt(const char* key) {
    if (json_[key].isObject()) return At(key).AsCode();
    Fault(key, "code", "expected {code, scheme, meaning}");
    return {};
  }
  Code AsCode() {
    if (!IsObject({"code", "scheme", "meaning"})) return {};
    return {Text("code"), Text("scheme"), Text("meaning")};
  }
  std::string MaybeText(const char* key) { return json_[key].isNull() ? "" : Text(key); }

  std::vector<Code> CodesAt(const char* key) {
    std::vector<Code> codes;
    for (Form& item : Items(key, kSegmentsMax, false)) codes.push_back(item.AsCode());
    return codes;
  }

  uint32_t Number(const char* key, uint32_t max) {
    const Json::Value& value = json_[key];
    if (value.isUInt() && value.asUInt() >= 1 && value.asUInt() <= max) return value.asUInt();
    Fault(key, "number", "expected an integer from 1 to " + std::to_string(max));
    return 0;
  }

  // The items of an array of objects.
  std::vector<Form> Items(const char* key, size_t max, bool required) {
    const Json::Value& value = json_[key];
    std::vector<Form> items;
    if (value.isNull() && !required) return items;
    if (!value.isArray() || value.size() > max) {
      Fault(key, "type", "expected an array of at most " + std::to_string(max));
      return items;
    }
    for (Json::ArrayIndex i = 0; i < value.size(); ++i) {
      items.emplace_back(value[i], PathOf(key) + "[" + std::to_string(i) + "]", findings_);
    }
    return items;
  }

  Form At(const char* key) const { return Form(json_[key], PathOf(key), findings_); }
  const Json::Value& operator[](const char* key) const { return json_[key]; }

 private:
  std::string PathOf(const std::string& key) const {
    if (path_.empty() || key.empty()) return path_ + key;
    return path_ + "." + key;
  }

  const Json::Value& json_;
  std::string path_;
  std::vector<Finding>& findings_;
};

void ReadShape(Form& form, SubmissionForm& out) {
  const Json::Value& shape = form["shape"];
  const auto positive = [](const Json::Value& n) { return n.isUInt() && n.asUInt() > 0; };
  if (!shape.isArray() || shape.size() != 3 || !std::all_of(shape.begin(), shape.end(), positive)) {
    form.Fault("shape", "shape", "expected [frames, rows, columns]");
    return;
  }
  for (Json::ArrayIndex i = 0; i < 3; ++i) out.shape[i] = shape[i].asUInt();
}

void ReadType(Form& form, SubmissionForm& out) {
  static const std::map<std::string, seg::LabelType> kTypes = {{"uint8", seg::LabelType::kUint8},
                                                               {"uint16", seg::LabelType::kUint16}};
  const Json::Value& value = form["dtype"];
  const auto found = kTypes.find(value.isString() ? value.asString() : "");
  if (found == kTypes.end()) return form.Fault("dtype", "dtype", "expected uint8 or uint16");
  out.type = found->second;
}

// One with a version is identified (PS3.3 10.16), and needs its family for that.
void ReadIdentification(Form form, seg::Segment& segment) {
  if (!form.IsObject({"type", "name", "version", "family", "source", "parameters"})) return;
  if (form["version"].isNull()) return;
  segment.algorithm = {form.CodeAt("family"), segment.algorithm_name, form.Text("version"),
                       form.MaybeText("source"), form.MaybeText("parameters")};
}

// "MANUAL", or {"type","name","version"?,...} where a program took part (PS3.3 C.8.20.2: it needs a
// name).
void ReadAlgorithm(Form& form, seg::Segment& segment) {
  const Json::Value& value = form["algorithm"];
  static const std::set<std::string> kTypes = {"MANUAL", "SEMIAUTOMATIC", "AUTOMATIC"};
  const Json::Value& type = value.isObject() ? value["type"] : value;
  if (!type.isString() || !kTypes.contains(type.asString())) {
    return form.Fault("algorithm", "algorithm", "expected MANUAL, SEMIAUTOMATIC or AUTOMATIC");
  }
  segment.algorithm_type = type.asString();
  if (segment.algorithm_type == "MANUAL") return;
  const bool named = value.isObject() && value["name"].isString();
  segment.algorithm_name = named ? value["name"].asString() : "unspecified";
  if (!named) form.Doubt("algorithm", "algorithm-name", "the program has no name");
  if (value.isObject()) ReadIdentification(form.At("algorithm"), segment);
}

// [red, green, blue]
void ReadColor(Form& form, seg::Segment& segment) {
  const Json::Value& color = form["color"];
  if (color.isNull()) return;
  const auto fits = [](const Json::Value& n) { return n.isUInt() && n.asUInt() <= 255; };
  if (!color.isArray() || color.size() != 3 || !std::all_of(color.begin(), color.end(), fits)) {
    return form.Fault("color", "color", "expected [red, green, blue]");
  }
  segment.color.emplace();
  for (Json::ArrayIndex i = 0; i < 3; ++i) {
    (*segment.color)[i] = static_cast<uint8_t>(color[i].asUInt());
  }
}

seg::Segment ReadSegment(Form form) {
  seg::Segment segment;
  if (!form.IsObject({"number", "label", "description", "category", "type", "typeModifiers",
                      "region", "regionModifiers", "algorithm", "color", "group", "trackingUid",
                      "trackingIdentifier"})) {
    return segment;
  }
  segment.label = static_cast<uint16_t>(form.Number("number", 65535));
  segment.name = form.Text("label");
  segment.category = form.CodeAt("category");
  segment.type = form.CodeAt("type");
  segment.type_modifiers = form.CodesAt("typeModifiers");
  if (!form["region"].isNull()) segment.region = form.CodeAt("region");
  segment.region_modifiers = form.CodesAt("regionModifiers");
  segment.description = form.MaybeText("description");
  ReadAlgorithm(form, segment);
  ReadColor(form, segment);
  segment.tracking_uid = form.MaybeText("trackingUid");
  segment.tracking_id = form.MaybeText("trackingIdentifier");
  if (!form["group"].isNull()) segment.group = form.Number("group", 65535);
  return segment;
}

// A UCUM symbol, or a code.
Code ReadUnit(Form& form) {
  const Json::Value& unit = form["unit"];
  if (!unit.isString()) return form.CodeAt("unit");
  const std::string symbol = form.Text("unit");
  return {symbol, "UCUM", symbol};
}

Measurement ReadMeasurement(Form form, const std::vector<seg::Segment>& segments) {
  Measurement out;
  if (!form.IsObject({"trackingIdentifier", "concept", "value", "unit", "finding", "segment"})) {
    return out;
  }
  out.tracking_identifier = form.Text("trackingIdentifier");
  out.concept_name = form.CodeAt("concept");
  out.unit = ReadUnit(form);
  out.segment = static_cast<uint16_t>(form.Number("segment", 65535));
  const Json::Value& value = form["value"];
  if (value.isNumeric() && std::isfinite(value.asDouble())) {
    out.value = value.asDouble();
  } else {
    form.Fault("value", "number", "expected a finite number");
  }
  const auto found = std::ranges::find(segments, out.segment, &seg::Segment::label);
  if (found == segments.end()) {
    form.Fault("segment", "segment", "no such segment in this submission");
  } else {
    out.finding = form["finding"].isNull() ? found->type : form.CodeAt("finding");
  }
  return out;
}

// The object that will hold the segments does not exist yet: only their number can be told.
void CheckSegment(Form& form, const sr::SegmentReference& segment, const SubmissionForm& out) {
  if (!segment.sop_instance_uid.empty() || !segment.frames.empty()) {
    form.Fault("findings", "segment", "a segment of this submission is named by its number");
  }
  const auto is_it = [&](const seg::Segment& one) { return one.label == segment.number; };
  if (std::ranges::none_of(out.description.segments, is_it)) {
    form.Fault("findings", "segment", "no such segment in this submission");
  }
}

void ReadFindings(Form& form, SubmissionForm& out) {
  const Json::Value& list = form["findings"];
  if (list.isNull()) return;
  if (!list.isArray() || list.size() > kMeasurementsMax) {
    return form.Fault("findings", "type",
                      "expected an array of at most " + std::to_string(kMeasurementsMax));
  }
  std::vector<std::string> faults;
  for (Json::ArrayIndex i = 0; i < list.size(); ++i) {
    const std::string path = "findings[" + std::to_string(i) + "]";
    out.findings.push_back(sr::GroupFromJson(list[i], path, faults));
    if (out.findings.back().segment) CheckSegment(form, *out.findings.back().segment, out);
  }
  for (const std::string& fault : faults) form.Fault("findings", "finding", fault);
}

void RequireUnique(Form& form, const std::vector<seg::Segment>& segments) {
  std::set<uint16_t> seen;
  for (const seg::Segment& segment : segments) {
    if (segment.label != 0 && !seen.insert(segment.label).second) {
      form.Fault("segments", "segment-number", "a number is used twice");
    }
  }
}

}  // namespace

SubmissionForm ParseForm(const Json::Value& json, std::vector<Finding>& findings) {
  SubmissionForm out;
  Form form(json, "", findings);
  if (!form.IsObject(
          {"seriesInstanceUid", "shape", "dtype", "segments", "measurements", "findings"})) {
    return out;
  }
  out.series_instance_uid = form.Text("seriesInstanceUid");
  ReadShape(form, out);
  ReadType(form, out);
  for (Form& item : form.Items("segments", kSegmentsMax, true)) {
    out.description.segments.push_back(ReadSegment(std::move(item)));
  }
  if (out.description.segments.empty()) form.Fault("segments", "segments", "expected at least one");
  RequireUnique(form, out.description.segments);
  for (Form& item : form.Items("measurements", kMeasurementsMax, false)) {
    out.measurements.push_back(ReadMeasurement(std::move(item), out.description.segments));
  }
  ReadFindings(form, out);
  std::ranges::sort(out.description.segments, {}, &seg::Segment::label);
  return out;
}

}  // namespace glossator::node
