// SPDX-License-Identifier: GPL-3.0-or-later
// Memory of large chunks: aligned, with room for the frame's header in front, so that a frame goes
// to the disk from where it was made; and used again, since fresh memory costs page faults.
#pragma once

#include <cstdlib>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "spool/format.h"

namespace glossator::spool {

// Room for one chunk; none when default-constructed. What it holds at first is anything.
class Buffer {
 public:
  static constexpr size_t kBytes = 256 << 10;                // with the header: whole pages
  static constexpr size_t kCapacity = kBytes - kHeaderSize;  // of the chunk

  Buffer() = default;
  static Buffer Fresh();  // throws std::bad_alloc

  explicit operator bool() const { return memory_ != nullptr; }
  char* data() { return memory_.get() + kHeaderSize; }
  void set_size(size_t size) { size_ = size; }
  std::string_view chunk() const { return {memory_.get() + kHeaderSize, size_}; }
  char* frame() { return memory_.get(); }  // kBytes: header, chunk, padding

 private:
  struct Free {
    void operator()(char* memory) const { std::free(memory); }
  };
  std::unique_ptr<char, Free> memory_;
  size_t size_ = 0;
};

// Thread-safe.
class Buffers {
 public:
  Buffer Take();
  void GiveBack(Buffer buffer);

 private:
  std::mutex mutex_;
  std::vector<Buffer> spare_;
};

}  // namespace glossator::spool
