// SPDX-License-Identifier: GPL-3.0-or-later
// What the ways of decoding share.
#pragma once

#include <vector>

#include "seg/decode.h"

namespace glossator::seg {

// For each frame its place among the source's; throws kConflict when one has none or the grid is
// another.
std::vector<uint32_t> PlacesOfFrames(const Segmentation& segmentation, const Source& source);
// The narrowest type that holds the object's segment numbers.
LabelType LabelTypeFor(const Segmentation& segmentation);
// Shape and memory, which is used again when there is enough; the values are not cleared.
void ShapeLabels(Labels& labels, const Source& source, LabelType type);

}  // namespace glossator::seg
