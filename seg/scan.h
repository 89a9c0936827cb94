// SPDX-License-Identifier: GPL-3.0-or-later
// One pass over the labels: which segment is in which frame, and in which rows.
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "seg/description.h"
#include "seg/labels.h"

namespace glossator::seg {

struct Extent {
  uint32_t segment = 0;  // index into Description::segments
  uint32_t first_row = 0;
  uint32_t last_row = 0;
};

class Scanner {
 public:
  explicit Scanner(const Description& description);

  // Segments of one frame, by index.
  std::vector<Extent> Scan(const LabelVolume& labels, uint32_t frame);
  // Labels seen so far that the description does not know.
  const std::set<uint16_t>& unknown() const { return unknown_; }

 private:
  template <class Value>
  void ScanRows(const Value* values, uint32_t rows, uint32_t columns);
  void Mark(uint16_t label, uint32_t row);

  std::vector<uint32_t> segment_of_;  // by label; kBackground, kUnknown or an index
  std::vector<uint32_t> slot_;        // by segment: place in found_, or kNone
  std::vector<Extent> found_;
  std::set<uint16_t> unknown_;
};

}  // namespace glossator::seg
