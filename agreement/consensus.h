// SPDX-License-Identifier: GPL-3.0-or-later
// What several raters make of one structure, and how far each of them agrees. Pure numbers: nothing
// depends on the order of the voxels, and no rater counts more than another to begin with.
//
// A pattern says who marked a voxel: bit r is set where rater r did. All that is needed is how many
// voxels have each pattern; whoever counts also says which voxels count at all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace glossator::agreement {

inline constexpr size_t kRatersMax = 8;

// Of each of the 2^raters patterns its number of voxels.
using PatternCounts = std::vector<uint64_t>;

// Of one rater against the consensus; nullopt where there is nothing to hold it against.
struct Performance {
  std::optional<double> sensitivity;
  std::optional<double> specificity;
};

struct Consensus {
  std::vector<double> probability;  // by pattern: that such a voxel belongs to the structure
  std::vector<Performance> raters;
  int rounds = 0;  // of the estimation; 0: none was needed

  // Above a half. A half exactly is undecided, and not part of it.
  bool Holds(size_t pattern) const { return probability[pattern] > 0.5; }
};

// More than half of the raters. Throws std::invalid_argument when `counts` is not of 2^raters, or
// with none or more than kRatersMax raters.
Consensus MajorityVote(size_t raters, const PatternCounts& counts);

// Simultaneous truth and performance level estimation (Warfield, Zou and Wells, IEEE TMI 23(7),
// 2004): expectation maximization with one prior for all voxels, their mean vote. Ends when no
// performance changes by 1e-7 any more, after 10,000 rounds at the latest. Without any mark, and
// with nothing but marks, it is what the raters say. Throws as above.
Consensus EstimateTruth(size_t raters, const PatternCounts& counts);

// Twice the common part by the sum of both; 1 when both are empty.
double DiceCoefficient(uint64_t one, uint64_t other, uint64_t common);

}  // namespace glossator::agreement
