// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/near_words.h"

#include <gtest/gtest.h>

#include <random>

namespace glossator::deid {
namespace {

// By the book: the table of optimal string alignment.
size_t Distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<size_t>> d(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) {
    for (size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      d[i][j] = std::min(
          {d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

TEST(NearWords, AreThoseOfDistanceOneByTheBook) {
  std::mt19937 random(7);
  const auto word = [&](size_t size) {
    std::string text(size, 'a');
    for (char& c : text) c = static_cast<char>('a' + random() % 3);
    return text;
  };
  int near = 0;
  for (int i = 0; i < 20000; ++i) {
    const std::string known = word(6 + random() % 2), other = word(5 + random() % 4);
    NearWords words;
    words.Add(known);
    EXPECT_EQ(words.Has(other), Distance(known, other) <= 1) << known << ' ' << other;
    near += words.Has(other);
  }
  EXPECT_GT(near, 100);
}

TEST(NearWords, CountLettersNotBytes) {
  NearWords words;
  words.Add("\u0449\u0435\u0440\u0431\u0430\u043A");
  EXPECT_TRUE(words.Has("\u0449\u0435\u0440\u0431\u043A"));
  EXPECT_FALSE(words.Has("\u0449\u0435\u0440\u0431"));
}

TEST(NearWords, ShortWordsHaveNone) {
  NearWords words;
  words.Add("young");
  EXPECT_FALSE(words.Has("young"));
  EXPECT_FALSE(words.Has("youn"));
}

}  // namespace
}  // namespace glossator::deid
