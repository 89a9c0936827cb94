// SPDX-License-Identifier: GPL-3.0-or-later
#include "spool/buffer.h"

#include <new>
#include <utility>

namespace glossator::spool {
namespace {

constexpr size_t kSpareMax = 64;  // 16 MiB

}  // namespace

Buffer Buffer::Fresh() {
  Buffer buffer;
  buffer.memory_.reset(static_cast<char*>(std::aligned_alloc(kPage, kBytes)));
  if (!buffer) throw std::bad_alloc();
  return buffer;
}

Buffer Buffers::Take() {
  {
    const std::lock_guard lock(mutex_);
    if (!spare_.empty()) {
      Buffer buffer = std::move(spare_.back());
      spare_.pop_back();
      return buffer;
    }
  }
  return Buffer::Fresh();
}

void Buffers::GiveBack(Buffer buffer) {
  const std::lock_guard lock(mutex_);
  if (buffer && spare_.size() < kSpareMax) spare_.push_back(std::move(buffer));
}

}  // namespace glossator::spool
