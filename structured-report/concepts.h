// SPDX-License-Identifier: GPL-3.0-or-later
// Concepts by name, compiled from concepts.tsv so that value, scheme and meaning stay together.
#pragma once

#include "dicom/code.h"

namespace glossator::sr::concepts {

using dicom::Code;

#include "structured-report/concepts.inc"

}  // namespace glossator::sr::concepts
