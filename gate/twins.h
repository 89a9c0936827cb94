// SPDX-License-Identifier: GPL-3.0-or-later
// Which instances are on their way into the database right now, so that of two that race one wins
// and the other is held against what the winner has left there.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace glossator::gate {

class Twins {
 public:
  // True: the instance is the caller's, who must call Forget when its row is durable or when it
  // has given up.
  bool Claim(const std::string& identity_index) {
    const std::lock_guard lock(mutex_);
    return claims_.try_emplace(identity_index).second;
  }
  // Runs `then` when nobody claims the instance: at once, or on the thread that calls Forget. It
  // must not throw; it may find that another has claimed it meanwhile.
  void Await(const std::string& identity_index, std::function<void()> then) {
    {
      const std::lock_guard lock(mutex_);
      const auto claim = claims_.find(identity_index);
      if (claim != claims_.end()) {
        claim->second.push_back(std::move(then));
        return;
      }
    }
    then();
  }
  void Forget(const std::string& identity_index) {
    std::vector<std::function<void()>> waiting;
    {
      const std::lock_guard lock(mutex_);
      const auto claim = claims_.find(identity_index);
      if (claim == claims_.end()) return;
      waiting = std::move(claim->second);
      claims_.erase(claim);
    }
    for (const auto& then : waiting) then();
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::vector<std::function<void()>>> claims_;
};

}  // namespace glossator::gate
