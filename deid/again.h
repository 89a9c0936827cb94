// SPDX-License-Identifier: GPL-3.0-or-later
// The second pass: an object was cleaned before all identifiers of its study were known.
#pragma once

#include <cstddef>

#include "deid/sentinel.h"
#include "dicom/data_set.h"

namespace glossator::deid {

// `cleaned` is what Engine::Clean gave, in UTF-8. Text in which `identifiers` stand is cleaned word
// by word once more, at any depth; UIDs, dates, numbers and codes stay as they are, since another
// pass would move them again. Returns how many values changed. Whether nothing is left is for the
// sentinel to say.
size_t CleanTextAgain(dicom::DataSet& cleaned, const Sentinel& identifiers);

}  // namespace glossator::deid
