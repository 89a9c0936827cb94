// SPDX-License-Identifier: GPL-3.0-or-later
#include "structured-report/verify.h"

#include "dicom/charset.h"
#include "structured-report/concepts.h"
#include "structured-report/verifier.h"

namespace glossator::sr {

std::vector<Finding> Verify(const dicom::DataSet& data_set,
                            const std::vector<dicom::DataSet>* sources) {
  dicom::DataSet text = data_set;
  dicom::ConvertToUtf8(text);
  const ContentItem root = ReadContent(text);
  Findings findings;
  VerifyDocument(data_set, root, findings);
  VerifyItems(text, root, findings);
  if (root.Is(concepts::kImagingMeasurementReport)) VerifyMeasurementReport(root, findings);
  if (sources != nullptr) {
    Instances instances;
    for (const dicom::DataSet& head : *sources) {
      instances.emplace(head.GetString(dicom::tags::SOPInstanceUID), &head);
    }
    VerifySources(data_set, root, instances, findings);
  }
  return findings.Take();
}

}  // namespace glossator::sr
