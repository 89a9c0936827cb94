// SPDX-License-Identifier: GPL-3.0-or-later
#include "structured-report/modules.h"

#include <set>

#include "dicom/error.h"
#include "dicom/numbers.h"

namespace glossator::sr {
namespace tags = dicom::tags;
namespace {

using dicom::DataSet;

std::string Or(const std::string& text, const char* otherwise) {
  return text.empty() ? otherwise : text;
}

// The item of a sequence whose attribute has that value, made when there is none.
DataSet& ItemWith(DataSet& parent, dicom::Tag sequence, dicom::Tag key, const std::string& value) {
  if (dicom::Element* element = parent.Find(sequence)) {
    for (DataSet& item : element->items) {
      if (item.GetString(key) == value) return item;
    }
  }
  DataSet& item = parent.AddItem(sequence);
  item.SetString(key, value);
  return item;
}

void AddEvidence(DataSet& report, const DataSet& head) {
  const std::string study = head.GetString(tags::StudyInstanceUID);
  const bool current = study == report.GetString(tags::StudyInstanceUID);
  const dicom::Tag sequence = current ? tags::CurrentRequestedProcedureEvidenceSequence
                                      : tags::PertinentOtherEvidenceSequence;
  DataSet& study_item = ItemWith(report, sequence, tags::StudyInstanceUID, study);
  DataSet& series_item = ItemWith(study_item, tags::ReferencedSeriesSequence,
                                  tags::SeriesInstanceUID, head.GetString(tags::SeriesInstanceUID));
  DataSet& sop = series_item.AddItem(tags::ReferencedSOPSequence);
  sop.SetString(tags::ReferencedSOPClassUID, head.GetString(tags::SOPClassUID));
  sop.SetString(tags::ReferencedSOPInstanceUID, head.GetString(tags::SOPInstanceUID));
}

}  // namespace

void PutSeriesAndEquipment(DataSet& report, const ReportDescription& description,
                           const Identity& identity, Time now) {
  report.SetString(tags::Modality, "SR");
  report.SetString(tags::SeriesInstanceUID, identity.series_instance_uid);
  report.SetInt(tags::SeriesNumber, identity.series_number);
  report.SetString(tags::SeriesDate, ToDicomDate(now));
  report.SetString(tags::SeriesTime, ToDicomTime(now));
  if (!identity.series_description.empty()) {
    report.SetString(tags::SeriesDescription, identity.series_description);
  }
  report.SetItems(tags::ReferencedPerformedProcedureStepSequence, {});  // type 2
  // General and Enhanced General Equipment (C.7.5.1, C.7.5.2) are all type 1 here.
  const DeviceObserver device = description.device.value_or(DeviceObserver{});
  report.SetString(tags::Manufacturer, Or(device.manufacturer, "Glossator"));
  report.SetString(tags::ManufacturerModelName, Or(device.model, "Glossator"));
  report.SetString(tags::DeviceSerialNumber, Or(device.serial_number, "0"));
  report.SetString(tags::SoftwareVersions, Or(device.software_version, "1"));
  if (!identity.contributing_equipment.empty()) {
    report.SetItems(tags::ContributingEquipmentSequence, identity.contributing_equipment);
  }
}

const char* ClassOf(const std::string& document, const ContentItem& root) {
  if (document == "ENHANCED") return kEnhancedSr;
  if (document == "COMPREHENSIVE") return kComprehensiveSr;
  bool in_space = document == "COMPREHENSIVE_3D";
  VisitItems(root, [&](const ContentItem& item) {
    in_space = in_space || item.type == ValueType::kScoord3d;
  });
  return in_space ? kComprehensive3dSr : kComprehensiveSr;
}

void PutDocument(DataSet& report, const ReportDescription& description, const Identity& identity,
                 Time now) {
  report.SetString(tags::SOPInstanceUID, identity.sop_instance_uid);
  report.SetInt(tags::InstanceNumber, identity.instance_number);
  report.SetString(tags::InstanceCreationDate, ToDicomDate(now));
  report.SetString(tags::InstanceCreationTime, ToDicomTime(now));
  report.SetString(tags::ContentDate, ToDicomDate(now));
  report.SetString(tags::ContentTime, ToDicomTime(now));
  report.SetString(tags::TimezoneOffsetFromUTC, "+0000");
  report.SetString(tags::PreliminaryFlag, "FINAL");
  PutProvenance(report, description.provenance);
  PutAuthors(report, {description.person, {}, description.device});
  report.SetItems(tags::PerformedProcedureCodeSequence, {});  // type 2
}

void PutEvidence(DataSet& report, const ContentItem& root, const Instances& instances) {
  std::set<std::string> done;
  VisitItems(root, [&](const ContentItem& item) {
    const Reference* reference = item.reference();
    if (reference == nullptr || !done.insert(reference->sop_instance_uid).second) return;
    AddEvidence(report, *instances.at(reference->sop_instance_uid));
  });
}

std::vector<const Code*> CodesOf(const ContentItem& item) {
  std::vector<const Code*> codes;
  if (item.concept_name) codes.push_back(&*item.concept_name);
  if (item.code() != nullptr) codes.push_back(item.code());
  if (const Number* number = item.number()) {
    if (number->unit) codes.push_back(&*number->unit);
    if (number->qualifier) codes.push_back(&*number->qualifier);
  }
  return codes;
}

bool IsPrivateScheme(const std::string& scheme) { return scheme.starts_with("99"); }

void PutCodingSchemes(DataSet& report, const ContentItem& root) {
  std::set<std::string> schemes;
  dicom::ForEachElement(report, [&](const std::string&, const dicom::Element& element) {
    if (element.tag != tags::CodingSchemeDesignator) return;
    const std::string scheme = std::string(dicom::TrimValue(element.value, element.vr));
    if (IsPrivateScheme(scheme)) schemes.insert(scheme);
  });
  VisitItems(root, [&](const ContentItem& item) {
    for (const Code* code : CodesOf(item)) {
      if (IsPrivateScheme(code->scheme)) schemes.insert(code->scheme);
    }
  });
  for (const std::string& scheme : schemes) {
    DataSet& item = report.AddItem(tags::CodingSchemeIdentificationSequence);
    item.SetString(tags::CodingSchemeDesignator, scheme);
    const bool ours = scheme == "99GLOSSATOR";
    item.SetString(tags::CodingSchemeName, ours ? "Glossator local codes" : scheme);
    item.SetString(tags::CodingSchemeResponsibleOrganization, ours ? "Glossator" : "local");
  }
}

}  // namespace glossator::sr
