// SPDX-License-Identifier: GPL-3.0-or-later
// Appends frames over segment boundaries. Frames are staged, then written together, then synced.
// Everything throws Error when the disk fails; after that only Fail() may be called.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "spool/format.h"
#include "spool/segments.h"

namespace glossator::spool {

class LogFile {
 public:
  LogFile(Segments& segments, uint64_t segment_bytes)
      : segments_(segments), segment_bytes_(segment_bytes) {}

  // `payload` must stay where it is until Flush. nullopt: no room for it now. May write and sync
  // what was staged, when the segment is full. `frame`, when given, is where the payload's memory
  // begins: in front of it is room for the header and behind it for the padding, on whole pages.
  std::optional<Place> Stage(FrameType type, uint64_t record, uint64_t number,
                             std::string_view payload, uint32_t payload_crc, char* frame = nullptr);
  bool Fits(uint64_t payload) const;  // into an empty segment
  void Flush();
  void Sync();   // Flush, then make durable everything that was flushed
  void Close();  // Sync, and no more frames into this segment
  // True when a segment is open or could be opened.
  bool Ready() { return file_ != nullptr || OpenNext(); }

  // The segment is given up; what was staged or not yet synced may be lost. Its number, 0 for none.
  uint64_t Fail();
  uint64_t segment() const { return segment_; }

 private:
  struct Staged {
    FrameHeader header;
    std::string_view payload;
    char* frame = nullptr;
    HeaderBytes bytes{};
  };

  bool MakeRoom(uint64_t payload);
  bool OpenNext();
  void EndPage();
  void Push(FrameType type, uint64_t record, uint64_t number, std::string_view payload,
            uint32_t payload_crc, char* frame = nullptr);
  std::vector<std::string_view> Pieces();

  Segments& segments_;
  uint64_t segment_bytes_;
  std::unique_ptr<FileSystem::File> file_;
  uint64_t segment_ = 0;
  uint64_t written_ = 0;  // file offsets: of the next write,
  uint64_t next_ = 0;     // of the next frame,
  uint64_t synced_ = 0;   // and up to which all is durable
  Place closed_;
  std::deque<Staged> staged_;
};

}  // namespace glossator::spool
