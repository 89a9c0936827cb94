// SPDX-License-Identifier: GPL-3.0-or-later
// Tells for nearly every new object that the database does not hold it, without asking the
// database: a Bloom filter of all instances' keyed indexes, some 2 bytes each. Filled in the
// background after a start; until then, and where it is not sure, it says "may be".
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "store/sql.h"

namespace glossator::gate {

// Grows by further filters of twice the size. Thread-safe.
class BloomFilters {
 public:
  explicit BloomFilters(size_t entries) { Append(entries); }

  void Add(std::string_view keyed_index);
  bool MayHave(std::string_view keyed_index) const;

 private:
  struct Filter {
    std::vector<uint64_t> words;  // a power of two of them
    size_t room;                  // entries before the next filter begins
  };
  static constexpr size_t kProbes = 6;
  using Probes = std::array<uint64_t, kProbes>;

  static Probes ProbesOf(std::string_view keyed_index);
  void Append(size_t entries);

  mutable std::mutex mutex_;
  std::vector<Filter> filters_;
};

class HeldInstances {
 public:
  explicit HeldInstances(const store::Database& database);
  ~HeldInstances();
  HeldInstances(const HeldInstances&) = delete;
  HeldInstances& operator=(const HeldInstances&) = delete;

  // Before the instance's row can be there.
  void Add(std::string_view keyed_index) { filters_.Add(keyed_index); }
  // False: the database certainly has no row of it.
  bool MayHold(std::string_view keyed_index) const {
    return !loaded_ || filters_.MayHave(keyed_index);
  }
  bool loaded() const { return loaded_; }

 private:
  void Load(const store::Database& database);

  BloomFilters filters_;
  std::atomic<bool> loaded_{false};
  std::atomic<bool> stopping_{false};
  std::thread loader_;
};

}  // namespace glossator::gate
