// SPDX-License-Identifier: GPL-3.0-or-later
// Result objects of any origin as JSON: docs/result-objects.md.
#pragma once

#include <json/value.h>

#include "dicom/data_set.h"
#include "model/finding.h"
#include "results/key_objects.h"
#include "results/presentation.h"
#include "results/structure_set.h"

namespace glossator::helpers {

Json::Value ToJson(const results::KeyObjects& note);
Json::Value ToJson(const results::Presentation& presentation);
Json::Value ToJson(const results::StructureSet& set);

// By SOP Class; throws Error{kUnsupported} for other classes. Annotations are streamed instead.
Json::Value DecodeToJson(const dicom::DataSet& data_set);

}  // namespace glossator::helpers
