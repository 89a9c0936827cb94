// SPDX-License-Identifier: GPL-3.0-or-later
// Which project an association belongs to: the first route that matches.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/config.h"

namespace glossator::gate {

struct Caller {
  std::string called_aet;
  std::string calling_aet;
  std::string peer_address;
};

enum class RouteOutcome { kProject, kQuarantine, kUnknownCalled, kUnknownCalling };

struct RouteMatch {
  RouteOutcome outcome = RouteOutcome::kUnknownCalled;
  const ProjectConfig* project = nullptr;  // kProject only; points into the configuration
  std::string assigning_authority{};       // of Patient IDs that name none
};

// A called AE title that no route names is unknown; so is a calling AE title (or peer) that no
// route of that called AE title lets in. A route without project leads to quarantine.
RouteMatch Match(const Config& config, const Caller& caller);

}  // namespace glossator::gate
