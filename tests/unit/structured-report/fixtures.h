// SPDX-License-Identifier: GPL-3.0-or-later
// A small study with a segmentation, and a report about it.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "dicom/data_set.h"
#include "structured-report/encode.h"
#include "structured-report/report.h"

namespace glossator::sr {

inline constexpr const char* kSegUid = "2.25.900";

inline dicom::DataSet Head(const std::string& sop_class, const std::string& uid,
                           const std::string& series) {
  namespace tags = dicom::tags;
  dicom::DataSet head;
  head.SetString(tags::SOPClassUID, sop_class);
  head.SetString(tags::SOPInstanceUID, uid);
  head.SetString(tags::StudyInstanceUID, "2.25.1");
  head.SetString(tags::SeriesInstanceUID, series);
  head.SetString(tags::PatientName, "P-TEST^");
  head.SetString(tags::PatientID, "P-TEST");
  head.SetString(tags::StudyDate, "20200102");
  return head;
}

inline std::vector<dicom::DataSet> Images() {
  namespace tags = dicom::tags;
  std::vector<dicom::DataSet> heads;
  for (int i = 1; i <= 3; ++i) {
    dicom::DataSet head =
        Head("1.2.840.10008.5.1.4.1.1.2", "2.25.10" + std::to_string(i), "2.25.2");
    head.SetString(tags::Modality, "CT");
    head.SetString(tags::FrameOfReferenceUID, "2.25.3");
    head.SetInt(tags::Rows, 5);
    head.SetInt(tags::Columns, 7);
    head.SetDoubles(tags::PixelSpacing, {0.5, 0.75});
    heads.push_back(head);
  }
  return heads;
}

inline std::vector<dicom::DataSet> Segmentations() {
  namespace tags = dicom::tags;
  dicom::DataSet head = Head("1.2.840.10008.5.1.4.1.1.66.4", kSegUid, "2.25.4");
  head.SetString(tags::Modality, "SEG");
  head.AddItem(tags::SegmentSequence).SetInt(tags::SegmentNumber, 1);
  return {head};
}

inline ReportDescription Findings3() {
  ReportDescription description;
  description.person = PersonObserver{"R-0042^", "Reading lab"};
  description.device =
      DeviceObserver{"2.25.5", "workbench", "Glossator", "Workbench", "1", "0.1.0"};
  description.procedures = {{"77477000", "SCT", "Computed tomography"}};
  MeasurementGroup lesion{"Lesion 1", "2.25.11"};
  lesion.finding = Code{"4147007", "SCT", "Mass"};
  lesion.site = Code{"39607008", "SCT", "Lung"};
  lesion.laterality = Code{"24028007", "SCT", "Right"};
  lesion.segment = SegmentReference{"1.2.840.10008.5.1.4.1.1.66.4", kSegUid, 1};
  lesion.images = {{"2.25.101"}, {"2.25.102"}};
  lesion.measurements = {{{"118565006", "SCT", "Volume"},
                          1234.5,
                          {"mm3", "UCUM", "cubic millimeter"},
                          std::nullopt,
                          Code{"M-1", "99GLOSSATOR", "Zählung"}}};
  lesion.evaluations = {Evaluation{{"Q-1", "99GLOSSATOR", "Margin"},
                                   Code{"129738007", "SCT", "Circumscribed lesion"}}};
  MeasurementGroup slice{"Slice 3", "2.25.12"};
  slice.images = {{"2.25.103"}};
  slice.measurements = {{{"42798000", "SCT", "Area"},
                         -0.125,
                         {"cm2", "UCUM", "square centimeter"},
                         Code{"373098007", "SCT", "Mean"},
                         std::nullopt}};
  MeasurementGroup whole{"Whole", "2.25.13"};
  whole.segment = SegmentReference{"1.2.840.10008.5.1.4.1.1.66.4", kSegUid, 1};
  description.groups = {lesion, slice, whole};
  return description;
}

inline Identity TestIdentity() {
  Identity identity;
  identity.series_instance_uid = "2.25.6";
  identity.sop_instance_uid = "2.25.7";
  identity.series_number = 9001;
  identity.series_description = "RESEARCH - not for diagnosis";
  return identity;
}

inline Time TestTime() { return Time(std::chrono::microseconds(1'600'000'000'000'123)); }

inline dicom::DataSet TestReport() {
  return Encode(Findings3(), Images(), Segmentations(), TestIdentity(), TestTime());
}

}  // namespace glossator::sr
