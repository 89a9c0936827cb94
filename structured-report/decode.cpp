// SPDX-License-Identifier: GPL-3.0-or-later
#include "structured-report/decode.h"

#include "dicom/charset.h"
#include "dicom/dictionary.h"
#include "dicom/error.h"
#include "structured-report/concepts.h"
#include "structured-report/encode.h"
#include "structured-report/measurement_report.h"
#include "structured-report/modules.h"

namespace glossator::sr {
namespace tags = dicom::tags;
namespace {

using dicom::DataSet;

struct ClassName {
  const char* uid;
  const char* document;
};
const ClassName kDocuments[] = {
    {kEnhancedSr, "ENHANCED"},
    {kComprehensiveSr, "COMPREHENSIVE"},
    {kComprehensive3dSr, "COMPREHENSIVE_3D"},
};

// What Encode would choose by itself is said by nothing.
std::string DocumentOf(const std::string& sop_class_uid, const ContentItem& root) {
  if (sop_class_uid == ClassOf("AUTOMATIC", root)) return "AUTOMATIC";
  for (const ClassName& known : kDocuments) {
    if (sop_class_uid == known.uid) return known.document;
  }
  return "COMPREHENSIVE_3D";
}

}  // namespace

bool IsStructuredReport(const std::string& sop_class_uid) {
  constexpr std::string_view kFamily = "1.2.840.10008.5.1.4.1.1.88.";
  return sop_class_uid.starts_with(kFamily) && dicom::FindUid(sop_class_uid) != nullptr;
}

Report Decode(const DataSet& data_set) {
  DataSet text = data_set;
  dicom::ConvertToUtf8(text);
  if (!IsStructuredReport(text.GetString(tags::SOPClassUID))) {
    throw Error(ErrorKind::kInvalid, "not a structured report");
  }
  const ContentItem root = ReadContent(text);
  if (!root.Is(concepts::kImagingMeasurementReport)) {
    throw Error(ErrorKind::kUnsupported, "the report is not an Imaging Measurement Report");
  }
  Report report{text.GetString(tags::SOPClassUID),       text.GetString(tags::SOPInstanceUID),
                text.GetString(tags::StudyInstanceUID),  text.GetString(tags::SeriesInstanceUID),
                text.GetString(tags::SeriesDescription), text.GetString(tags::CompletionFlag),
                text.GetString(tags::VerificationFlag),  {}};
  report.description = ReadMeasurementReport(root);
  report.description.document = DocumentOf(report.sop_class_uid, root);
  report.description.provenance = ReadProvenance(text);
  if (report.description.device) {
    report.description.device->software_version = text.GetString(tags::SoftwareVersions);
  }
  return report;
}

}  // namespace glossator::sr
