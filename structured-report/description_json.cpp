// SPDX-License-Identifier: GPL-3.0-or-later
#include "structured-report/description_json.h"

#include <set>

#include "dicom/error.h"
#include "dicom/json.h"

namespace glossator::sr {
namespace {

// One JSON object whose members are asked for by name; what nobody asked for is a fault.
class Fields {
 public:
  Fields(const Json::Value& json, std::string path, std::vector<std::string>& faults)
      : json_(json), path_(std::move(path)), faults_(faults) {
    if (!json_.isObject()) Fault("an object is expected");
  }
  ~Fields() {
    if (!json_.isObject()) return;
    for (const std::string& name : json_.getMemberNames()) {
      if (asked_.count(name) == 0) faults_.push_back(PathOf(name) + ": unknown key");
    }
  }
  Fields(const Fields&) = delete;
  Fields& operator=(const Fields&) = delete;

  // nullptr when absent or null.
  const Json::Value* Find(const char* name) {
    asked_.insert(name);
    if (!json_.isObject() || !json_.isMember(name) || json_[name].isNull()) return nullptr;
    return &json_[name];
  }

  std::string String(const char* name, bool required = false) {
    const Json::Value* value = Find(name);
    if (value == nullptr && required) Fault(std::string(name) + " is missing");
    if (value == nullptr) return "";
    if (value->isString()) return value->asString();
    faults_.push_back(PathOf(name) + ": a string is expected");
    return "";
  }

  int64_t Integer(const char* name, int64_t otherwise) {
    const Json::Value* value = Find(name);
    if (value == nullptr) return otherwise;
    if (value->isInt64()) return value->asInt64();
    faults_.push_back(PathOf(name) + ": a whole number is expected");
    return otherwise;
  }

  double Number(const char* name) {
    const Json::Value* value = Find(name);
    if (value != nullptr && value->isNumeric()) return value->asDouble();
    faults_.push_back(PathOf(name) + ": a number is expected");
    return 0;
  }

  // Calls each(value, path) for the entries of a list; absent is empty.
  template <class Each>
  void List(const char* name, Each each) {
    const Json::Value* value = Find(name);
    if (value == nullptr) return;
    if (!value->isArray()) return faults_.push_back(PathOf(name) + ": a list is expected");
    for (Json::ArrayIndex i = 0; i < value->size(); ++i) {
      each((*value)[i], PathOf(name) + '[' + std::to_string(i) + ']');
    }
  }

  std::string PathOf(const std::string& name) const {
    return path_.empty() ? name : path_ + '.' + name;
  }
  std::vector<std::string>& faults() { return faults_; }

 private:
  void Fault(const std::string& text) {
    faults_.push_back((path_.empty() ? "description" : path_) + ": " + text);
  }

  const Json::Value& json_;
  std::string path_;
  std::vector<std::string>& faults_;
  std::set<std::string> asked_;
};

Code ReadCode(const Json::Value& json, const std::string& path, std::vector<std::string>& faults) {
  Fields fields(json, path, faults);
  return {fields.String("value", true), fields.String("scheme", true),
          fields.String("meaning", true), fields.String("scheme_version")};
}

std::optional<Code> OptionalCode(Fields& fields, const char* name) {
  const Json::Value* value = fields.Find(name);
  if (value == nullptr) return std::nullopt;
  return ReadCode(*value, fields.PathOf(name), fields.faults());
}

Code RequiredCode(Fields& fields, const char* name) {
  if (const auto code = OptionalCode(fields, name)) return *code;
  fields.faults().push_back(fields.PathOf(name) + ": missing");
  return {};
}

// "mm3" is short for that code of UCUM.
Code ReadUnit(Fields& fields) {
  const Json::Value* unit = fields.Find("unit");
  if (unit == nullptr || !unit->isString()) return RequiredCode(fields, "unit");
  const std::string value = unit->asString();
  return {value, "UCUM", value == "1" ? "no units" : value};
}

Measurement ReadMeasurement(const Json::Value& json, const std::string& path,
                            std::vector<std::string>& faults) {
  Fields fields(json, path, faults);
  return {RequiredCode(fields, "concept"), fields.Number("value"), ReadUnit(fields),
          OptionalCode(fields, "derivation"), OptionalCode(fields, "method")};
}

ImageReference ReadImage(const Json::Value& json, const std::string& path,
                         std::vector<std::string>& faults) {
  if (json.isString()) return {json.asString()};
  Fields fields(json, path, faults);
  ImageReference image{fields.String("sop_instance_uid", true)};
  fields.List("frames", [&](const Json::Value& frame, const std::string& where) {
    if (frame.isInt64()) return image.frames.push_back(frame.asInt64());
    faults.push_back(where + ": a whole number is expected");
  });
  return image;
}

std::optional<SegmentReference> ReadSegment(Fields& group) {
  const Json::Value* json = group.Find("segment");
  if (json == nullptr) return std::nullopt;
  Fields fields(*json, group.PathOf("segment"), group.faults());
  return SegmentReference{fields.String("sop_class_uid"), fields.String("sop_instance_uid", true),
                          fields.Integer("number", 1)};
}

MeasurementGroup ReadGroup(const Json::Value& json, const std::string& path,
                           std::vector<std::string>& faults, UidSource& uids) {
  Fields fields(json, path, faults);
  MeasurementGroup group;
  group.tracking_identifier = fields.String("tracking_identifier", true);
  group.tracking_uid = fields.String("tracking_uid");
  if (group.tracking_uid.empty()) group.tracking_uid = uids.New();
  group.category = OptionalCode(fields, "category");
  group.finding = OptionalCode(fields, "finding");
  group.site = OptionalCode(fields, "site");
  group.laterality = OptionalCode(fields, "laterality");
  group.segment = ReadSegment(fields);
  fields.List("images", [&](const Json::Value& image, const std::string& where) {
    group.images.push_back(ReadImage(image, where, faults));
  });
  fields.List("measurements", [&](const Json::Value& measurement, const std::string& where) {
    group.measurements.push_back(ReadMeasurement(measurement, where, faults));
  });
  fields.List("evaluations", [&](const Json::Value& evaluation, const std::string& where) {
    Fields inner(evaluation, where, faults);
    group.evaluations.push_back({RequiredCode(inner, "concept"), RequiredCode(inner, "value")});
  });
  return group;
}

void ReadObservers(Fields& fields, ReportDescription& description) {
  if (const Json::Value* json = fields.Find("person")) {
    Fields person(*json, "person", fields.faults());
    description.person = {person.String("name", true), person.String("organization")};
  }
  if (const Json::Value* json = fields.Find("device")) {
    Fields device(*json, "device", fields.faults());
    description.device = {device.String("uid", true),     device.String("name"),
                          device.String("manufacturer"),  device.String("model"),
                          device.String("serial_number"), device.String("software_version")};
  }
}

void ReadFile(const Json::Value& json, std::vector<std::string>& faults, UidSource& uids,
              DescriptionFile& file) {
  Fields fields(json, "", faults);
  file.series_description = fields.String("series_description");
  file.series_number = fields.Integer("series_number", 1);
  ReadObservers(fields, file.description);
  fields.List("procedures", [&](const Json::Value& code, const std::string& where) {
    file.description.procedures.push_back(ReadCode(code, where, faults));
  });
  fields.List("source_series", [&](const Json::Value& uid, const std::string& where) {
    if (uid.isString()) return file.source_series.push_back(uid.asString());
    faults.push_back(where + ": a string is expected");
  });
  fields.List("sources", [&](const Json::Value& head, const std::string&) {
    file.sources.push_back(dicom::FromJson(head));
  });
  fields.List("groups", [&](const Json::Value& group, const std::string& where) {
    file.description.groups.push_back(ReadGroup(group, where, faults, uids));
  });
}

}  // namespace

DescriptionFile DescriptionFromJson(const Json::Value& json, UidSource& uids) {
  std::vector<std::string> faults;
  DescriptionFile file;
  ReadFile(json, faults, uids, file);
  if (faults.empty()) return file;
  std::string text;
  for (const std::string& fault : faults) text += (text.empty() ? "" : "; ") + fault;
  throw Error(ErrorKind::kInvalid, text);
}

}  // namespace glossator::sr
