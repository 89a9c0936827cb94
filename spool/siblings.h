// SPDX-License-Identifier: GPL-3.0-or-later
// When a group of commits is complete. A sender that waits for each answer has one record under way
// at a time: those whose records are in this group, and those who were answered by the one before,
// are the ones from whom a commit can be expected. Waiting for them spares a sync each; it never
// lasts longer than a sync takes.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>

namespace glossator::spool {

class Siblings {
 public:
  using Clock = std::chrono::steady_clock;

  // A commit was queued.
  void Add(Clock::time_point now) {
    if (queued_++ == 0) since_ = now;
  }
  // The queued commits are taken.
  void Take() { taken_ = std::exchange(queued_, 0); }
  // What was taken is durable, and its senders are about to be answered.
  void Synced(Clock::duration lasted) {
    if (taken_ == 0) return;
    expected_ = taken_ + queued_;
    patience_ = std::min<Clock::duration>((3 * patience_ + lasted) / 4, kPatienceMax);
    taken_ = 0;
  }

  bool some() const { return queued_ > 0; }
  bool all() const { return queued_ >= expected_; }
  Clock::time_point deadline() const { return since_ + patience_; }

 private:
  static constexpr std::chrono::milliseconds kPatienceMax{5};

  size_t queued_ = 0;
  size_t taken_ = 0;
  size_t expected_ = 0;
  Clock::time_point since_;
  Clock::duration patience_{};
};

}  // namespace glossator::spool
