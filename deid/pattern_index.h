// SPDX-License-Identifier: GPL-3.0-or-later
// Many patterns, one pass: a bitmap over the first three bytes says where to look closer. Made in
// time linear in the patterns, small for few of them, tens of megabytes for hundred thousands.
#pragma once

#include <array>
#include <cstdint>
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
    const uint64_t* bitmap = bitmap_.data();
    const int shift = shift_;
    uint32_t key = Fold(bytes[0]) << 8 | Fold(bytes[1]);
    for (size_t i = kPatternMin - 1; i < bytes.size(); ++i) {
      key = (key << 8 | Fold(bytes[i])) & 0xFFFFFF;
      const uint32_t slot = key * kSpread >> shift;
      if ((bitmap[slot >> 6] >> (slot & 63) & 1) == 0) continue;
      if (!LookCloser(bytes, i + 1 - kPatternMin, key, found)) return;
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
  static uint32_t Fold(char byte) { return kFold[static_cast<uint8_t>(byte)]; }
  static std::string Folded(std::string_view bytes);

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
  std::vector<uint64_t> bitmap_;
  std::unordered_map<uint32_t, std::vector<uint32_t>> lengths_;  // by the first three bytes
  std::unordered_map<std::string, std::vector<uint32_t>, Hash, std::equal_to<>> exact_;
};

}  // namespace glossator::deid
