// SPDX-License-Identifier: GPL-3.0-or-later
// Memory of large chunks: aligned, with room for the frame's header in front, so that a frame goes
// to the disk from where it was made; and used again, since fresh memory costs page faults.
#pragma once

#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "spool/format.h"

namespace glossator::spool {

class Buffers;

// Deletes by giving back.
struct GiveBack {
  Buffers* owner = nullptr;
  void operator()(char* memory) const;
};

// Room for one chunk; none when default-constructed. What it holds at first is anything. Its memory
// goes back to where it came from, which outlives it.
class Buffer {
 public:
  static constexpr size_t kBytes = 256 << 10;                // with the header: whole pages
  static constexpr size_t kCapacity = kBytes - kHeaderSize;  // of the chunk

  Buffer() = default;

  explicit operator bool() const { return memory_ != nullptr; }
  char* data() { return memory_.get() + kHeaderSize; }
  void set_size(size_t size) { size_ = size; }
  std::string_view chunk() const { return {memory_.get() + kHeaderSize, size_}; }
  char* frame() { return memory_.get(); }  // kBytes: header, chunk, padding

 private:
  friend class Buffers;
  std::unique_ptr<char, GiveBack> memory_;
  size_t size_ = 0;
};

// Thread-safe.
class Buffers {
 public:
  Buffer Take();  // throws std::bad_alloc

 private:
  friend struct GiveBack;
  struct Free {
    void operator()(char* memory) const;
  };
  using Memory = std::unique_ptr<char, Free>;
  Memory TakeSpare();
  void Keep(Memory memory);

  std::mutex mutex_;
  std::vector<Memory> spare_;
};

}  // namespace glossator::spool
