// SPDX-License-Identifier: GPL-3.0-or-later
// What needs a person, from the node's numbers and the gate's state. docs/operating.md explains
// each alarm.
#pragma once

#include <json/value.h>

#include <span>
#include <string>
#include <vector>

#include "plugin/supervisor.h"

namespace glossator::plugin {

// Where the plugin's own state is asked for.
class Status {
 public:
  struct Now {
    GateState gate;
    bool ready = false;  // start-up checks passed, worker runs
  };
  virtual ~Status() = default;
  virtual Now Get() const = 0;
};

struct Alarm {
  std::string_view code;
  std::string_view severity;  // "critical": work stands still; "warning": may wait for the day
  std::string_view text;
};

// Every alarm there is.
std::span<const Alarm> AllAlarms();
// Those that ring. `numbers` is Queries::Health().
std::vector<Alarm> Ringing(const Json::Value& numbers, const Status::Now& now);
// GET health: the numbers, the gate's state, the alarms.
Json::Value HealthOf(Json::Value numbers, const Status::Now& now);

}  // namespace glossator::plugin
