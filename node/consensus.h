// SPDX-License-Identifier: GPL-3.0-or-later
// One segmentation out of several readers' of the same series. Pure.
#pragma once

#include <string>
#include <vector>

#include "node/drawings.h"
#include "node/result_builder.h"
#include "node/submission_form.h"
#include "seg/labels.h"
#include "seg/source.h"

namespace glossator::node {

enum class ConsensusMethod { kMajority, kStaple };

// "majority", "staple". Throws kInvalid.
ConsensusMethod ConsensusMethodFrom(const std::string& name);
size_t ReadersFor(ConsensusMethod method);  // at least so many
const char* NameOf(ConsensusMethod method);

struct ConsensusDrawing {
  SubmissionForm form;  // segments, and of each its volume where the images have one
  seg::Labels labels;
  Computation computation;
};

// Segments belong together by type, and by name where one reader has several of a type. Each is
// decided by itself, over the box around all that anybody drew of it and one voxel more on each
// side; a voxel that two segments claim belongs to the more probable one, and to none when they are
// equally so. Throws kConflict with fewer readers than the method needs (two; STAPLE three),
// kUnsupported with more than agreement::kRatersMax readers or 254 segments.
ConsensusDrawing ConsensusOf(const std::vector<OtherRead>& reads, const seg::Source& source,
                             ConsensusMethod method);

}  // namespace glossator::node
