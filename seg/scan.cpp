// SPDX-License-Identifier: GPL-3.0-or-later
#include "seg/scan.h"

#include <algorithm>
#include <cstring>

namespace glossator::seg {
namespace {

constexpr uint32_t kBackground = UINT32_MAX;
constexpr uint32_t kUnknown = UINT32_MAX - 1;
constexpr uint32_t kNone = UINT32_MAX;

uint64_t Word(const void* from, size_t index) {
  uint64_t word;
  std::memcpy(&word, static_cast<const char*>(from) + 8 * index, 8);
  return word;
}

uint64_t Repeat(uint8_t value) { return value * 0x0101010101010101u; }
uint64_t Repeat(uint16_t value) { return value * 0x0001000100010001u; }

// How many values from `values` on equal `value`: 64 bytes, then 8, then one at a time.
template <class Value>
size_t RunLength(const Value* values, size_t count, Value value) {
  constexpr size_t kWord = 8 / sizeof(Value);
  const uint64_t same = Repeat(value);
  size_t i = 0;
  for (; i + 8 * kWord <= count; i += 8 * kWord) {
    uint64_t different = 0;
    for (size_t k = 0; k < 8; ++k) different |= Word(values + i, k) ^ same;
    if (different != 0) break;
  }
  while (i + kWord <= count && Word(values + i, 0) == same) i += kWord;
  while (i < count && values[i] == value) ++i;
  return i;
}

}  // namespace

Scanner::Scanner(const Description& description)
    : segment_of_(65536, kUnknown), slot_(description.segments.size(), kNone) {
  segment_of_[0] = kBackground;
  for (uint32_t i = 0; i < description.segments.size(); ++i) {
    if (description.segments[i].label != 0) segment_of_[description.segments[i].label] = i;
  }
}

void Scanner::Mark(uint16_t label, uint32_t row) {
  const uint32_t segment = segment_of_[label];
  if (segment == kBackground) return;
  if (segment == kUnknown) {
    unknown_.insert(label);
    return;
  }
  uint32_t& slot = slot_[segment];
  if (slot == kNone) {
    slot = static_cast<uint32_t>(found_.size());
    found_.push_back({segment, row, row});
  }
  found_[slot].last_row = row;
}

template <class Value>
void Scanner::ScanRows(const Value* values, uint32_t rows, uint32_t columns) {
  const size_t count = size_t{rows} * columns;
  for (size_t i = 0; i < count;) {
    // A run may cross rows: its first and last row are enough, all between are inside.
    const Value value = values[i];
    const size_t end = i + RunLength(values + i, count - i, value);
    Mark(value, static_cast<uint32_t>(i / columns));
    Mark(value, static_cast<uint32_t>((end - 1) / columns));
    i = end;
  }
}

std::vector<Extent> Scanner::Scan(const LabelVolume& labels, uint32_t frame) {
  const size_t start = frame * labels.frame_voxels();
  if (labels.type == LabelType::kUint8) {
    ScanRows(static_cast<const uint8_t*>(labels.data) + start, labels.rows, labels.columns);
  } else {
    ScanRows(static_cast<const uint16_t*>(labels.data) + start, labels.rows, labels.columns);
  }
  for (const Extent& extent : found_) slot_[extent.segment] = kNone;
  std::sort(found_.begin(), found_.end(),
            [](const Extent& a, const Extent& b) { return a.segment < b.segment; });
  return std::exchange(found_, {});
}

}  // namespace glossator::seg
