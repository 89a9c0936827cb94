// SPDX-License-Identifier: GPL-3.0-or-later
// Reads a spool that another process writes. Read only, takes no lock on it. Thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "model/ports.h"
#include "spool/place.h"

namespace glossator::spool {

class FrameReader;

class Reader {
 public:
  Reader(FileSystem& files, std::filesystem::path directory);
  ~Reader();

  struct Record {
    uint64_t record_id = 0;
    std::string trailer;
  };
  // Calls visit(chunk, last) in order; every checksum is verified before a chunk is shown. Throws
  // NotFound when the segment is gone or reused or no commit frame is there, Invalid when damaged.
  using VisitChunk = std::function<void(std::string_view chunk, bool last)>;
  Record Read(Place place, const VisitChunk& visit) const;
  // The same, until visit returns false.
  using VisitWhile = std::function<bool(std::string_view chunk, bool last)>;
  Record ReadWhile(Place place, const VisitWhile& visit) const;

  // Every committed record that was not released, in log order, whether its `done` was already
  // called or not (so one may vanish in a power cut). Chunks are not read. Damaged frames are left
  // out: reporting them is for the writer's Recover.
  void List(const std::function<void(Place, const Record&)>& visit) const;

 private:
  std::unique_ptr<FrameReader> Borrow() const;
  void GiveBack(std::unique_ptr<FrameReader> frames) const;

  FileSystem& files_;
  std::filesystem::path directory_;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<FrameReader>> spare_;  // one for each call at a time
};

}  // namespace glossator::spool
