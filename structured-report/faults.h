// SPDX-License-Identifier: GPL-3.0-or-later
// What keeps a description from being a valid report. Of this room only.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "structured-report/instances.h"
#include "structured-report/report.h"

namespace glossator::sr {

// Collects all faults, not the first, each with its path in the description.
class Faults {
 public:
  explicit Faults(const Instances& instances) : instances_(instances) {}

  void Require(bool fine, const std::string& where, const std::string& fault) {
    if (!fine) list_.push_back(where + ": " + fault);
  }
  void CheckCode(const std::string& where, const Code& code);
  void CheckCode(const std::string& where, const std::optional<Code>& code) {
    if (code) CheckCode(where, *code);
  }
  void CheckUnit(const std::string& where, const Code& unit);
  // A text of one line: at most `most` characters, no backslash, no control characters.
  void CheckLine(const std::string& where, const std::string& text, size_t most);
  void CheckImage(const std::string& where, const ImageReference& image);
  void CheckSegment(const std::string& where, const SegmentReference& segment);
  void CheckRegion(const std::string& where, const Region& region);
  void CheckExtent(const std::string& where, const Extent& extent);
  void CheckMeasurement(const std::string& where, const Measurement& measurement);
  void CheckEvaluation(const std::string& where, const Evaluation& evaluation);
  void CheckModifiers(const std::string& where, const std::vector<Modifier>& modifiers);
  void CheckGroup(const std::string& where, const MeasurementGroup& group);
  void CheckProvenance(const Provenance& provenance);

  std::vector<std::string> Take() { return std::move(list_); }

 private:
  const dicom::DataSet* Given(const std::string& where, const std::string& sop_instance_uid);
  void CheckTimePoint(const std::string& where, const TimePoint& point);

  const Instances& instances_;
  std::vector<std::string> list_;
};

// "groups[3]"
std::string At(const std::string& list, size_t index);
// Characters, not bytes, of UTF-8.
size_t LengthOf(const std::string& text);

}  // namespace glossator::sr
