// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <json/value.h>

#include <cstdint>
#include <string>

namespace glossator {

// One entry of a journal.
struct Event {
  int64_t seq = 0;
  std::string time;  // ISO 8601, UTC
  std::string type;  // "case.opened"
  std::string actor;
  Json::Value fields;
  std::string previous;  // hex SHA-256 of the event before, zeros for the first
  std::string hash;      // hex SHA-256
  std::string record;    // the canonical JSON that was hashed
};

}  // namespace glossator
