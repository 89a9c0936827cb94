// SPDX-License-Identifier: GPL-3.0-or-later
#include "spool/buffer.h"

#include <cstdlib>
#include <new>
#include <utility>

namespace glossator::spool {
namespace {

constexpr size_t kSpareMax = 64;  // 16 MiB

}  // namespace

void Buffers::Free::operator()(char* memory) const { std::free(memory); }
void GiveBack::operator()(char* memory) const { owner->Keep(Buffers::Memory(memory)); }

Buffer Buffers::Take() {
  Memory memory = TakeSpare();
  if (!memory) memory.reset(static_cast<char*>(std::aligned_alloc(kPage, Buffer::kBytes)));
  if (!memory) throw std::bad_alloc();
  Buffer buffer;
  buffer.memory_ = {memory.release(), GiveBack{this}};
  return buffer;
}

Buffers::Memory Buffers::TakeSpare() {
  const std::lock_guard lock(mutex_);
  if (spare_.empty()) return nullptr;
  Memory memory = std::move(spare_.back());
  spare_.pop_back();
  return memory;
}

void Buffers::Keep(Memory memory) {
  const std::lock_guard lock(mutex_);
  if (spare_.size() < kSpareMax) spare_.push_back(std::move(memory));
}

}  // namespace glossator::spool
