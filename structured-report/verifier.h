// SPDX-License-Identifier: GPL-3.0-or-later
// The parts of Verify. Of this room only.
#pragma once

#include <string>
#include <vector>

#include "dicom/data_set.h"
#include "model/finding.h"
#include "structured-report/content.h"
#include "structured-report/modules.h"

namespace glossator::sr {

// Collects what is found.
class Findings {
 public:
  void Error(const char* code, std::string path, const char* paragraph, std::string message) {
    list_.push_back({"", kFindingError, code, std::move(path), paragraph, std::move(message)});
  }
  void Warn(const char* code, std::string path, const char* paragraph, std::string message) {
    list_.push_back({"", kFindingWarning, code, std::move(path), paragraph, std::move(message)});
  }
  std::vector<Finding> Take() { return std::move(list_); }

 private:
  std::vector<Finding> list_;
};

// Modules around the tree (PS3.3 C.17.1, C.17.2, C.12.1).
void VerifyDocument(const dicom::DataSet& data_set, const ContentItem& root, Findings& findings);
// Each content item by itself and its relationship (PS3.3 C.17.3, C.18, A.35.13).
void VerifyItems(const dicom::DataSet& data_set, const ContentItem& root, Findings& findings);
// TID 1500 and its groups.
void VerifyMeasurementReport(const ContentItem& root, Findings& findings);
// The rows of its templates: value type, relationship and multiplicity.
void VerifyRows(const ContentItem& root, Findings& findings);
// Participants, predecessors, verifiers, equipment (PS3.3 C.17.2, C.12.1).
void VerifyProvenance(const dicom::DataSet& data_set, Findings& findings);
// Against the instances that the report is about.
void VerifySources(const dicom::DataSet& data_set, const ContentItem& root,
                   const Instances& sources, Findings& findings);

}  // namespace glossator::sr
