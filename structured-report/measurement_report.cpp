// SPDX-License-Identifier: GPL-3.0-or-later
#include "structured-report/measurement_report.h"

#include <set>

#include "structured-report/concepts.h"
#include "structured-report/numeric.h"

namespace glossator::sr {
namespace tags = dicom::tags;
namespace {

using dicom::DataSet;

void AddText(ContentItem& parent, const char* relationship, const Code& name,
             const std::string& text) {
  if (!text.empty()) parent.Add(Text(relationship, name, text));
}

// TID 1003
void AddPerson(ContentItem& root, const PersonObserver& person) {
  root.Add(Coded(kHasObsContext, concepts::kObserverType, concepts::kPerson));
  root.Add(PersonName(kHasObsContext, concepts::kPersonObserverName, person.name));
  AddText(root, kHasObsContext, concepts::kPersonObserverOrganization, person.organization);
}

// TID 1004
void AddDevice(ContentItem& root, const DeviceObserver& device) {
  root.Add(Coded(kHasObsContext, concepts::kObserverType, concepts::kDevice));
  root.Add(UidRef(kHasObsContext, concepts::kDeviceObserverUid, device.uid));
  AddText(root, kHasObsContext, concepts::kDeviceObserverName, device.name);
  AddText(root, kHasObsContext, concepts::kDeviceObserverManufacturer, device.manufacturer);
  AddText(root, kHasObsContext, concepts::kDeviceObserverModel, device.model);
  AddText(root, kHasObsContext, concepts::kDeviceObserverSerial, device.serial_number);
}

// The imaging procedure, not the algorithm (PS3.16 TID 1500).
std::vector<Code> Procedures(const ReportDescription& description, const DataSet& head) {
  if (!description.procedures.empty()) return description.procedures;
  std::vector<Code> codes;
  for (const DataSet& item : head.GetItems(tags::ProcedureCodeSequence)) {
    const auto code = dicom::ToCode(item);
    if (code && !code->meaning.empty()) codes.push_back(*code);
  }
  if (codes.empty()) codes.push_back(concepts::kImagingProcedure);
  return codes;
}

Reference ReferenceTo(const std::string& sop_instance_uid, const Instances& instances) {
  const DataSet& head = *instances.at(sop_instance_uid);
  return {head.GetString(tags::SOPClassUID), sop_instance_uid, {}, {}};
}

Reference ReferenceTo(const ImageReference& image, const Instances& instances) {
  Reference reference = ReferenceTo(image.sop_instance_uid, instances);
  reference.frames = image.frames;
  return reference;
}

// TID 1411 rows 7 to 12: the segment, and the images or the series that it was drawn on.
void AddSegment(ContentItem& item, const MeasurementGroup& group,
                const std::vector<DataSet>& source_heads, const Instances& instances) {
  Reference segment = ReferenceTo(group.segment->sop_instance_uid, instances);
  segment.segments = {group.segment->number};
  item.Add(Image(kContains, concepts::kReferencedSegment, segment));
  for (const ImageReference& image : group.images) {
    item.Add(
        Image(kContains, concepts::kSourceImageForSegmentation, ReferenceTo(image, instances)));
  }
  if (!group.images.empty()) return;
  std::set<std::string> series;
  for (const DataSet& head : source_heads) {
    const std::string uid = head.GetString(tags::SeriesInstanceUID);
    if (series.insert(uid).second) {
      item.Add(UidRef(kContains, concepts::kSourceSeriesForSegmentation, uid));
    }
  }
}

// TID 300; without a segment each value names its images (TID 320).
ContentItem MeasurementItem(const Measurement& measurement, const MeasurementGroup& group,
                            const Instances& instances) {
  ContentItem item = Measured(kContains, measurement.concept_name,
                              {NumericText(measurement.value), measurement.unit, std::nullopt});
  if (measurement.method) {
    item.Add(Coded(kHasConceptMod, concepts::kMethod, *measurement.method));
  }
  if (measurement.derivation) {
    item.Add(Coded(kHasConceptMod, concepts::kDerivation, *measurement.derivation));
  }
  if (group.segment) return item;
  for (const ImageReference& image : group.images) {
    item.Add(Image(kInferredFrom, concepts::kSourceOfMeasurement, ReferenceTo(image, instances)));
  }
  return item;
}

}  // namespace

ContentItem Group(const MeasurementGroup& group, const std::vector<DataSet>& source_heads,
                  const Instances& instances) {
  ContentItem item =
      Container(kContains, concepts::kMeasurementGroup, group.segment ? "1411" : "1501");
  item.Add(Text(kHasObsContext, concepts::kTrackingIdentifier, group.tracking_identifier));
  item.Add(UidRef(kHasObsContext, concepts::kTrackingUid, group.tracking_uid));
  if (group.category) item.Add(Coded(kContains, concepts::kFindingCategory, *group.category));
  if (group.finding) item.Add(Coded(kContains, concepts::kFinding, *group.finding));
  if (group.segment) AddSegment(item, group, source_heads, instances);
  if (group.site) {
    ContentItem& site = item.Add(Coded(kHasConceptMod, concepts::kFindingSite, *group.site));
    if (group.laterality) {
      site.Add(Coded(kHasConceptMod, concepts::kLaterality, *group.laterality));
    }
  }
  for (const Measurement& measurement : group.measurements) {
    item.Add(MeasurementItem(measurement, group, instances));
  }
  for (const Evaluation& evaluation : group.evaluations) {
    item.Add(Coded(kContains, evaluation.concept_name, evaluation.value));
  }
  return item;
}

ContentItem MeasurementReport(const ReportDescription& description,
                              const std::vector<DataSet>& source_heads,
                              const Instances& instances) {
  ContentItem root = Container("", concepts::kImagingMeasurementReport, "1500");
  root.Add(Coded(kHasConceptMod, concepts::kLanguage, concepts::kEnglish));  // TID 1204
  if (description.person) AddPerson(root, *description.person);
  if (description.device) AddDevice(root, *description.device);
  for (const Code& procedure : Procedures(description, source_heads.front())) {
    root.Add(Coded(kHasConceptMod, concepts::kProcedureReported, procedure));
  }
  root.Add(ImageLibrary(source_heads));
  ContentItem& measurements = root.Add(Container(kContains, concepts::kImagingMeasurements));
  for (const MeasurementGroup& group : description.groups) {
    measurements.Add(Group(group, source_heads, instances));
  }
  return root;
}

}  // namespace glossator::sr
