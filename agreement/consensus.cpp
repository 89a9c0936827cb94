// SPDX-License-Identifier: GPL-3.0-or-later
#include "agreement/consensus.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>

namespace glossator::agreement {
namespace {

constexpr double kSettled = 1e-7;
constexpr int kRoundsMax = 10'000;

void RequireFit(size_t raters, const PatternCounts& counts) {
  const bool fits = raters >= 1 && raters <= kRatersMax && counts.size() == size_t{1} << raters;
  if (!fits) throw std::invalid_argument("patterns and raters do not fit each other");
}

bool Marked(size_t pattern, size_t rater) { return (pattern >> rater & 1U) != 0; }

// Part of the raters that marked it.
std::vector<double> MeanVotes(size_t raters) {
  std::vector<double> votes(size_t{1} << raters);
  for (size_t pattern = 0; pattern < votes.size(); ++pattern) {
    votes[pattern] = static_cast<double>(std::popcount(pattern)) / static_cast<double>(raters);
  }
  return votes;
}

double Sum(const PatternCounts& counts, const std::vector<double>& probability) {
  double sum = 0;
  for (size_t pattern = 0; pattern < counts.size(); ++pattern) {
    sum += static_cast<double>(counts[pattern]) * probability[pattern];
  }
  return sum;
}

double Total(const PatternCounts& counts) {
  double total = 0;
  for (const uint64_t count : counts) total += static_cast<double>(count);
  return total;
}

std::optional<double> Part(double part, double whole) {
  return whole > 0 ? std::optional(part / whole) : std::nullopt;
}

// The M step, and what is told of each rater in the end.
std::vector<Performance> PerformanceOf(size_t raters, const PatternCounts& counts,
                                       const std::vector<double>& probability) {
  const double inside = Sum(counts, probability);
  const double outside = Total(counts) - inside;
  std::vector<Performance> performance(raters);
  for (size_t rater = 0; rater < raters; ++rater) {
    double marked_inside = 0;
    double free_outside = 0;
    for (size_t pattern = 0; pattern < counts.size(); ++pattern) {
      const auto voxels = static_cast<double>(counts[pattern]);
      if (Marked(pattern, rater)) {
        marked_inside += voxels * probability[pattern];
      } else {
        free_outside += voxels * (1 - probability[pattern]);
      }
    }
    performance[rater] = {Part(marked_inside, inside), Part(free_outside, outside)};
  }
  return performance;
}

// The E step.
double Belief(size_t pattern, double prior, const std::vector<Performance>& raters) {
  double yes = prior;
  double no = 1 - prior;
  for (size_t rater = 0; rater < raters.size(); ++rater) {
    const double sensitivity = *raters[rater].sensitivity;
    const double specificity = *raters[rater].specificity;
    yes *= Marked(pattern, rater) ? sensitivity : 1 - sensitivity;
    no *= Marked(pattern, rater) ? 1 - specificity : specificity;
  }
  return yes + no > 0 ? yes / (yes + no) : 0;
}

bool HasNothingToEstimate(const std::vector<Performance>& raters) {
  return std::ranges::any_of(
      raters, [](const Performance& one) { return !one.sensitivity || !one.specificity; });
}

double Change(const std::vector<Performance>& before, const std::vector<Performance>& after) {
  double change = 0;
  for (size_t i = 0; i < before.size(); ++i) {
    change = std::max({change, std::abs(*before[i].sensitivity - *after[i].sensitivity),
                       std::abs(*before[i].specificity - *after[i].specificity)});
  }
  return change;
}

}  // namespace

Consensus MajorityVote(size_t raters, const PatternCounts& counts) {
  RequireFit(raters, counts);
  Consensus consensus{MeanVotes(raters), {}, 0};
  for (double& vote : consensus.probability) vote = vote > 0.5 ? 1 : 0;
  consensus.raters = PerformanceOf(raters, counts, consensus.probability);
  return consensus;
}

Consensus EstimateTruth(size_t raters, const PatternCounts& counts) {
  RequireFit(raters, counts);
  Consensus consensus{MeanVotes(raters), {}, 0};
  consensus.raters = PerformanceOf(raters, counts, consensus.probability);
  if (HasNothingToEstimate(consensus.raters)) return consensus;
  const double prior = Sum(counts, consensus.probability) / Total(counts);
  double change = 1;
  while (change >= kSettled && consensus.rounds < kRoundsMax) {
    for (size_t pattern = 0; pattern < counts.size(); ++pattern) {
      consensus.probability[pattern] = Belief(pattern, prior, consensus.raters);
    }
    const auto after = PerformanceOf(raters, counts, consensus.probability);
    ++consensus.rounds;
    if (HasNothingToEstimate(after)) return consensus;
    change = Change(consensus.raters, after);
    consensus.raters = after;
  }
  return consensus;
}

double DiceCoefficient(uint64_t one, uint64_t other, uint64_t common) {
  const double sum = static_cast<double>(one) + static_cast<double>(other);
  return sum > 0 ? 2 * static_cast<double>(common) / sum : 1;
}

}  // namespace glossator::agreement
