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

// The description of each part, in order of the lowest label. `layers` as Encode takes them, of the
// right shape.
std::vector<Description> SplitDescription(std::span<const LabelVolume> layers,
                                          const Description& description, Split split);
// The part with the segments that `part` has of `description`: only their labels, or of FRACTIONAL
// their layers, as Encode takes them for `kind`.
Part PartOf(std::span<const LabelVolume> layers, const Description& description,
            const Description& part, Kind kind);
// All parts at once, each with a copy of its labels.
std::vector<Part> SplitLabels(std::span<const LabelVolume> layers, const Description& description,
                              Kind kind, Split split);

}  // namespace glossator::seg
