// SPDX-License-Identifier: GPL-3.0-or-later
// What keeps a description from being a valid report. All faults are told, not the first.
#include <cmath>
#include <set>

#include "dicom/uid.h"
#include "structured-report/measurement_report.h"
#include "structured-report/ucum.h"

namespace glossator::sr {
namespace tags = dicom::tags;
namespace {

// Characters, not bytes, of UTF-8.
size_t Length(const std::string& text) {
  size_t length = 0;
  for (const char c : text) length += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return length;
}

class Faults {
 public:
  explicit Faults(const Instances& instances) : instances_(instances) {}

  std::vector<std::string> Run(const ReportDescription& description) {
    Require(description.person || description.device, "observer", "neither person nor device");
    if (description.person) CheckPerson(*description.person);
    if (description.device) CheckDevice(*description.device);
    for (size_t i = 0; i < description.procedures.size(); ++i) {
      CheckCode("procedures[" + std::to_string(i) + "]", description.procedures[i]);
    }
    for (size_t i = 0; i < description.groups.size(); ++i) {
      CheckGroup("groups[" + std::to_string(i) + "]", description.groups[i]);
    }
    return std::move(faults_);
  }

 private:
  void Require(bool fine, const std::string& where, const std::string& fault) {
    if (!fine) faults_.push_back(where + ": " + fault);
  }

  void CheckPerson(const PersonObserver& person) {
    Require(!person.name.empty() && Length(person.name) <= 64, "person.name", "1 to 64 characters");
    Require(person.name.find('\\') == person.name.npos, "person.name", "no backslash");
  }

  void CheckDevice(const DeviceObserver& device) {
    Require(dicom::IsValidUid(device.uid), "device.uid", "not a UID");
    for (const std::string* text :
         {&device.manufacturer, &device.model, &device.serial_number, &device.software_version}) {
      Require(Length(*text) <= 64 && text->find('\\') == text->npos, "device",
              "texts have at most 64 characters and no backslash");
    }
  }

  void CheckCode(const std::string& where, const Code& code) {
    const bool complete = !code.value.empty() && !code.scheme.empty() && !code.meaning.empty();
    Require(complete, where, "a code has value, scheme and meaning");
    Require(code.scheme.size() <= 16, where, "a scheme has at most 16 characters");
    Require(Length(code.meaning) <= 64, where, "a meaning has at most 64 characters");
    const std::string all = code.value + code.scheme + code.meaning;
    Require(all.find('\\') == all.npos, where, "no backslash in codes");
  }

  void CheckCode(const std::string& where, const std::optional<Code>& code) {
    if (code) CheckCode(where, *code);
  }

  void CheckImage(const std::string& where, const ImageReference& image) {
    const auto found = instances_.find(image.sop_instance_uid);
    if (found == instances_.end()) {
      return Require(false, where, "refers to an instance that was not given");
    }
    const int64_t count = found->second->GetInt(tags::NumberOfFrames).value_or(1);
    for (const int64_t frame : image.frames) {
      Require(frame >= 1 && frame <= count, where, "no such frame");
    }
  }

  void CheckSegment(const std::string& where, const SegmentReference& segment) {
    const auto found = instances_.find(segment.sop_instance_uid);
    if (found == instances_.end()) {
      return Require(false, where, "refers to an instance that was not given");
    }
    const dicom::DataSet& head = *found->second;
    Require(
        segment.sop_class_uid.empty() || head.GetString(tags::SOPClassUID) == segment.sop_class_uid,
        where, "the instance is of another class");
    bool exists = !head.Has(tags::SegmentSequence);  // a head may be cut short
    for (const dicom::DataSet& item : head.GetItems(tags::SegmentSequence)) {
      if (item.GetInt(tags::SegmentNumber) == segment.number) exists = true;
    }
    Require(exists && segment.number >= 0 && segment.number <= 65535, where, "no such segment");
  }

  void CheckMeasurement(const std::string& where, const Measurement& measurement) {
    CheckCode(where + ".concept", measurement.concept_name);
    CheckCode(where + ".unit", measurement.unit);
    CheckCode(where + ".derivation", measurement.derivation);
    CheckCode(where + ".method", measurement.method);
    Require(std::isfinite(measurement.value), where + ".value", "not a number");
    Require(measurement.unit.scheme == "UCUM" && IsUcum(measurement.unit.value), where + ".unit",
            "not a UCUM unit");
  }

  void CheckGroup(const std::string& where, const MeasurementGroup& group) {
    Require(!group.tracking_identifier.empty(), where, "no tracking identifier");
    Require(dicom::IsValidUid(group.tracking_uid), where + ".tracking_uid", "not a UID");
    Require(tracking_uids_.insert(group.tracking_uid).second, where + ".tracking_uid",
            "used by another group");
    CheckCode(where + ".category", group.category);
    CheckCode(where + ".finding", group.finding);
    CheckCode(where + ".site", group.site);
    CheckCode(where + ".laterality", group.laterality);
    Require(!group.laterality || group.site, where, "a laterality needs a site");
    if (group.segment) CheckSegment(where + ".segment", *group.segment);
    for (const ImageReference& image : group.images) CheckImage(where + ".images", image);
    for (size_t i = 0; i < group.measurements.size(); ++i) {
      CheckMeasurement(where + ".measurements[" + std::to_string(i) + "]", group.measurements[i]);
    }
    for (const Evaluation& evaluation : group.evaluations) {
      CheckCode(where + ".evaluations", evaluation.concept_name);
      CheckCode(where + ".evaluations", evaluation.value);
    }
  }

  const Instances& instances_;
  std::set<std::string> tracking_uids_;
  std::vector<std::string> faults_;
};

}  // namespace

std::vector<std::string> FaultsOf(const ReportDescription& description,
                                  const Instances& instances) {
  return Faults(instances).Run(description);
}

}  // namespace glossator::sr
