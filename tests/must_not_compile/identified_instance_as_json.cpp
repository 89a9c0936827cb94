// SPDX-License-Identifier: GPL-3.0-or-later
// refused: (cannot convert|no matching function|invalid initialization)
#include "dicom/json.h"
#include "model/instance.h"

#ifdef MUST_COMPILE
using Side = glossator::dicom::DataSet;
#else
using Side = glossator::Instance<glossator::Hospital>;
#endif

Json::Value Show(const Side& side) { return glossator::dicom::ToJson(side); }
