// SPDX-License-Identifier: GPL-3.0-or-later
#include "structured-report/encode.h"

#include "dicom/charset.h"
#include "dicom/error.h"
#include "dicom/patient_study.h"
#include "dicom/uid.h"
#include "structured-report/measurement_report.h"
#include "structured-report/modules.h"
#include "structured-report/relationships.h"

namespace glossator::sr {
namespace tags = dicom::tags;
namespace {

using dicom::DataSet;

void Collect(const std::vector<DataSet>& heads, Instances& instances) {
  for (const DataSet& head : heads) {
    for (const dicom::Tag tag : {tags::SOPClassUID, tags::SOPInstanceUID, tags::SeriesInstanceUID,
                                 tags::StudyInstanceUID}) {
      if (!head.HasValue(tag)) {
        throw Error(ErrorKind::kInvalid, "a referenced instance lacks " + dicom::ToString(tag));
      }
    }
    const auto [place, added] = instances.emplace(head.GetString(tags::SOPInstanceUID), &head);
    if (!added) throw Error(ErrorKind::kInvalid, "an instance was given twice");
  }
}

Instances AllInstances(const std::vector<DataSet>& source_heads,
                       const std::vector<DataSet>& other_referenced) {
  Instances instances;
  Collect(source_heads, instances);
  Collect(other_referenced, instances);
  if (source_heads.empty()) throw Error(ErrorKind::kInvalid, "a report needs source images");
  const std::string study = source_heads.front().GetString(tags::StudyInstanceUID);
  for (const DataSet& head : source_heads) {
    if (head.GetString(tags::StudyInstanceUID) != study) {
      throw Error(ErrorKind::kInvalid, "the source images are of several studies");
    }
  }
  return instances;
}

void CheckDescription(const ReportDescription& description, const Identity& identity,
                      const Instances& instances) {
  std::vector<std::string> faults = FaultsOf(description, instances);
  for (const std::string* uid : {&identity.series_instance_uid, &identity.sop_instance_uid}) {
    if (!dicom::IsValidUid(*uid)) faults.push_back("identity: not a UID");
  }
  if (faults.empty()) return;
  std::string text;
  for (const std::string& fault : faults) text += (text.empty() ? "" : "; ") + fault;
  throw Error(ErrorKind::kInvalid, text);
}

// What the SOP class does not allow: coordinates in space in Comprehensive SR, references to other
// items in Enhanced SR.
void CheckRelationships(const std::string& sop_class_uid, const ContentItem& root) {
  VisitItems(root, [&](const ContentItem& item) {
    for (const ContentItem& child : item.children) {
      if (IsAllowed(sop_class_uid, item, child)) continue;
      throw Error(ErrorKind::kInvalid, "document: this SOP class allows no " +
                                           std::string(NameOf(child.type)) + " in a " +
                                           std::string(NameOf(item.type)));
    }
  });
}

// Everything here is UTF-8 already; (0008,0005) is only needed beyond ASCII. The set of the source
// is kept when it can say all, so that names stay the same bytes.
void DeclareCharacterSet(DataSet& report, const dicom::CharacterSet& of_source) {
  report.SetString(tags::SpecificCharacterSet, "ISO_IR 192");
  dicom::ConvertToUtf8(report);
  if (report.Has(tags::SpecificCharacterSet)) dicom::ConvertFromUtf8(report, of_source);
}

void Apply(const DataSet& extra, DataSet& report) {
  for (const dicom::Element& element : extra) {
    const bool removes = element.value.empty() && element.items.empty();
    if (removes) {
      report.Erase(element.tag);
    } else {
      report.Put(element);
    }
  }
}

}  // namespace

DataSet Encode(const ReportDescription& description, const std::vector<DataSet>& source_heads,
               const std::vector<DataSet>& other_referenced, const Identity& identity, Time now) {
  const Instances instances = AllInstances(source_heads, other_referenced);
  CheckDescription(description, identity, instances);
  DataSet report = dicom::PatientAndStudy(source_heads.front());
  dicom::ConvertToUtf8(report);
  PutSeriesAndEquipment(report, description, identity, now);
  PutDocument(report, description, identity, now);
  const ContentItem root = MeasurementReport(description, source_heads, instances);
  report.SetString(tags::SOPClassUID, ClassOf(description.document, root));
  CheckRelationships(report.GetString(tags::SOPClassUID), root);
  PutEvidence(report, root, instances);
  PutCodingSchemes(report, root);
  WriteContent(root, report);
  Apply(identity.extra, report);
  DeclareCharacterSet(report, dicom::CharacterSet::Of(source_heads.front()));
  return report;
}

}  // namespace glossator::sr
