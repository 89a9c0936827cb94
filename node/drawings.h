// SPDX-License-Identifier: GPL-3.0-or-later
// Segmentations of several people on one series: what belongs together, and how far they agree.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dicom/code.h"
#include "model/config.h"
#include "model/submission.h"
#include "seg/decode.h"
#include "seg/labels.h"
#include "seg/source.h"
#include "structured-report/measurement_group.h"

namespace glossator::node {

// What a reader handed in about a series.
struct OtherRead {
  ReaderConfig reader;
  std::vector<std::string> segmentations;  // Part 10 bytes
  std::optional<MadeObject> report;
};

// The segmentation objects of one person. Of their voxels one object's are in memory at a time:
// those of a large volume, split by segment, are not in it together.
class Drawings {
 public:
  // `source` must outlive it.
  Drawings(const std::vector<std::string>& files, const seg::Source& source);

  const std::vector<seg::Segmentation>& objects() const { return objects_; }
  // Of the object at `index`; valid until the next call.
  const seg::Labels& LabelsOf(size_t index);

 private:
  const seg::Source& source_;
  std::vector<seg::Segmentation> objects_;
  seg::Labels labels_;
  std::optional<size_t> decoded_;
};

// Nullopt when they have not the same shape.
std::optional<double> Dice(const seg::LabelVolume& one, uint16_t in_one,
                           const seg::LabelVolume& other, uint16_t in_other);

// A value of a reader, in `unit` 1.
sr::Measurement ValueOf(const std::string& reader, const dicom::Code& concept_name, double value);

// For each of `others` a Dice coefficient in the first group of each segment of `segmentations`
// (Part 10 bytes), 0 where they have no such segment; who has one there keeps it. The other's
// segment is one of the same type, and of the same name where there are several.
void AddAgreement(const std::vector<std::string>& segmentations,
                  const std::vector<OtherRead>& others, const seg::Source& source,
                  std::vector<sr::MeasurementGroup>& groups);

}  // namespace glossator::node
