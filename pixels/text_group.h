// SPDX-License-Identifier: GPL-3.0-or-later
// Figures of one value side by side: whether they are text, and how far it reaches.
#pragma once

#include <algorithm>
#include <cstdint>

#include "pixels/figures.h"

namespace glossator::pixels {

struct Group {
  uint32_t left = UINT32_MAX, top = UINT32_MAX, right = 0, bottom = 0;
  uint32_t pixels = 0, runs = 0, figures = 0;

  void Add(const Figure& figure) {
    left = std::min(left, figure.left);
    top = std::min(top, figure.top);
    right = std::max(right, figure.right);
    bottom = std::max(bottom, figure.bottom);
    pixels += figure.pixels;
    runs += figure.runs;
    ++figures;
  }
  uint32_t width() const { return right - left; }
  uint32_t height() const { return bottom - top; }
};

// The size of letters, the width of strokes, and a value that is much rarer around them.
bool IsText(const Group& group, uint16_t value, const Gray& gray);

// Small letters with gray edges have the text's value here and there only: too few pixels for
// IsText, but all in one line and hardly one around it. The line is returned in `group`.
bool IsLineOfItsOwn(Group& group, uint16_t value, const Gray& gray);

// Gray edges leave some letters few pixels of the text's value, too few for figures. That value is
// rare around: where it stands beside the text it belongs to the text.
void Extend(Group& group, uint16_t value, const Gray& gray);

}  // namespace glossator::pixels
