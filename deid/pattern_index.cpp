// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/pattern_index.h"

#include <algorithm>

namespace glossator::deid {
namespace {

// Bits of the bitmap: enough that one look in a thousand is in vain, at least what fits a
// processor's first cache, at most one for every three bytes there are. Behind them a second look
// at six bytes: numbers and UIDs begin alike.
constexpr int kBitsMin = 18, kBitsMax = 24;

void PutBit(std::vector<uint64_t>& bits, uint32_t slot) {
  bits[slot >> 6] |= uint64_t{1} << (slot & 63);
}

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

void PatternIndex::PutThree(std::string three, size_t from) {
  if (from == kPatternMin) {
    const auto byte = [&](size_t i) { return uint32_t{static_cast<uint8_t>(three[i])}; };
    return PutBit(threes_, SlotOf(byte(0) | byte(1) << 8 | byte(2) << 16));
  }
  PutThree(three, from + 1);
  if (three[from] < 'a' || three[from] > 'z') return;
  three[from] = static_cast<char>(three[from] - 'a' + 'A');
  PutThree(three, from + 1);
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
  for (auto* bitmap : {&threes_, &short_, &long_}) bitmap->assign((size_t{1} << bits) / 64, 0);
  for (const auto& [key, lengths] : lengths_) {
    if (lengths.front() < kLong) PutBit(short_, key * kSpread >> shift_);
  }
  for (const auto& [pattern, ids] : exact_) {
    PutThree(pattern.substr(0, kPatternMin));
    if (pattern.size() >= kLong)
      PutBit(long_, LongSlot(std::string_view(pattern).substr(0, kLong)));
  }
}

}  // namespace glossator::deid
