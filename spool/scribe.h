// SPDX-License-Identifier: GPL-3.0-or-later
// What the spool's thread does with a group of appends, commits and releases. One thread.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "spool/buffer.h"
#include "spool/log_file.h"
#include "spool/segments.h"
#include "spool/spool.h"

namespace glossator::spool {

// A record in the making. Other threads than the spool's touch `lost`, and its writer's `large`.
struct Growing {
  explicit Growing(uint64_t number) : id(number) {}
  const uint64_t id;
  std::vector<Place> chunks;
  std::set<uint64_t> segments;
  std::atomic<bool> lost = false;
  bool large = false;  // has a chunk in a buffer
};

enum class ItemKind { kChunk, kCommit, kAbandon };

struct Item {
  ItemKind kind;
  std::shared_ptr<Growing> record;
  std::string bytes;  // the trailer, or a chunk that is not in `buffer`
  uint32_t crc = 0;   // of a chunk
  Writer::Done done{};
  std::string payload{};         // of the commit frame
  std::optional<Place> place{};  // of the commit frame
  Buffer buffer{};

  std::string_view content() const { return buffer ? buffer.chunk() : bytes; }
};

struct Group {
  std::vector<Item> items;
  std::vector<Place> releases;
  std::string release_payload;
};

class Scribe {
 public:
  Scribe(FileSystem& files, const std::filesystem::path& directory, const Options& options)
      : files_(files),
        directory_(directory),
        segments_(files, directory, options),
        log_(segments_, options.segment_bytes) {}

  RecoveryReport Recover(const std::function<void(const Recovered&)>& visit);
  uint64_t last_record() const { return last_record_; }

  // Everything of the group is durable when it returns. Throws when the disk fails; then Fail().
  void Write(Group& group);
  void Fail(Group& group);
  // Books what became of the group's records. Then the callers can be answered.
  void Settle(Group& group);
  // The last group has been written.
  void Close() { log_.Close(); }

  // As of Segments: to be called while there is nothing else to do.
  bool PrepareStep() { return segments_.PrepareStep(); }
  // Tries to find room when there was none.
  void Probe() { full_ = !log_.Ready(); }
  bool full() const { return full_; }
  bool fits(uint64_t bytes) const { return log_.Fits(bytes); }
  uint64_t bytes_in_use() const { return segments_.bytes_in_use(); }

 private:
  void Stage(Item& item);
  void StageChunk(Item& item);
  void StageCommit(Item& item);
  void StageReleases(Group& group);
  std::optional<Place> Put(Growing& record, FrameType type, uint64_t number,
                           std::string_view payload, uint32_t crc, char* frame = nullptr);
  void Forget(const Growing& record);
  void Free(Place place);

  FileSystem& files_;
  const std::filesystem::path directory_;
  Segments segments_;
  LogFile log_;
  uint64_t last_record_ = 0;
  bool full_ = false;
  std::unordered_map<uint64_t, std::shared_ptr<Growing>> growing_;
  std::map<Place, std::set<uint64_t>> alive_;  // committed records and the segments they use
};

}  // namespace glossator::spool
