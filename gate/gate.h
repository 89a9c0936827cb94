// SPDX-License-Identifier: GPL-3.0-or-later
// The hospital side, wired. Read gate.cpp for the flow: Receive, Seal, Release, Relink, Deliver,
// Commit.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "model/config.h"
#include "model/ports.h"

namespace glossator::gate {

class Gate {
 public:
  // Refuses with Error when the key is missing or wrong over a non-empty vault, when another gate
  // holds the directory, or when the port is taken. `configuration` is what `config` was read from.
  // `files` holds spool, quarantine and outbox.
  Gate(const Config& config, const std::string& configuration, const Clock& clock, Entropy& entropy,
       FileSystem& files = SystemFiles());
  ~Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  // True when the plugin asked the gate to end, or nobody spoke to it for GateLingerSeconds.
  bool finished(bool linger_for_ever) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace glossator::gate
