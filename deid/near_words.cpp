// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/near_words.h"

#include <algorithm>

#include "deid/fold.h"

namespace glossator::deid {
namespace {

std::u32string LettersOf(std::string_view utf8) {
  std::u32string letters;
  for (size_t at = 0; at < utf8.size();) letters += NextCodePoint(utf8, at);
  return letters;
}

std::u32string Without(const std::u32string& word, size_t letter) {
  std::u32string rest = word;
  rest.erase(letter, 1);
  return rest;
}

// Optimal string alignment distance of at most 1.
bool AreNear(const std::u32string& a, const std::u32string& b) {
  if (a.size() > b.size()) return AreNear(b, a);
  const size_t same = static_cast<size_t>(
      std::mismatch(a.begin(), a.end(), b.begin(), b.begin() + static_cast<long>(a.size())).first -
      a.begin());
  if (same == a.size()) return b.size() - a.size() <= 1;
  if (a.size() != b.size()) return Without(b, same) == a;
  const bool swapped = same + 1 < a.size() && a[same] == b[same + 1] && a[same + 1] == b[same] &&
                       a.compare(same + 2, a.npos, b, same + 2, b.npos) == 0;
  return swapped || a.compare(same + 1, a.npos, b, same + 1, b.npos) == 0;
}

}  // namespace

void NearWords::Add(std::string_view utf8) {
  if (utf8.size() > 4 * kLettersMax || words_.size() >= kWordsMax || utf8.find(' ') != utf8.npos) {
    return;
  }
  std::u32string word = LettersOf(utf8);
  if (word.size() < kLettersMin || word.size() > kLettersMax) return;
  const auto number = static_cast<uint32_t>(words_.size());
  rests_[word].push_back(number);
  for (size_t i = 0; i < word.size(); ++i) {
    if (i == 0 || word[i] != word[i - 1]) rests_[Without(word, i)].push_back(number);
  }
  words_.push_back(std::move(word));
}

bool NearWords::IsNearOneOf(const std::u32string& rest, const std::u32string& word) const {
  const auto found = rests_.find(rest);
  return found != rests_.end() &&
         std::any_of(found->second.begin(), found->second.end(),
                     [&](uint32_t number) { return AreNear(words_[number], word); });
}

bool NearWords::Has(std::string_view utf8) const {
  if (rests_.empty() || utf8.size() + 1 < kLettersMin || utf8.size() > 4 * kLettersMax) {
    return false;
  }
  const std::u32string word = LettersOf(utf8);
  if (word.size() + 1 < kLettersMin) return false;
  if (IsNearOneOf(word, word)) return true;
  for (size_t i = 0; i < word.size(); ++i) {
    if (IsNearOneOf(Without(word, i), word)) return true;
  }
  return false;
}

}  // namespace glossator::deid
