// SPDX-License-Identifier: GPL-3.0-or-later
// Vectors of numbers by the hundred megabytes: their pages are huge where the system has such, and
// there before they are written, since faulting them in one by one costs many times what copying
// into them does (ADR 76).
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
    return static_cast<Number*>(Map(bytes));
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
  static constexpr size_t kHugePage = 2u << 20;
  static constexpr size_t kPage = 4096;

  // Begins where a huge page may begin; what is mapped around it is given back. The advice is only
  // that: without huge pages, or on a kernel before 5.14, the numbers are there all the same.
  static void* Map(size_t bytes) {
    if (bytes > SIZE_MAX - 2 * kHugePage) throw std::bad_alloc();
    const size_t size = (bytes + kPage - 1) / kPage * kPage;
    void* mapped =
        mmap(nullptr, size + kHugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) throw std::bad_alloc();
    auto* begin = static_cast<char*>(mapped);
    const size_t before = (kHugePage - reinterpret_cast<uintptr_t>(begin) % kHugePage) % kHugePage;
    if (before > 0) munmap(begin, before);
    if (before < kHugePage) munmap(begin + before + size, kHugePage - before);
    madvise(begin + before, size, MADV_HUGEPAGE);
#ifdef MADV_POPULATE_WRITE
    madvise(begin + before, size, MADV_POPULATE_WRITE);
#endif
    return begin + before;
  }
};

template <class Number>
using BulkVector = std::vector<Number, BulkAllocator<Number>>;

}  // namespace glossator::results
