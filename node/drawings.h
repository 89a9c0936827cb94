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

// A segmentation object with its voxels.
struct Drawing {
  seg::Segmentation object;
  seg::Labels labels;
};

std::vector<Drawing> DrawingsOf(const std::vector<std::string>& files, const seg::Source& source);

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
