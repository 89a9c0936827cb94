// SPDX-License-Identifier: GPL-3.0-or-later
// One set of labels as several objects: what a project's policy, or segments that overlap, ask for.
#pragma once

#include <span>
#include <vector>

#include "seg/description.h"
#include "seg/encode.h"
#include "seg/labels.h"

namespace glossator::seg {

enum class Split {
  kNone,        // one object
  kOverlap,     // as few labelmaps as the overlap needs: one when nothing overlaps
  kPerSegment,  // an object per segment
  kPerGroup,    // an object per Segment::group
};

struct Part {
  Description description;
  std::vector<Labels> layers;

  std::vector<LabelVolume> views() const;
};

// `layers` as Encode takes them for `kind`, of the right shape. Parts are in order of their lowest
// label; each holds only the labels that its description has. FRACTIONAL parts get the layers of
// their segments.
std::vector<Part> SplitLabels(std::span<const LabelVolume> layers, const Description& description,
                              Kind kind, Split split);

}  // namespace glossator::seg
