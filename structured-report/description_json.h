// SPDX-License-Identifier: GPL-3.0-or-later
// Descriptions as JSON: docs/structured-reports.md, description.schema.json.
#pragma once

#include <json/value.h>

#include <string>
#include <vector>

#include "dicom/data_set.h"
#include "model/ports.h"
#include "structured-report/report.h"

namespace glossator::sr {

// A description with what a report needs besides.
struct DescriptionFile {
  ReportDescription description;
  std::string series_description;
  int64_t series_number = 1;
  std::vector<std::string> source_series;  // which series; empty: all of the study
  std::vector<dicom::DataSet> sources;     // heads in the DICOM JSON model, instead of files
};

// Strict: unknown keys and wrong types are faults. Missing tracking UIDs are made with `uids`.
// Throws Error{kInvalid} with the path of every fault.
DescriptionFile DescriptionFromJson(const Json::Value& json, UidSource& uids);

// One group alone, in the same way; what is wrong goes to `faults`, with `path` in front.
MeasurementGroup GroupFromJson(const Json::Value& json, const std::string& path,
                               std::vector<std::string>& faults);

// The same keys; DescriptionFromJson reads it back.
Json::Value ToJson(const ReportDescription& description);

// The JSON schema (draft 2020-12) of a description file.
Json::Value DescriptionSchema();

}  // namespace glossator::sr
