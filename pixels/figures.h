// SPDX-License-Identifier: GPL-3.0-or-later
// Connected pixels of exactly one value that stand out from what is around them.
#pragma once

#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "pixels/raster.h"

namespace glossator::pixels {

struct Figure {
  uint16_t value = 0;
  uint32_t left = 0, top = 0, right = 0, bottom = 0;  // right and bottom are behind the last pixel
  uint32_t pixels = 0;
  uint32_t runs = 0;  // horizontal ones
};

// Those of a letter's size or a part of one: at least 2 pixels, no larger than 96 x 48. Pixels
// inside `ignored` belong to none.
std::vector<Figure> FindFigures(const Gray& gray, std::span<const Rectangle> ignored);

// Disjoint sets of 0..size-1.
class Sets {
 public:
  explicit Sets(size_t size) : parents_(size) { std::iota(parents_.begin(), parents_.end(), 0u); }
  size_t Add() {
    parents_.push_back(static_cast<uint32_t>(parents_.size()));
    return parents_.size() - 1;
  }
  size_t Find(size_t one) {
    while (parents_[one] != one) one = parents_[one] = parents_[parents_[one]];
    return one;
  }
  void Join(size_t one, size_t other) { parents_[Find(other)] = static_cast<uint32_t>(Find(one)); }

 private:
  std::vector<uint32_t> parents_;
};

}  // namespace glossator::pixels
