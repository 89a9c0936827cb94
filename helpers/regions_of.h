// SPDX-License-Identifier: GPL-3.0-or-later
// A segmentation as the regions of results/: the one place where the two rooms meet.
#pragma once

#include "results/regions.h"
#include "seg/decode.h"
#include "seg/source.h"

namespace glossator::helpers {

// Both are borrowed by the result's mask source. Fractions count from half of their maximum. Throws
// Error{kConflict} when a frame of the segmentation belongs to no frame of the source.
results::Regions RegionsOf(const seg::Segmentation& segmentation, const seg::Source& source);

// The frames alone: for what comes without a segmentation.
results::Regions FramesOf(const seg::Source& source);

}  // namespace glossator::helpers
