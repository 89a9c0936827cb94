// SPDX-License-Identifier: GPL-3.0-or-later
// Time, UIDs and randomness that a test decides, so that golden objects are byte-identical.
#pragma once

#include <atomic>
#include <string>

#include "model/ports.h"

namespace glossator::support {

// Stands still until told. Thread-safe.
class FixedClock final : public Clock {
 public:
  // 2026-11-23T15:20:31Z
  explicit FixedClock(std::chrono::microseconds since_epoch = std::chrono::seconds(1795447231))
      : now_(since_epoch.count()) {}
  Time Now() const override { return Time(std::chrono::microseconds(now_.load())); }
  void Advance(std::chrono::microseconds by) { now_ += by.count(); }

 private:
  std::atomic<int64_t> now_;
};

// root.1, root.2, ...
class CountingUids final : public UidSource {
 public:
  explicit CountingUids(std::string root = "1.2.3") : root_(std::move(root)) {}
  std::string New() override { return root_ + "." + std::to_string(++count_); }

 private:
  const std::string root_;
  std::atomic<int64_t> count_ = 0;
};

// 0, 1, 2 ... 255, 0: distinct and repeatable, never for production.
class CountingEntropy final : public Entropy {
 public:
  void Fill(std::span<uint8_t> bytes) override {
    for (uint8_t& byte : bytes) byte = next_++;
  }

 private:
  std::atomic<uint8_t> next_ = 0;
};

}  // namespace glossator::support
