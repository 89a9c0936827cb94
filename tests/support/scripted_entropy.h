// SPDX-License-Identifier: GPL-3.0-or-later
// Entropy that counts: 0x10, 0x11, ... for golden bytes.
#pragma once

#include "model/ports.h"

namespace glossator::support {

class ScriptedEntropy final : public Entropy {
 public:
  explicit ScriptedEntropy(uint8_t next = 0x10) : next_(next) {}
  void Fill(std::span<uint8_t> bytes) override {
    for (auto& byte : bytes) byte = next_++;
  }

 private:
  uint8_t next_;
};

}  // namespace glossator::support
