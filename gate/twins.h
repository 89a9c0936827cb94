// SPDX-License-Identifier: GPL-3.0-or-later
// Which instances are on their way into the database right now, so that a re-send is recognized
// while the first is still in the spool, and of two that race one wins.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace glossator::gate {

class Twins {
 public:
  enum class Standing { kFirst, kUnderWay, kKnown };
  struct Answer {
    Standing standing;
    std::string digest;  // kKnown
  };

  // kFirst: the caller owns the entry and must call Acknowledged and Forget, or Forget alone.
  Answer Ask(const std::string& identity_index) {
    const std::lock_guard lock(mutex_);
    const auto [entry, inserted] = digests_.try_emplace(identity_index, std::nullopt);
    if (inserted) return {Standing::kFirst, {}};
    if (!entry->second) return {Standing::kUnderWay, {}};
    return {Standing::kKnown, *entry->second};
  }
  // The same question without claiming.
  std::optional<Answer> Look(const std::string& identity_index) const {
    const std::lock_guard lock(mutex_);
    const auto entry = digests_.find(identity_index);
    if (entry == digests_.end()) return std::nullopt;
    if (!entry->second) return Answer{Standing::kUnderWay, {}};
    return Answer{Standing::kKnown, *entry->second};
  }
  void Acknowledged(const std::string& identity_index, const std::string& digest) {
    const std::lock_guard lock(mutex_);
    digests_[identity_index] = digest;
  }
  void Forget(const std::string& identity_index) {
    const std::lock_guard lock(mutex_);
    digests_.erase(identity_index);
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::optional<std::string>> digests_;
};

}  // namespace glossator::gate
