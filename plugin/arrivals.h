// SPDX-License-Identifier: GPL-3.0-or-later
// When did a study arrive? Orthanc tells it in many places, and a study made and received on one
// day shows by how much its dates were moved. Who has no need to know (ReaderConfig::SeesArrivals)
// does not learn it: routes that are about time are shut, resources are answered without (ADR 99).
#pragma once

#include <json/value.h>

#include <string>
#include <string_view>
#include <vector>

#include "plugin/http.h"

namespace glossator::plugin {

// False for what tells arrivals and is not answered by us: changes, jobs, statistics, metadata, and
// routes that nobody has looked at. `path` is below one of Orthanc's own or a plugin's routes.
bool TellsNoArrival(std::string_view path, std::string_view dicom_web_root);

// Regular expressions of Orthanc's routes that we answer in its place, since resources stand there.
std::vector<std::string> ResourcePaths();
bool IsResourcePath(Method method, std::string_view path);
// What a search may be long.
inline constexpr size_t kFindBodyMax = 1u << 20;

// "/studies/x" and the query, as Orthanc takes it.
std::string WithQuery(const Request& request);
// Resources as Orthanc describes them, a list or one, without what tells when they came.
void RemoveArrivals(Json::Value& json);

}  // namespace glossator::plugin
