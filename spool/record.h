// SPDX-License-Identifier: GPL-3.0-or-later
// Frames and whole records by their place; shared by Reader and Recover.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/ports.h"
#include "spool/format.h"

namespace glossator::spool {

struct Frame {
  FrameHeader header;
  std::string payload;
};

struct CommitFrame {
  uint64_t record = 0;
  std::vector<Place> chunks;
  std::string trailer;
};

class FrameReader {
 public:
  FrameReader(FileSystem& files, std::filesystem::path directory)
      : files_(files), directory_(std::move(directory)) {}

  enum class Fault { kNone, kGone, kDamaged };

  // Checks place, segment and both checksums. nullopt: see fault().
  std::optional<Frame> Read(Place place);
  // A commit frame taken apart; other frames at that place count as kGone.
  std::optional<CommitFrame> ReadCommit(Place place);
  // One chunk of that record; anything else there counts as kDamaged.
  std::optional<std::string> ReadChunk(const CommitFrame& commit, size_t number);

  Fault fault() const { return fault_; }

 private:
  std::nullopt_t Fail(Fault fault) {
    fault_ = fault;
    return std::nullopt;
  }
  FileSystem::File* FileOf(uint64_t slot);

  FileSystem& files_;
  std::filesystem::path directory_;
  std::map<uint64_t, std::unique_ptr<FileSystem::File>> open_;  // at most a few
  Fault fault_ = Fault::kNone;
};

}  // namespace glossator::spool
