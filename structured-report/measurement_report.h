// SPDX-License-Identifier: GPL-3.0-or-later
// TID 1500 and the image library. Of this room only.
#pragma once

#include <vector>

#include "dicom/data_set.h"
#include "structured-report/content.h"
#include "structured-report/instances.h"
#include "structured-report/report.h"

namespace glossator::sr {

// TID 1500 Measurement Report.
ContentItem MeasurementReport(const ReportDescription& description,
                              const std::vector<dicom::DataSet>& source_heads,
                              const Instances& instances);

// What `root` says; provenance and equipment stand outside the tree.
ReportDescription ReadMeasurementReport(const ContentItem& root);

// TID 1600 Image Library: a group for each series, an entry for each image. Without children when
// no source is an image.
ContentItem ImageLibrary(const std::vector<dicom::DataSet>& source_heads);

// Every fault of a description, one line each, empty when it can be encoded.
std::vector<std::string> FaultsOf(const ReportDescription& description, const Instances& instances);

}  // namespace glossator::sr
