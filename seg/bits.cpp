// SPDX-License-Identifier: GPL-3.0-or-later
#include "seg/bits.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace glossator::seg {
namespace {

constexpr size_t kChunk = 1 << 20;

template <class Value>
uint64_t EqualBits(const Value* values, size_t count, Value label) {
  uint64_t bits = 0;
  for (size_t i = 0; i < count; ++i) bits |= uint64_t{values[i] == label} << i;
  return bits;
}

#if defined(__SSE2__)
// The comparison's byte mask is the standard's bit order already.
uint64_t Mask16(__m128i equal) { return static_cast<uint32_t>(_mm_movemask_epi8(equal)); }

__m128i Load(const void* from) { return _mm_loadu_si128(static_cast<const __m128i*>(from)); }

uint64_t Equal64(const uint8_t* values, uint8_t label) {
  const __m128i wanted = _mm_set1_epi8(static_cast<char>(label));
  uint64_t bits = 0;
  for (unsigned i = 0; i < 4; ++i) {
    bits |= Mask16(_mm_cmpeq_epi8(Load(values + 16 * i), wanted)) << (16 * i);
  }
  return bits;
}

uint64_t Equal64(const uint16_t* values, uint16_t label) {
  const __m128i wanted = _mm_set1_epi16(static_cast<int16_t>(label));
  uint64_t bits = 0;
  for (unsigned i = 0; i < 4; ++i) {
    const __m128i low = _mm_cmpeq_epi16(Load(values + 16 * i), wanted);
    const __m128i high = _mm_cmpeq_epi16(Load(values + 16 * i + 8), wanted);
    bits |= Mask16(_mm_packs_epi16(low, high)) << (16 * i);
  }
  return bits;
}
#else
template <class Value>
uint64_t Equal64(const Value* values, Value label) {
  return EqualBits(values, 64, label);
}
#endif

}  // namespace

BitWriter::BitWriter(std::function<void(std::string_view)> sink)
    : sink_(std::move(sink)), buffer_(kChunk, '\0') {}

void BitWriter::Flush() {
  if (used_ > 0) sink_({buffer_.data(), used_});
  used_ = 0;
}

void BitWriter::Put64(uint64_t bits) {
  if (used_ + 8 > kChunk) Flush();
  const uint64_t out = pending_ | bits << pending_count_;
  std::memcpy(buffer_.data() + used_, &out, 8);
  used_ += 8;
  pending_ = pending_count_ == 0 ? 0 : bits >> (64 - pending_count_);
}

void BitWriter::Put(uint64_t bits, unsigned count) {
  const unsigned total = pending_count_ + count;
  if (total >= 64) {
    Put64(bits);  // its upper 64 - count bits are zeros that the next bits overlay
    pending_count_ = total - 64;
    return;
  }
  pending_ |= bits << pending_count_;
  pending_count_ = total;
}

void BitWriter::Zeros(uint64_t count) {
  if (pending_count_ > 0) {
    const auto first = std::min<uint64_t>(count, 64 - pending_count_);
    Put(0, static_cast<unsigned>(first));
    count -= first;
  }
  for (uint64_t bytes = count / 8; bytes > 0;) {
    if (used_ == kChunk) Flush();
    const size_t run = std::min<uint64_t>(bytes, kChunk - used_);
    std::memset(buffer_.data() + used_, 0, run);
    used_ += run;
    bytes -= run;
  }
  Put(0, count % 8);
}

template <class Value>
void BitWriter::EqualAny(const Value* values, size_t count, Value label) {
  size_t i = 0;
  for (; i + 64 <= count; i += 64) Put64(Equal64(values + i, label));
  const auto rest = static_cast<unsigned>(count - i);
  if (rest > 0) Put(EqualBits(values + i, rest, label), rest);
}

void BitWriter::Equal(const uint8_t* values, size_t count, uint8_t label) {
  EqualAny(values, count, label);
}

void BitWriter::Equal(const uint16_t* values, size_t count, uint16_t label) {
  EqualAny(values, count, label);
}

void BitWriter::Finish() {
  if (used_ + 8 > kChunk) Flush();
  std::memcpy(buffer_.data() + used_, &pending_, 8);
  used_ += (pending_count_ + 7) / 8;
  pending_ = 0;
  pending_count_ = 0;
  Flush();
}

uint64_t BitsAt(std::string_view bytes, uint64_t offset) {
  const uint64_t first = offset / 8;
  const unsigned shift = offset % 8;
  if (first + 9 <= bytes.size()) {
    uint64_t whole;
    std::memcpy(&whole, bytes.data() + first, 8);
    const auto next = static_cast<unsigned char>(bytes[first + 8]);
    return shift == 0 ? whole : whole >> shift | uint64_t{next} << (64 - shift);
  }
  if (first >= bytes.size()) return 0;
  std::array<unsigned char, 9> window{};
  std::memcpy(window.data(), bytes.data() + first, std::min<size_t>(9, bytes.size() - first));
  uint64_t low;
  std::memcpy(&low, window.data(), 8);
  return shift == 0 ? low : low >> shift | uint64_t{window[8]} << (64 - shift);
}

namespace {

// For each byte the eight values 0x00 or 0xFF.
constexpr auto kByteMasks = [] {
  std::array<uint64_t, 256> masks{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      if ((byte >> bit & 1) != 0) masks[byte] |= uint64_t{0xFF} << (8 * bit);
    }
  }
  return masks;
}();

// True in the top bit of each byte of `word` that is not zero.
uint64_t NonZeroBytes(uint64_t word) {
  constexpr uint64_t kLow = 0x7F7F7F7F7F7F7F7F;
  return (((word & kLow) + kLow) | word) & ~kLow;
}

bool SpreadByte(unsigned byte, uint8_t label, uint8_t* values) {
  const uint64_t mask = kByteMasks[byte];
  const uint64_t wanted = mask & (0x0101010101010101u * label);
  uint64_t old;
  std::memcpy(&old, values, 8);
  const uint64_t overwritten = old & mask;
  const uint64_t now = (old & ~mask) | wanted;
  std::memcpy(values, &now, 8);
  return overwritten != 0 && (NonZeroBytes(overwritten) & NonZeroBytes(overwritten ^ wanted)) != 0;
}

template <class Value>
bool SpreadBits(uint64_t bits, Value label, Value* values) {
  bool overlap = false;
  for (; bits != 0; bits &= bits - 1) {
    Value& value = values[std::countr_zero(bits)];
    overlap |= value != 0 && value != label;
    value = label;
  }
  return overlap;
}

// All 64: no masks needed.
bool SpreadAll(uint8_t label, uint8_t* values) {
  const uint64_t wanted = 0x0101010101010101u * label;
  std::array<uint64_t, 8> old;
  std::memcpy(old.data(), values, 64);
  uint64_t overlap = 0;
  for (const uint64_t word : old) overlap |= NonZeroBytes(word) & NonZeroBytes(word ^ wanted);
  std::memset(values, label, 64);
  return overlap != 0;
}

bool Spread64(uint64_t bits, uint8_t label, uint8_t* values) {
  if (bits == ~uint64_t{0}) return SpreadAll(label, values);
  bool overlap = false;
  for (unsigned i = 0; i < 8; ++i) {
    const unsigned byte = bits >> (8 * i) & 0xFF;
    if (byte != 0) overlap |= SpreadByte(byte, label, values + 8 * i);
  }
  return overlap;
}

bool Spread64(uint64_t bits, uint16_t label, uint16_t* values) {
  return SpreadBits(bits, label, values);
}

uint64_t LowBits(size_t count) { return count >= 64 ? ~uint64_t{0} : (uint64_t{1} << count) - 1; }

// How many of the next bits, in steps of 256, are zeros: most of a mask is.
size_t ZeroBits(const char* bytes, size_t size, size_t count) {
  size_t bits = 0;
  while (bits + 256 <= count && bits / 8 + 33 <= size) {
    std::array<uint64_t, 4> words;
    std::memcpy(words.data(), bytes + bits / 8, 32);
    if ((words[0] | words[1] | words[2] | words[3]) != 0 || bytes[bits / 8 + 32] != 0) break;
    bits += 256;
  }
  return bits;
}

template <class Value>
bool SpreadAny(std::string_view bytes, uint64_t offset, size_t count, Value label, Value* values) {
  bool overlap = false;
  size_t i = 0;
  while (i + 64 <= count) {
    const size_t at = (offset + i) / 8;
    if (at < bytes.size()) {
      const size_t zeros = ZeroBits(bytes.data() + at, bytes.size() - at, count - i);
      i += zeros;
      if (zeros > 0) continue;
    }
    // The block is not empty: its four words without asking again.
    const size_t end = std::min(count - count % 64, i + 256);
    for (; i + 64 <= count && i < end; i += 64) {
      const uint64_t bits = BitsAt(bytes, offset + i);
      if (bits != 0) overlap |= Spread64(bits, label, values + i);
    }
  }
  if (i == count) return overlap;
  const uint64_t rest = BitsAt(bytes, offset + i) & LowBits(count - i);
  return rest != 0 ? SpreadBits(rest, label, values + i) || overlap : overlap;
}

}  // namespace

bool Spread(std::string_view bytes, uint64_t offset, size_t count, uint8_t label, uint8_t* values) {
  return SpreadAny(bytes, offset, count, label, values);
}

bool Spread(std::string_view bytes, uint64_t offset, size_t count, uint16_t label,
            uint16_t* values) {
  return SpreadAny(bytes, offset, count, label, values);
}

uint64_t CountBits(std::string_view bytes, uint64_t offset, uint64_t count) {
  uint64_t total = 0;
  for (uint64_t i = 0; i < count; i += 64) {
    total += std::popcount(BitsAt(bytes, offset + i) & LowBits(count - i));
  }
  return total;
}

}  // namespace glossator::seg
