// SPDX-License-Identifier: GPL-3.0-or-later
// Which frames an object will have, before anything is written.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <vector>

#include "seg/encode.h"

namespace glossator::seg {

struct OutputFrame {
  static constexpr uint32_t kMerged = UINT32_MAX;

  uint32_t segment = 0;       // index into Description::segments; 0 in a LABELMAP
  uint32_t source_frame = 0;  // index into Source::frames
  uint32_t layer = 0;         // kMerged: the segment is in several layers of this frame
  uint32_t first_row = 0;     // outside of first..last nothing is set
  uint32_t last_row = 0;
  bool empty = false;
};

struct Plan {
  std::vector<uint16_t> numbers;    // segment numbers, by index
  std::vector<OutputFrame> frames;  // BINARY, FRACTIONAL: by segment, then by source frame
  std::vector<uint32_t> used;       // source frames that occur, ascending
  std::string overlap;              // Segments Overlap (0062,0013)
  std::set<uint16_t> unknown;       // labels without description
  std::set<uint32_t> absent;        // segments without a voxel
  bool above_maximum = false;       // FRACTIONAL
};

// `layers` have the right shape (CheckLabels).
Plan MakePlan(std::span<const LabelVolume> layers, const Description& description,
              const Options& options);
// Findings about shape and number of layers; a plan is only made without errors.
std::vector<Finding> CheckShape(const Source& source, std::span<const LabelVolume> layers,
                                const Description& description, const Options& options);
std::vector<Finding> CheckPlan(const Plan& plan, const Description& description,
                               const Options& options);

}  // namespace glossator::seg
