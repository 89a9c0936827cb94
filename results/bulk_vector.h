// SPDX-License-Identifier: GPL-3.0-or-later
// Vectors of numbers by the hundred megabytes: their pages are there before they are written, since
// faulting them in one by one costs many times what copying into them does (ADR 76).
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

namespace glossator::results {

template <class Number>
class BulkAllocator {
 public:
  using value_type = Number;
  static_assert(std::is_trivial_v<Number>);

  BulkAllocator() = default;
  template <class Other>
  BulkAllocator(const BulkAllocator<Other>&) {}  // NOLINT: an allocator converts

  Number* allocate(size_t count) {
    if (count > SIZE_MAX / sizeof(Number)) throw std::bad_alloc();
    const size_t bytes = count * sizeof(Number);
    if (bytes < kMapped) return std::allocator<Number>().allocate(count);
    void* pages = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (pages == MAP_FAILED) throw std::bad_alloc();
    return static_cast<Number*>(pages);
  }
  void deallocate(Number* numbers, size_t count) {
    if (count * sizeof(Number) < kMapped) {
      std::allocator<Number>().deallocate(numbers, count);
    } else {
      munmap(numbers, count * sizeof(Number));
    }
  }

  // resize() leaves new numbers as they are: who resizes, fills.
  template <class Other>
  void construct(Other* place) {
    ::new (static_cast<void*>(place)) Other;
  }
  template <class Other, class... Arguments>
  void construct(Other* place, Arguments&&... arguments) {
    ::new (static_cast<void*>(place)) Other(std::forward<Arguments>(arguments)...);
  }

  template <class Other>
  bool operator==(const BulkAllocator<Other>&) const {
    return true;
  }

 private:
  static constexpr size_t kMapped = 1u << 20;  // bytes
};

template <class Number>
using BulkVector = std::vector<Number, BulkAllocator<Number>>;

}  // namespace glossator::results
