// SPDX-License-Identifier: GPL-3.0-or-later
// Whether Orthanc's own settings are safe to run under.
#pragma once

#include <json/value.h>

#include <optional>
#include <string>
#include <vector>

#include "model/config.h"

namespace glossator::plugin {

struct Safety {
  std::vector<std::string> faults;    // Orthanc must not start; "path: what and why"
  std::vector<std::string> warnings;  // worth a log line
};

// `orthanc` is Orthanc's whole configuration.
Safety CheckSettings(const Json::Value& orthanc);
// The plugin that is configured to keep Orthanc's files, by its section.
std::optional<std::string> OtherStorage(const Json::Value& orthanc);
// The key file is there and nobody else can read it. Never opens it. A file behind a directory that
// this user may not enter belongs to a gate with a user of its own and is fine.
Safety CheckKeyFile(const std::filesystem::path& path);

}  // namespace glossator::plugin
