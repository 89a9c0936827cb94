// SPDX-License-Identifier: GPL-3.0-or-later
// Films through the cleaner, in pieces of any size.
#pragma once

#include <algorithm>
#include <random>
#include <string>
#include <string_view>

#include "deid/film.h"

namespace glossator::deid {

// Pieces of `step` bytes; 0: of random sizes, small and larger ones.
inline std::string CleanedFilm(std::string_view syntax, std::string bytes, size_t step,
                               std::string_view* problem = nullptr) {
  std::mt19937 random(static_cast<uint32_t>(bytes.size()));
  const auto any = [&] { return random() % (random() % 2 == 0 ? 9 : 90); };
  FilmCleaner cleaner(syntax);
  for (size_t at = 0; at < bytes.size();) {
    const size_t size = std::min<size_t>(step == 0 ? any() : step, bytes.size() - at);
    cleaner.Clean(bytes.data() + at, size);
    at += size;
  }
  if (problem != nullptr) *problem = cleaner.problem();
  return bytes;
}

inline std::string_view ProblemOf(std::string_view syntax, const std::string& bytes) {
  std::string_view problem;
  CleanedFilm(syntax, bytes, bytes.size() + 1, &problem);
  return problem;
}

}  // namespace glossator::deid
