// SPDX-License-Identifier: GPL-3.0-or-later
// Many patterns, one pass: of every second place only the pair of bytes there is looked up, in a
// bitmap of 8 kB that holds the first two pairs of each pattern in either case; a bitmap over the
// first three bytes, in either case too, then says where to look closer. Made in time linear in the
// patterns, small for few of them, tens of megabytes for hundred thousands.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace glossator::deid {

class PatternIndex {
 public:
  static constexpr size_t kPatternMin = 3;  // shorter ones are ignored

  // Letters of ASCII match in either case. Several patterns may share an id.
  void Add(std::string_view pattern, uint32_t id);
  void Build();  // after the last Add

  // Calls found(id, begin, end) for every occurrence, by its begin; stops when it returns false.
  template <class Found>
  void Run(std::string_view bytes, Found&& found) const {
    if (exact_.empty() || bytes.size() < kPatternMin) return;
    const size_t end = bytes.size() - 1;
    size_t i = 0;
    for (; i + 8 <= end; i += 8) {
      for (uint64_t hits = Pairs(bytes.data() + i); hits != 0; hits &= hits - 1) {
        const auto pair = static_cast<size_t>(std::countr_zero(hits));
        if (!LookAround(bytes, i + 2 * pair, found)) return;
      }
    }
    for (; i < end; i += 2) {
      if (HasPair(PairAt(bytes.data() + i)) && !LookAround(bytes, i, found)) return;
    }
  }

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  static constexpr std::array<uint8_t, 256> kFold = [] {
    std::array<uint8_t, 256> fold{};
    for (size_t i = 0; i < fold.size(); ++i) {
      fold[i] = static_cast<uint8_t>(i >= 'A' && i <= 'Z' ? i + 32 : i);
    }
    return fold;
  }();

  static constexpr uint32_t kSpread = 2654435761u;  // Knuth's multiplicative hash
  static constexpr uint64_t kSpreadLong = 0x9E3779B97F4A7C15u;
  static constexpr size_t kLong = 6;  // bytes of a pattern that has a bitmap of its own
  static uint16_t PairAt(const char* bytes) {
    uint16_t pair = 0;
    std::memcpy(&pair, bytes, sizeof pair);
    return pair;
  }
  uint64_t HasPair(uint16_t pair) const { return pairs_[pair >> 6] >> (pair & 63) & 1; }
  // A bit for each of four pairs.
  uint64_t Pairs(const char* eight) const {
    return HasPair(PairAt(eight)) | HasPair(PairAt(eight + 2)) << 1 |
           HasPair(PairAt(eight + 4)) << 2 | HasPair(PairAt(eight + 6)) << 3;
  }
  // Of three bytes as they stand, the first in the lowest place.
  uint32_t SlotOf(uint32_t three) const { return three * kSpread >> shift_; }
  void PutPair(char first, char second);
  void PutThree(std::string three, size_t from = 0);  // in either case, from that byte on
  static uint32_t Fold(char byte) { return kFold[static_cast<uint8_t>(byte)]; }
  static std::string Folded(std::string_view bytes);

  // A pair at `at` is the first of a pattern that begins there, or the second of one before it.
  template <class Found>
  bool LookAround(std::string_view bytes, size_t at, Found&& found) const {
    const bool whole = at > 0 && at + kPatternMin <= bytes.size();
    bool before = at > 0, here = true;
    if (whole) {
      uint32_t four = 0;
      std::memcpy(&four, bytes.data() + at - 1, sizeof four);
      before = Has(threes_, SlotOf(four & 0xFFFFFF));
      here = Has(threes_, SlotOf(four >> 8));
    }
    return (!before || LookAt(bytes, at - 1, found)) && (!here || LookAt(bytes, at, found));
  }

  template <class Found>
  bool LookAt(std::string_view bytes, size_t begin, Found&& found) const {
    if (begin + kPatternMin > bytes.size()) return true;
    const uint32_t key =
        Fold(bytes[begin]) << 16 | Fold(bytes[begin + 1]) << 8 | Fold(bytes[begin + 2]);
    const uint32_t slot = key * kSpread >> shift_;
    if (!Has(short_, slot) && !MayBeLong(bytes, begin)) return true;
    return LookCloser(bytes, begin, key, found);
  }

  static bool Has(const std::vector<uint64_t>& bits, uint32_t slot) {
    return (bits[slot >> 6] >> (slot & 63) & 1) != 0;
  }
  uint32_t LongSlot(std::string_view six) const {
    uint64_t key = 0;
    for (const char byte : six) key = key << 8 | Fold(byte);
    return static_cast<uint32_t>(key * kSpreadLong >> 32) >> shift_;
  }
  bool MayBeLong(std::string_view bytes, size_t begin) const {
    return begin + kLong <= bytes.size() && Has(long_, LongSlot(bytes.substr(begin, kLong)));
  }

  template <class Found>
  bool LookCloser(std::string_view bytes, size_t begin, uint32_t key, Found&& found) const {
    const auto lengths = lengths_.find(key);
    if (lengths == lengths_.end()) return true;
    const std::string text = Folded(bytes.substr(begin, lengths->second.back()));
    for (const uint32_t length : lengths->second) {
      if (length > text.size()) break;
      const auto ids = exact_.find(std::string_view(text).substr(0, length));
      if (ids == exact_.end()) continue;
      for (const uint32_t id : ids->second) {
        if (!found(id, begin, begin + length)) return false;
      }
    }
    return true;
  }

  int shift_ = 0;
  std::array<uint64_t, 1024> pairs_{};
  std::vector<uint64_t> threes_;  // first three bytes of each pattern, as they may stand
  std::vector<uint64_t> short_;   // of those that are shorter than kLong, folded
  std::vector<uint64_t> long_;    // first kLong bytes of the others
  std::unordered_map<uint32_t, std::vector<uint32_t>> lengths_;  // by the first three bytes
  std::unordered_map<std::string, std::vector<uint32_t>, Hash, std::equal_to<>> exact_;
};

}  // namespace glossator::deid
