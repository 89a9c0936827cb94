// SPDX-License-Identifier: GPL-3.0-or-later
// Typos: words that are one letter away from a known one. An index of what is left of each word
// without one of its letters: two words at distance 1 have such a rest in common.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace glossator::deid {

class NearWords {
 public:
  static constexpr size_t kLettersMin = 6;     // shorter ones have too many neighbors
  static constexpr size_t kLettersMax = 40;    // longer ones are no words
  static constexpr size_t kWordsMax = 20'000;  // some 20 MB; more are left to the exact search

  // Valid UTF-8, folded (fold.h). Words of other lengths and with blanks are passed over.
  void Add(std::string_view word);
  // `word` itself, or one letter lost, added or changed, or two neighbors swapped.
  bool Has(std::string_view word) const;

 private:
  bool IsNearOneOf(const std::u32string& rest, const std::u32string& word) const;

  struct Hash {
    size_t operator()(const std::u32string& text) const {
      return std::hash<std::u32string_view>()(text);
    }
  };
  std::vector<std::u32string> words_;
  std::unordered_map<std::u32string, std::vector<uint32_t>, Hash> rests_;  // to places in words_
};

}  // namespace glossator::deid
