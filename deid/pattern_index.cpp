// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/pattern_index.h"

#include <algorithm>

namespace glossator::deid {
namespace {

// Bits of the bitmap: enough that one look in a thousand is in vain, at least what fits a
// processor's first cache, at most one for every three bytes there are. Behind them a second look
// at six bytes: numbers and UIDs begin alike.
constexpr int kBitsMin = 18, kBitsMax = 24;

}  // namespace

std::string PatternIndex::Folded(std::string_view bytes) {
  std::string folded(bytes);
  for (char& byte : folded) byte = static_cast<char>(Fold(byte));
  return folded;
}

void PatternIndex::PutPair(char first, char second) {
  const auto either = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; };
  for (const char a : {first, either(first)}) {
    for (const char b : {second, either(second)}) {
      const char two[] = {a, b};
      const uint16_t pair = PairAt(two);
      pairs_[pair >> 6] |= uint64_t{1} << (pair & 63);
    }
  }
}

void PatternIndex::Add(std::string_view pattern, uint32_t id) {
  if (pattern.size() < kPatternMin) return;
  const std::string folded = Folded(pattern);
  uint32_t key = 0;
  PutPair(folded[0], folded[1]);
  PutPair(folded[1], folded[2]);
  for (size_t i = 0; i < kPatternMin; ++i) key = key << 8 | static_cast<uint8_t>(folded[i]);
  std::vector<uint32_t>& lengths = lengths_[key];
  const auto length = static_cast<uint32_t>(folded.size());
  const auto place = std::lower_bound(lengths.begin(), lengths.end(), length);
  if (place == lengths.end() || *place != length) lengths.insert(place, length);
  exact_[folded].push_back(id);
}

void PatternIndex::Build() {
  int bits = kBitsMin;
  while (bits < kBitsMax && (size_t{1} << bits) < lengths_.size() * 1000) ++bits;
  shift_ = 32 - bits;
  for (auto* bitmap : {&bitmap_, &short_, &long_}) bitmap->assign((size_t{1} << bits) / 64, 0);
  const auto put = [](std::vector<uint64_t>& bitmap, uint32_t slot) {
    bitmap[slot >> 6] |= uint64_t{1} << (slot & 63);
  };
  for (const auto& [key, lengths] : lengths_) {
    put(bitmap_, key * kSpread >> shift_);
    if (lengths.front() < kLong) put(short_, key * kSpread >> shift_);
  }
  for (const auto& [pattern, ids] : exact_) {
    if (pattern.size() >= kLong) put(long_, LongSlot(std::string_view(pattern).substr(0, kLong)));
  }
}

}  // namespace glossator::deid
