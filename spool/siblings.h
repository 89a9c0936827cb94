// SPDX-License-Identifier: GPL-3.0-or-later
// When a group of commits is complete. A sender that waits for each answer has one record under way
// at a time: those whose records are in this group, and those who were answered by the one before,
// are the ones from whom a commit can be expected. Waiting for them spares a sync each; it never
// lasts longer than a sync takes. Where syncs are short the sender and the network are the limit,
// and nobody waits. Large records are not held up: to send one takes longer than to sync it, and
// the disk would be idle meanwhile.
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
  void Add(Clock::time_point now, bool large = false) {
    if (queued_++ == 0) since_ = now;
    large_ = large_ || large;
  }
  // The queued commits are taken.
  void Take() {
    taken_ = std::exchange(queued_, 0);
    large_ = false;
  }
  // What was taken is durable, and its senders are about to be answered.
  void Synced(Clock::duration lasted) {
    if (taken_ == 0) return;
    expected_ = taken_ + queued_;
    const auto average = patience_.count() == 0 ? lasted : (3 * patience_ + lasted) / 4;
    patience_ = std::min<Clock::duration>(average, kPatienceMax);
    taken_ = 0;
  }

  bool some() const { return queued_ > 0; }
  bool all() const { return large_ || patience_ < kShort || queued_ >= expected_; }
  Clock::time_point deadline() const { return since_ + patience_; }

 private:
  static constexpr std::chrono::milliseconds kShort{2};
  static constexpr std::chrono::milliseconds kPatienceMax{5};

  bool large_ = false;  // one of those in the queue
  size_t queued_ = 0;
  size_t taken_ = 0;
  size_t expected_ = 0;
  Clock::time_point since_;
  Clock::duration patience_{};
};

}  // namespace glossator::spool
