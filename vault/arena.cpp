// SPDX-License-Identifier: GPL-3.0-or-later
#include "vault/arena.h"

#include <openssl/crypto.h>
#include <sys/mman.h>

#include <mutex>
#include <vector>

#include "dicom/error.h"

namespace glossator::vault {
namespace {

constexpr size_t kPage = 4096;

class Arena {
 public:
  uint8_t* Take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) Grow();
    uint8_t* slot = free_.back();
    free_.pop_back();
    return slot;
  }

  void Return(uint8_t* slot) noexcept {
    OPENSSL_cleanse(slot, kSlotSize);
    const std::lock_guard lock(mutex_);
    free_.push_back(slot);  // Grow reserved the room
  }

 private:
  void Grow() {
    free_.reserve(slots_ + kPage / kSlotSize);
    auto* page = static_cast<uint8_t*>(
        mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (page == MAP_FAILED) throw Error(ErrorKind::kUnavailable, "no memory for keys");
    if (mlock(page, kPage) != 0 || madvise(page, kPage, MADV_DONTDUMP) != 0) {
      munmap(page, kPage);
      throw Error(ErrorKind::kUnavailable,
                  "the kernel does not lock memory for keys; raise RLIMIT_MEMLOCK (ulimit -l)");
    }
    slots_ += kPage / kSlotSize;
    for (size_t at = 0; at < kPage; at += kSlotSize) free_.push_back(page + at);
  }

  std::mutex mutex_;
  size_t slots_ = 0;
  std::vector<uint8_t*> free_;
};

// Never destroyed: keys in static or detached places may outlive any order of destruction.
Arena& TheArena() {
  static Arena& arena = *new Arena;
  return arena;
}

}  // namespace

uint8_t* TakeSlot() { return TheArena().Take(); }
void ReturnSlot(uint8_t* slot) noexcept { TheArena().Return(slot); }

}  // namespace glossator::vault
