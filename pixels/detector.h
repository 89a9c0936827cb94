// SPDX-License-Identifier: GPL-3.0-or-later
// Where text is burned into an image: small figures of one brightness, in lines.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pixels/raster.h"

namespace glossator::pixels {

// Boxes around text of about 8 to 40 pixels height, with a margin; `bits` are those stored.
// Nothing is looked for inside `ignored`. Throws Error{kUnsupported} for a picture whose contours
// cannot be told from text.
std::vector<Rectangle> FindText(const Gray& gray, uint32_t bits,
                                std::span<const Rectangle> ignored = {});

}  // namespace glossator::pixels
