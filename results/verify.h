// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "dicom/data_set.h"
#include "dicom/skim.h"
#include "model/finding.h"
#include "results/regions.h"

namespace glossator::results {

// Every finding about one object of the kinds of this room; for annotations VerifyAnnotations.
// `regions`: the frames that it is about, nullptr when they are not at hand. Throws
// Error{kUnsupported} on other classes.
std::vector<Finding> Verify(const dicom::DataSet& object, const Regions* regions = nullptr);

// Throws Error{kInvalid} when they cannot be read at all.
std::vector<Finding> VerifyAnnotations(const dicom::ByteSource& source);

}  // namespace glossator::results
