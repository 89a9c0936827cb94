// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/routes.h"

namespace glossator::gate {
namespace {

bool Is(const std::string& pattern, const std::string& value) {
  return pattern.empty() || pattern == "*" || pattern == value;
}

bool PeerIs(const std::string& pattern, const std::string& address) {
  if (pattern.empty() || pattern == "*" || pattern == address) return true;
  // InNetworks lets loopback in everywhere; a route must not.
  return pattern.find('/') != std::string::npos && InNetworks(address, {pattern}) &&
         (InNetworks(address, {}) == false || pattern.rfind("127.", 0) == 0 || pattern[0] == ':');
}

}  // namespace

RouteMatch Match(const Config& config, const Caller& caller) {
  bool called_known = false;
  for (const auto& route : config.routes) {
    if (!Is(route.called_aet, caller.called_aet)) continue;
    called_known = true;
    if (!Is(route.calling_aet, caller.calling_aet)) continue;
    if (!PeerIs(route.peer, caller.peer_address)) continue;
    const auto* project = config.FindProject(route.project);
    return {project ? RouteOutcome::kProject : RouteOutcome::kQuarantine, project,
            route.assigning_authority};
  }
  return {called_known ? RouteOutcome::kUnknownCalling : RouteOutcome::kUnknownCalled, nullptr, {}};
}

}  // namespace glossator::gate
