// SPDX-License-Identifier: GPL-3.0-or-later
// One kind of segmentation into another, for a destination that takes only some.
#pragma once

#include "seg/decode.h"
#include "seg/encode.h"

namespace glossator::seg {

// The images that the object names, as far as it tells: enough to write it again. Head: patient
// and study of the object.
Source SourceOf(const Segmentation& segmentation);

// `options.kind` is the kind wanted. To BINARY or LABELMAP, fractions of at least half of the
// maximum count as set; to FRACTIONAL, set voxels get the maximum. Throws kConflict when segments
// overlap and a LABELMAP is wanted. Segments keep their meaning and tracking.
Encoded Convert(const Segmentation& segmentation, const Identity& identity, const Options& options,
                UidSource& uids, Time now, const Sink& sink);

}  // namespace glossator::seg
