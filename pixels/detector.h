// SPDX-License-Identifier: GPL-3.0-or-later
// Where text is burned into an image: small figures of one brightness, in lines.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pixels/raster.h"

namespace glossator::pixels {

// The frame after the one looked at, of the same size. Text that is burned in stays where it is.
struct Later {
  const Gray* frame = nullptr;  // nullptr: there is none
  uint16_t tolerance = 0;       // by how much a value may differ: compression with loss
};

// Boxes around text of about 8 to 40 pixels height, with a margin; `bits` are those stored.
// Nothing is looked for inside `ignored`. Throws Error{kUnsupported} for a picture whose contours
// cannot be told from text.
std::vector<Rectangle> FindText(const Gray& gray, uint32_t bits,
                                std::span<const Rectangle> ignored = {}, const Later& later = {});

}  // namespace glossator::pixels
