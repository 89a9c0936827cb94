// SPDX-License-Identifier: GPL-3.0-or-later
// The segment files of a writing spool: which are free, which hold something, and the next one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>

#include "model/ports.h"
#include "spool/scan.h"
#include "spool/spool.h"

namespace glossator::spool {

class Segments {
 public:
  Segments(FileSystem& files, std::filesystem::path directory, const Options& options)
      : files_(files), directory_(std::move(directory)), options_(options) {}

  void Adopt(const Contents& contents);

  struct Opened {
    uint64_t segment = 0;
    std::unique_ptr<FileSystem::File> file;
  };
  // A free file, else a new one, with its header durable; it is in use until Close. An empty `file`
  // when the disk or bytes_max is reached.
  Opened Open(Place closed);
  void Close(uint64_t segment);   // no more frames go there
  void Retire(uint64_t segment);  // it failed: never used again by this process

  // Records count as users of every segment that holds one of their frames.
  void AddUser(uint64_t segment) { ++states_[SlotOf(segment)].users; }
  void RemoveUser(uint64_t segment);

  uint64_t bytes_in_use() const;
  // One step towards `written_ahead` free files whose every block was written once. False: nothing
  // to do, or no room. Never throws.
  bool PrepareStep();
  // Removes free files beyond the spare ones, and those of another size.
  void Trim();

 private:
  struct State {
    uint64_t segment = 0;
    uint64_t bytes = 0;
    uint64_t users = 0;
    bool open = false;
    bool retired = false;
    bool preparing = false;
    bool free() const { return users == 0 && !open && !retired && !preparing; }
  };
  struct Preparing {
    uint64_t slot = 0;
    std::unique_ptr<FileSystem::File> file;
    uint64_t written = 0;
  };

  std::unique_ptr<FileSystem::File> Reuse(uint64_t& slot);
  std::unique_ptr<FileSystem::File> Create(uint64_t& slot);
  std::unique_ptr<FileSystem::File> MakeFile(const std::filesystem::path& path);
  bool StartPreparing();
  void WriteAhead();
  bool MayCreate() const;
  uint64_t UnusedSlot() const;

  FileSystem& files_;
  std::filesystem::path directory_;
  Options options_;
  uint64_t generation_ = 0;           // the last one given
  std::map<uint64_t, State> states_;  // by slot
  std::optional<Preparing> preparing_;
  bool may_prepare_ = true;  // false after it failed, until the next Open
};

}  // namespace glossator::spool
