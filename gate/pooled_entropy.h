// SPDX-License-Identifier: GPL-3.0-or-later
// Nonces and salts by the block: three system calls less for each object. Keys are not taken from
// the pool, which is ordinary memory. The gate's children exec, so no pool is ever used twice.
#pragma once

#include <algorithm>
#include <array>
#include <mutex>

#include "model/ports.h"

namespace glossator::gate {

class PooledEntropy final : public Entropy {
 public:
  void Fill(std::span<uint8_t> bytes) override {
    if (bytes.size() > kFromPoolMax) return source_.Fill(bytes);
    const std::lock_guard lock(mutex_);
    if (left_ < bytes.size()) {
      source_.Fill(pool_);
      left_ = pool_.size();
    }
    const auto taken = std::span(pool_).subspan(left_ - bytes.size(), bytes.size());
    std::copy(taken.begin(), taken.end(), bytes.begin());
    std::fill(taken.begin(), taken.end(), uint8_t{0});  // given out once
    left_ -= bytes.size();
  }

 private:
  static constexpr size_t kFromPoolMax = 16;

  SystemEntropy source_;
  std::mutex mutex_;
  std::array<uint8_t, 2048> pool_{};
  size_t left_ = 0;
};

}  // namespace glossator::gate
