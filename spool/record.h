// SPDX-License-Identifier: GPL-3.0-or-later
// Frames and whole records by their place; shared by Reader and Recover.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/ports.h"
#include "spool/format.h"
#include "spool/pages.h"

namespace glossator::spool {

// Bytes that stay as long as somebody holds their owner.
struct Bytes {
  std::string_view view;
  std::shared_ptr<const void> owner;
};

struct Frame {
  FrameHeader header;
  Bytes payload;
};

struct CommitFrame {
  uint64_t record = 0;
  std::vector<Place> chunks;
  std::string trailer;
};

// Remembers the last blocks it read, since small frames lie side by side. A block may be older than
// the file: what does not check out is read anew. Large payloads are read by themselves.
class FrameReader {
 public:
  // Small blocks for records here and there, large ones for all of them in order.
  static constexpr uint64_t kSmallBlocks = 64 << 10;
  static constexpr uint64_t kLargeBlocks = 1 << 20;
  FrameReader(FileSystem& files, std::filesystem::path directory, uint64_t block_bytes);
  ~FrameReader();

  enum class Fault { kNone, kGone, kDamaged };

  // Checks place, segment and both checksums. nullopt: see fault().
  // `expected`: bytes of the payload, if somebody knows; a good guess spares a read.
  std::optional<Frame> Read(Place place, size_t expected = 0);
  // A commit frame taken apart; other frames at that place count as kGone.
  std::optional<CommitFrame> ReadCommit(Place place);
  // One chunk of that record; anything else there counts as kDamaged.
  std::optional<Bytes> ReadChunk(const CommitFrame& commit, size_t number);

  Fault fault() const { return fault_; }

 private:
  std::nullopt_t Fail(Fault fault) {
    fault_ = fault;
    return std::nullopt;
  }
  using Block = std::shared_ptr<const std::string>;
  struct OpenFile;
  OpenFile* FileOf(uint64_t slot);
  std::optional<Frame> TryRead(Place place, size_t expected);
  Fault FaultAt(Place place);
  Block BlockOf(OpenFile& file, uint64_t number);
  // Shorter at the end of the file. Out of one block without a copy.
  Bytes Cut(OpenFile& file, uint64_t offset, size_t size);
  Bytes ReadLarge(OpenFile& file, uint64_t offset, size_t size);

  FileSystem& files_;
  std::filesystem::path directory_;
  const uint64_t block_bytes_;
  std::map<uint64_t, std::unique_ptr<OpenFile>> open_;  // at most a few
  size_t blocks_ = 0;                                   // held by all of them
  std::shared_ptr<Pages> room_;                         // of the last large piece
  std::array<size_t, 16> sizes_{};  // of the last record's chunks: those of a series are alike
  Fault fault_ = Fault::kNone;
};

}  // namespace glossator::spool
