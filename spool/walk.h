// SPDX-License-Identifier: GPL-3.0-or-later
// Reads the frames of one segment file from whatever a crash, a power cut or a bad disk left.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/ports.h"
#include "spool/format.h"
#include "spool/pages.h"

namespace glossator::spool {

// A file through a window, since the frames' headers are small and far apart.
class Window {
 public:
  explicit Window(FileSystem::File& file) : file_(file), size_(file.Size()) {}
  // Shorter at the end of the file; valid until the next call. Less than the window.
  std::string_view At(uint64_t offset, size_t size);
  uint64_t size() const { return size_; }

 private:
  void Fill(uint64_t offset);

  FileSystem::File& file_;
  uint64_t size_;
  Pages pages_{1 << 20};
  std::string_view bytes_;  // of them
  uint64_t start_ = 0;      // in the file
};

struct Walked {
  uint64_t segment = 0;         // 0: the file never held a frame
  uint64_t bytes = 0;           // of the file
  Place closed;                 // from the header
  uint64_t synced = 0;          // the file's own frames say: durable up to here
  std::vector<uint64_t> holes;  // offsets at which a frame should begin and none does
};

// Calls visit for every sound frame header in file order. When the segment's header is damaged, its
// number comes from its frames. After a hole the walk goes on at the next sound frame.
using VisitFrame = std::function<void(uint64_t offset, const FrameHeader&)>;
Walked Walk(FileSystem::File& file, uint64_t slot, const VisitFrame& visit);

}  // namespace glossator::spool
