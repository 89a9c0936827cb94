// SPDX-License-Identifier: GPL-3.0-or-later
// The templates, one function each. Of this room only.
#pragma once

#include <vector>

#include "dicom/data_set.h"
#include "structured-report/content.h"
#include "structured-report/modules.h"
#include "structured-report/report.h"

namespace glossator::sr {

// TID 1500 Measurement Report.
ContentItem MeasurementReport(const ReportDescription& description,
                              const std::vector<dicom::DataSet>& source_heads,
                              const Instances& instances);

// TID 1600 Image Library: one group, an entry for each image (TID 1601, 1602, 1604).
ContentItem ImageLibrary(const std::vector<dicom::DataSet>& source_heads);

// TID 1411 Volumetric ROI Measurements and Qualitative Evaluations, or TID 1501 without a segment.
ContentItem Group(const MeasurementGroup& group, const std::vector<dicom::DataSet>& source_heads,
                  const Instances& instances);

// Every fault of a description, one line each, empty when it can be encoded.
std::vector<std::string> FaultsOf(const ReportDescription& description, const Instances& instances);

}  // namespace glossator::sr
