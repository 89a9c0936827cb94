// SPDX-License-Identifier: GPL-3.0-or-later
// The functional groups of a frame straight from bytes: what FrameReader says of a data set,
// without making one. An object has thousands of these items, and they are most of its header.
#pragma once

#include <string_view>

#include "seg/frame_reader.h"

namespace glossator::seg {

class FrameBytes {
 public:
  FrameBytes(const FrameReader& general, bool implicit_vr)
      : general_(general), implicit_vr_(implicit_vr) {}

  // One item of the Per-frame Functional Groups Sequence, little endian. Throws kInvalid.
  SegmentationFrame Of(std::string_view item) const;

 private:
  const FrameReader& general_;
  bool implicit_vr_;
};

}  // namespace glossator::seg
