// SPDX-License-Identifier: GPL-3.0-or-later
// Reads the pixel anonymizer scripts of the RSNA Clinical Trial Processor: blocks of a condition in
// braces and the regions to blank, (left,top,width,height). docs/pixels.md tells what is taken.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pixels/rules.h"

namespace glossator::pixels {

struct CtpScript {
  Rules rules;
  // Blocks that say what our rules cannot, or that cannot be understood: "line 12: why".
  std::vector<std::string> left_out;
};

// Never throws for what a text can be. Texts are compared without regard to case also where the
// script asks for it: a rule then fits more, never less.
CtpScript ReadCtpScript(std::string_view text);

}  // namespace glossator::pixels
