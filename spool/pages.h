// SPDX-License-Identifier: GPL-3.0-or-later
// Memory of whole pages: what is read past the page cache lands here without a copy.
#pragma once

#include <cstdlib>
#include <memory>
#include <new>
#include <span>

#include "spool/format.h"

namespace glossator::spool {

class Pages {
 public:
  explicit Pages(size_t capacity)
      : capacity_(AlignUp(capacity, kPage)),
        memory_(static_cast<char*>(std::aligned_alloc(kPage, capacity_))) {
    if (!memory_) throw std::bad_alloc();
  }
  std::span<char> first(size_t size) { return {memory_.get(), size}; }
  size_t capacity() const { return capacity_; }

 private:
  struct Free {
    void operator()(char* memory) const { std::free(memory); }
  };
  const size_t capacity_;
  const std::unique_ptr<char, Free> memory_;
};

}  // namespace glossator::spool
