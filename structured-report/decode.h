// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <json/value.h>

#include "dicom/data_set.h"
#include "structured-report/content.h"
#include "structured-report/report.h"

namespace glossator::sr {

// True for every SR storage class whose content is a tree (PS3.3 A.35).
bool IsStructuredReport(const std::string& sop_class_uid);

// Reads a TID 1500 report, ours or another's. What has no place in a ReportDescription is left out;
// ReadContent has it. Throws Error{kInvalid} when it is no SR document, kUnsupported when its
// root is not (126000, DCM).
Report Decode(const dicom::DataSet& data_set);

// Any SR document as a tree of {"type","relationship","concept","value","children"}.
Json::Value TreeToJson(const ContentItem& root);
// The tree of it. Throws Error{kInvalid} on values of the wrong type; what is wrong with the tree
// itself is the verifier's business.
ContentItem TreeFromJson(const Json::Value& json);

}  // namespace glossator::sr
