// SPDX-License-Identifier: GPL-3.0-or-later
#include "results/verify.h"

#include <set>

#include "dicom/error.h"
#include "dicom/uid.h"
#include "results/annotations.h"
#include "results/capture.h"
#include "results/key_objects.h"
#include "results/presentation.h"
#include "results/structure_set.h"

namespace glossator::results {
namespace tags = dicom::tags;
namespace {

using dicom::DataSet;

class Check {
 public:
  explicit Check(const DataSet& object) : object_(object) {}

  // Patient, study, series, equipment and SOP Common of every kind.
  void Common(const char* modality) {
    for (const dicom::Tag tag :
         {tags::SOPInstanceUID, tags::StudyInstanceUID, tags::SeriesInstanceUID}) {
      if (!dicom::IsValidUid(object_.GetString(tag))) {
        Error("uid", dicom::ToString(tag), "PS3.5 9.1", "missing or not a UID");
      }
    }
    for (const dicom::Tag tag : {tags::PatientID, tags::PatientName, tags::StudyDate}) {
      if (!object_.Has(tag)) Error("type-2", dicom::ToString(tag), "PS3.3 C.7", "is missing");
    }
    if (object_.GetString(tags::Modality) != modality) {
      Error("modality", "(0008,0060)", "PS3.3 C.7.3.1", std::string("expected ") + modality);
    }
    Schemes();
  }

  // Common Instance Reference lists what an object refers to (C.12.2).
  void References(const std::vector<InstanceReference>& used) {
    std::set<std::string> listed;
    const auto list = [&](const DataSet& parent) {
      for (const DataSet& series : parent.GetItems(tags::ReferencedSeriesSequence)) {
        for (const DataSet& item : series.GetItems(tags::ReferencedInstanceSequence)) {
          listed.insert(item.GetString(tags::ReferencedSOPInstanceUID));
        }
      }
    };
    list(object_);
    for (const DataSet& study :
         object_.GetItems(tags::StudiesContainingOtherReferencedInstancesSequence)) {
      list(study);
    }
    for (const InstanceReference& reference : used) {
      if (listed.count(reference.sop_instance_uid) == 0) {
        Error("reference", "(0008,1115)", "PS3.3 C.12.2", "a referenced instance is not listed");
      }
    }
  }

  void Annotated(const AnnotationObject& object) {
    std::vector<InstanceReference> used;
    for (const DataSet& item : object_.GetItems(tags::ReferencedImageSequence)) {
      used.push_back({.sop_class_uid = item.GetString(tags::ReferencedSOPClassUID),
                      .sop_instance_uid = item.GetString(tags::ReferencedSOPInstanceUID),
                      .series_instance_uid = {},
                      .study_instance_uid = {}});
    }
    if (object.annotations.in_space && !object_.HasValue(tags::FrameOfReferenceUID)) {
      Error("frame-of-reference", "(0020,0052)", "PS3.3 C.7.4.1", "3D without one");
    }
    if (!object.annotations.in_space && used.empty()) {
      Error("reference", "(0008,1140)", "PS3.3 C.37.1.2", "2D annotations of no image");
    }
    References(used);
  }

  void Add(std::vector<Finding> more) {
    findings_.insert(findings_.end(), more.begin(), more.end());
  }
  std::vector<Finding> Take() { return std::move(findings_); }

 private:
  void Error(const char* code, std::string path, const char* paragraph, std::string message) {
    findings_.push_back({"", kFindingError, code, std::move(path), paragraph, std::move(message)});
  }

  void Schemes() {
    std::set<std::string> declared;
    for (const DataSet& item : object_.GetItems(tags::CodingSchemeIdentificationSequence)) {
      declared.insert(item.GetString(tags::CodingSchemeDesignator));
    }
    dicom::ForEachElement(object_, [&](const std::string& path, const dicom::Element& element) {
      if (element.tag != tags::CodingSchemeDesignator || !element.value.starts_with("99")) return;
      DataSet single;
      single.Put(element);
      if (declared.insert(single.GetString(element.tag)).second) {
        Error("coding-scheme", path, "PS3.3 C.12.1", "a private scheme is not declared");
      }
    });
  }

  const DataSet& object_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> VerifyAnnotations(const dicom::ByteSource& source) {
  const AnnotationObject object = ReadAnnotations(source);
  Check check(object.head);
  check.Common("ANN");
  check.Annotated(object);
  check.Add(CheckAnnotations(object.annotations));
  return check.Take();
}

std::vector<Finding> Verify(const DataSet& object, const Regions* regions) {
  Check check(object);
  const std::string sop_class = object.GetString(tags::SOPClassUID);
  if (sop_class == kKeyObjectStorage) {
    check.Common("KO");
    check.Add(VerifyKeyObjects(object));
  } else if (sop_class == kStructureSetStorage) {
    check.Common("RTSTRUCT");
    check.Add(VerifyStructureSet(object, regions));
  } else if (sop_class == kTrueColorCaptureStorage) {
    check.Common("OT");
    check.Add(VerifyCapture(object));
  } else if (IsPresentation(sop_class)) {
    check.Common("PR");
    check.Add(VerifyPresentation(object));
  } else {
    throw Error(ErrorKind::kUnsupported, "not a kind of result object that is verified here");
  }
  return check.Take();
}

}  // namespace glossator::results
