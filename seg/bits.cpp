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

#if defined(__SSE2__)
// Sixteen bits to sixteen bytes: each is compared with the one bit that is its own.
__m128i ByteMask(unsigned bits) {
  const __m128i own = _mm_set1_epi64x(static_cast<int64_t>(0x8040201008040201u));
  const __m128i low = _mm_set1_epi8(static_cast<char>(bits));
  const __m128i high = _mm_set1_epi8(static_cast<char>(bits >> 8));
  return _mm_cmpeq_epi8(_mm_and_si128(_mm_unpacklo_epi64(low, high), own), own);
}

bool Spread16(unsigned bits, uint8_t label, uint8_t* values) {
  const __m128i mask = ByteMask(bits);
  const __m128i wanted = _mm_and_si128(mask, _mm_set1_epi8(static_cast<char>(label)));
  const __m128i old = Load(values);
  const __m128i before = _mm_and_si128(mask, old);
  const __m128i now = _mm_or_si128(_mm_andnot_si128(mask, old), wanted);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(values), now);
  // Neither zero before nor the same.
  const __m128i fine =
      _mm_or_si128(_mm_cmpeq_epi8(before, _mm_setzero_si128()), _mm_cmpeq_epi8(before, wanted));
  return _mm_movemask_epi8(fine) != 0xFFFF;
}
#endif

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

bool Spread64(uint64_t bits, uint8_t label, uint8_t* values) {
#if defined(__SSE2__)
  bool overlap = false;
  for (unsigned i = 0; i < 4; ++i) {
    const unsigned part = bits >> (16 * i) & 0xFFFF;
    if (part != 0) overlap |= Spread16(part, label, values + 16 * i);
  }
  return overlap;
#else
  return SpreadBits(bits, label, values);
#endif
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
