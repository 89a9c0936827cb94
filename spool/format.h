// SPDX-License-Identifier: GPL-3.0-or-later
// The bytes of a segment file, as docs/spool.md describes them. Little endian.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spool/place.h"

namespace glossator::spool {

// Nothing that was synced shares a page with anything written later: a torn page cannot take
// acknowledged bytes with it, and the page cache never has to read before it writes.
constexpr uint64_t kPage = 4096;
constexpr uint64_t kFrameAlign = 64;
constexpr size_t kHeaderSize = 64;

constexpr uint64_t AlignUp(uint64_t offset, uint64_t align) {
  return (offset + align - 1) / align * align;
}

struct SegmentHeader {
  uint64_t segment = 0;
  uint64_t capacity = 0;  // of the file
  Place closed;           // the segment before this one and where it was synced to; 0 after a start
};

enum class FrameType : uint8_t { kChunk = 1, kCommit = 2, kRelease = 3, kEnd = 4 };

struct FrameHeader {
  FrameType type = FrameType::kChunk;
  bool page_end = false;  // the next frame begins on the next page
  uint64_t segment = 0;
  uint64_t record = 0;
  uint64_t number = 0;  // kChunk: from 0; kCommit: how many chunks; kRelease: how many places
  uint64_t synced = 0;  // this segment was durable up to here when the frame was written
  uint32_t length = 0;  // of the payload
  uint32_t payload_crc = 0;

  uint64_t Next(uint64_t offset) const {
    return AlignUp(offset + kHeaderSize + length, page_end ? kPage : kFrameAlign);
  }
};

using HeaderBytes = std::array<char, kHeaderSize>;

HeaderBytes Encode(const SegmentHeader& header);
HeaderBytes Encode(const FrameHeader& header);
// nullopt unless mark, checksum and type are right.
std::optional<SegmentHeader> DecodeSegment(std::string_view bytes);
std::optional<FrameHeader> DecodeFrame(std::string_view bytes);

// Payload of kCommit (then the trailer follows) and kRelease: 16 bytes a place.
std::string EncodePlaces(const std::vector<Place>& places);
// The first `count` places, cut off `payload`; nullopt when it is too short.
std::optional<std::vector<Place>> TakePlaces(std::string_view& payload, uint64_t count);

constexpr uint64_t kSlots = 1 << 16;
constexpr uint64_t SlotOf(uint64_t segment) { return segment % kSlots; }
constexpr uint64_t GenerationOf(uint64_t segment) { return segment / kSlots; }
constexpr uint64_t SegmentOf(uint64_t generation, uint64_t slot) {
  return generation * kSlots + slot;
}
std::string FileName(uint64_t slot);  // "00012.segment"
std::optional<uint64_t> SlotFrom(std::string_view file_name);

}  // namespace glossator::spool
