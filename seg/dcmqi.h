// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <json/value.h>

namespace glossator::seg {

// True for the meta information that dcmqi's itkimage2segimage takes ("segmentAttributes").
bool IsDcmqi(const Json::Value& json);
// The same in our keys; what we do not use is dropped. Never throws; wrong types are kept for the
// description's own check to find.
Json::Value FromDcmqi(const Json::Value& json);

}  // namespace glossator::seg
