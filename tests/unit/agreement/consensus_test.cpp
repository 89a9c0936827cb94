// SPDX-License-Identifier: GPL-3.0-or-later
#include "agreement/consensus.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <stdexcept>

namespace glossator::agreement {
namespace {

TEST(MajorityVote, TakesWhatMoreThanHalfOfTheRatersMarked) {
  // Two voxels marked by all three, one by the first two, four by the third alone, five by nobody.
  const PatternCounts counts = {5, 0, 0, 1, 4, 0, 0, 2};
  const Consensus consensus = MajorityVote(3, counts);
  EXPECT_TRUE(consensus.Holds(0b111));
  EXPECT_TRUE(consensus.Holds(0b011));
  EXPECT_FALSE(consensus.Holds(0b100));
  EXPECT_FALSE(consensus.Holds(0b000));
  EXPECT_DOUBLE_EQ(*consensus.raters[0].sensitivity, 1);
  EXPECT_DOUBLE_EQ(*consensus.raters[0].specificity, 1);
  EXPECT_DOUBLE_EQ(*consensus.raters[2].sensitivity, 2.0 / 3);
  EXPECT_DOUBLE_EQ(*consensus.raters[2].specificity, 5.0 / 9);
}

TEST(MajorityVote, HalfOfTheRatersIsNoMajority) {
  const Consensus consensus = MajorityVote(2, {4, 1, 1, 2});
  EXPECT_TRUE(consensus.Holds(0b11));
  EXPECT_FALSE(consensus.Holds(0b01));
  EXPECT_FALSE(consensus.Holds(0b10));
}

// By hand: the votes give the third rater a sensitivity of 2 / (8/3) = 0.75 and the first two a
// specificity of 15/16; the prior is 1/3. The voxel that only the first two marked is then worth
// (1/12) / (1/12 + 1/384) = 32/33, and after more rounds 1: the first two were right everywhere,
// the third found two of three.
TEST(EstimateTruth, FollowsTheCalculationByHand) {
  const Consensus consensus = EstimateTruth(3, {5, 0, 0, 1, 0, 0, 0, 2});
  EXPECT_GT(consensus.rounds, 1);
  EXPECT_DOUBLE_EQ(consensus.probability[0b111], 1);
  EXPECT_NEAR(consensus.probability[0b011], 1, 1e-9);
  EXPECT_DOUBLE_EQ(consensus.probability[0b000], 0);
  EXPECT_NEAR(*consensus.raters[0].sensitivity, 1, 1e-9);
  EXPECT_NEAR(*consensus.raters[1].specificity, 1, 1e-9);
  EXPECT_NEAR(*consensus.raters[2].sensitivity, 2.0 / 3, 1e-6);
  EXPECT_NEAR(*consensus.raters[2].specificity, 1, 1e-9);
}

TEST(EstimateTruth, RatersWhoAgreeAreRight) {
  const Consensus consensus = EstimateTruth(3, {6, 0, 0, 0, 0, 0, 0, 4});
  EXPECT_EQ(consensus.rounds, 1);
  EXPECT_DOUBLE_EQ(consensus.probability[0b111], 1);
  for (const Performance& rater : consensus.raters) {
    EXPECT_DOUBLE_EQ(*rater.sensitivity, 1);
    EXPECT_DOUBLE_EQ(*rater.specificity, 1);
  }
}

TEST(EstimateTruth, SaysNothingOfRatersWhereThereIsNothingToSay) {
  const Consensus empty = EstimateTruth(2, {9, 0, 0, 0});
  EXPECT_FALSE(empty.Holds(0b11) && empty.Holds(0));
  EXPECT_FALSE(empty.raters[0].sensitivity);
  EXPECT_DOUBLE_EQ(*empty.raters[0].specificity, 1);
  const Consensus full = EstimateTruth(2, {0, 0, 0, 9});
  EXPECT_TRUE(full.Holds(0b11));
  EXPECT_FALSE(full.raters[0].specificity);
  const Consensus nothing = EstimateTruth(2, {0, 0, 0, 0});
  EXPECT_FALSE(nothing.raters[0].sensitivity);
  EXPECT_FALSE(nothing.raters[0].specificity);
}

TEST(EstimateTruth, ARaterWhoMarksNothingFindsNothing) {
  const Consensus consensus = EstimateTruth(3, {90, 0, 0, 10, 0, 0, 0, 0});
  EXPECT_TRUE(consensus.Holds(0b011));
  EXPECT_NEAR(*consensus.raters[2].sensitivity, 0, 1e-9);
}

// The same estimation over single voxels, in another form, as an ITK filter has it.
std::vector<double> VoxelByVoxel(size_t raters, const std::vector<size_t>& voxels) {
  std::vector<double> weights;
  for (const size_t voxel : voxels) {
    weights.push_back(static_cast<double>(__builtin_popcountll(voxel)) /
                      static_cast<double>(raters));
  }
  double prior = 0;
  for (const double weight : weights) prior += weight / static_cast<double>(voxels.size());
  for (int round = 0; round < 2000; ++round) {
    std::vector<double> next(voxels.size(), prior);
    std::vector<double> against(voxels.size(), 1 - prior);
    for (size_t rater = 0; rater < raters; ++rater) {
      double p = 0, q = 0, in = 0, out = 0;
      for (size_t i = 0; i < voxels.size(); ++i) {
        const bool bit = (voxels[i] >> rater & 1U) != 0;
        in += weights[i];
        out += 1 - weights[i];
        p += bit ? weights[i] : 0;
        q += bit ? 0 : 1 - weights[i];
      }
      for (size_t i = 0; i < voxels.size(); ++i) {
        const bool bit = (voxels[i] >> rater & 1U) != 0;
        next[i] *= bit ? p / in : 1 - p / in;
        against[i] *= bit ? 1 - q / out : q / out;
      }
    }
    for (size_t i = 0; i < voxels.size(); ++i) weights[i] = next[i] / (next[i] + against[i]);
  }
  return weights;
}

TEST(EstimateTruth, IsTheEstimationVoxelByVoxel) {
  std::mt19937 random(11);
  for (size_t raters = 3; raters <= 5; ++raters) {
    std::vector<size_t> voxels;
    PatternCounts counts(size_t{1} << raters);
    for (int i = 0; i < 400; ++i) {
      const bool truth = random() % 4 == 0;
      size_t pattern = 0;
      for (size_t rater = 0; rater < raters; ++rater) {
        const bool errs = random() % 100 < 5 + 7 * rater;
        if (truth != errs) pattern |= size_t{1} << rater;
      }
      voxels.push_back(pattern);
      ++counts[pattern];
    }
    const Consensus consensus = EstimateTruth(raters, counts);
    const std::vector<double> expected = VoxelByVoxel(raters, voxels);
    for (size_t i = 0; i < voxels.size(); ++i) {
      ASSERT_NEAR(consensus.probability[voxels[i]], expected[i], 1e-5) << raters << " " << i;
    }
  }
}

TEST(EstimateTruth, PatternsMustFitTheRaters) {
  EXPECT_THROW(EstimateTruth(3, {1, 2}), std::invalid_argument);
  EXPECT_THROW(MajorityVote(0, {1}), std::invalid_argument);
  EXPECT_THROW(MajorityVote(9, PatternCounts(512)), std::invalid_argument);
}

TEST(DiceCoefficient, IsTwiceTheCommonPart) {
  EXPECT_DOUBLE_EQ(DiceCoefficient(8, 7, 7), 14.0 / 15);
  EXPECT_DOUBLE_EQ(DiceCoefficient(3, 4, 0), 0);
  EXPECT_DOUBLE_EQ(DiceCoefficient(0, 0, 0), 1);
}

}  // namespace
}  // namespace glossator::agreement
