// SPDX-License-Identifier: GPL-3.0-or-later
#include "spool/format.h"

#include <charconv>
#include <cstdio>
#include <cstring>

#include "spool/crc32c.h"

namespace glossator::spool {
namespace {

constexpr std::string_view kSegmentMark = "GLSPOOL1";
constexpr std::string_view kFrameMark = "GSF1";
constexpr std::string_view kFileSuffix = ".segment";
constexpr size_t kCrcAt = 60;
constexpr size_t kPlaceSize = 16;

template <class Number>
void Put(char* to, Number number) {
  for (size_t i = 0; i < sizeof(Number); ++i) to[i] = static_cast<char>(number >> 8 * i & 0xFF);
}

template <class Number>
Number Get(std::string_view bytes, size_t at) {
  Number number = 0;
  for (size_t i = sizeof(Number); i-- > 0;) {
    number = static_cast<Number>(number << 8 | static_cast<uint8_t>(bytes[at + i]));
  }
  return number;
}

void Finish(HeaderBytes& bytes) { Put(bytes.data() + kCrcAt, Crc32c({bytes.data(), kCrcAt})); }

bool IsFine(std::string_view bytes, std::string_view mark) {
  return bytes.size() >= kHeaderSize && bytes.starts_with(mark) &&
         Get<uint32_t>(bytes, kCrcAt) == Crc32c(bytes.substr(0, kCrcAt));
}

}  // namespace

HeaderBytes Encode(const SegmentHeader& header) {
  HeaderBytes bytes{};
  std::memcpy(bytes.data(), kSegmentMark.data(), kSegmentMark.size());
  Put(bytes.data() + 8, header.segment);
  Put(bytes.data() + 16, header.capacity);
  Put(bytes.data() + 24, header.closed.segment);
  Put(bytes.data() + 32, header.closed.offset);
  Finish(bytes);
  return bytes;
}

std::optional<SegmentHeader> DecodeSegment(std::string_view bytes) {
  if (!IsFine(bytes, kSegmentMark)) return std::nullopt;
  return SegmentHeader{Get<uint64_t>(bytes, 8),
                       Get<uint64_t>(bytes, 16),
                       {Get<uint64_t>(bytes, 24), Get<uint64_t>(bytes, 32)}};
}

HeaderBytes Encode(const FrameHeader& header) {
  HeaderBytes bytes{};
  std::memcpy(bytes.data(), kFrameMark.data(), kFrameMark.size());
  bytes[4] = static_cast<char>(header.type);
  bytes[5] = header.page_end ? 1 : 0;
  Put(bytes.data() + 8, header.segment);
  Put(bytes.data() + 16, header.record);
  Put(bytes.data() + 24, header.number);
  Put(bytes.data() + 32, header.synced);
  Put(bytes.data() + 40, header.length);
  Put(bytes.data() + 44, header.payload_crc);
  Finish(bytes);
  return bytes;
}

std::optional<FrameHeader> DecodeFrame(std::string_view bytes) {
  if (!IsFine(bytes, kFrameMark)) return std::nullopt;
  FrameHeader header;
  header.type = static_cast<FrameType>(bytes[4]);
  if (header.type < FrameType::kChunk || header.type > FrameType::kEnd) return std::nullopt;
  header.page_end = bytes[5] != 0;
  header.segment = Get<uint64_t>(bytes, 8);
  header.record = Get<uint64_t>(bytes, 16);
  header.number = Get<uint64_t>(bytes, 24);
  header.synced = Get<uint64_t>(bytes, 32);
  header.length = Get<uint32_t>(bytes, 40);
  header.payload_crc = Get<uint32_t>(bytes, 44);
  return header;
}

std::string EncodePlaces(const std::vector<Place>& places) {
  std::string bytes(places.size() * kPlaceSize, '\0');
  char* to = bytes.data();
  for (const Place& place : places) {
    Put(to, place.segment);
    Put(to + 8, place.offset);
    to += kPlaceSize;
  }
  return bytes;
}

std::optional<std::vector<Place>> TakePlaces(std::string_view& payload, uint64_t count) {
  if (count > payload.size() / kPlaceSize) return std::nullopt;
  std::vector<Place> places(count);
  for (Place& place : places) {
    place = {Get<uint64_t>(payload, 0), Get<uint64_t>(payload, 8)};
    payload.remove_prefix(kPlaceSize);
  }
  return places;
}

std::string FileName(uint64_t slot) {
  std::array<char, 32> name{};
  std::snprintf(name.data(), name.size(), "%05u%s", static_cast<unsigned>(slot),
                kFileSuffix.data());
  return name.data();
}

std::optional<uint64_t> SlotFrom(std::string_view file_name) {
  if (!file_name.ends_with(kFileSuffix)) return std::nullopt;
  uint64_t slot = 0;
  const auto [end, error] =
      std::from_chars(file_name.data(), file_name.data() + file_name.size(), slot);
  if (error != std::errc() || slot >= kSlots || file_name != FileName(slot)) return std::nullopt;
  return slot;
}

}  // namespace glossator::spool
