// SPDX-License-Identifier: GPL-3.0-or-later
// A segmentation as a volume file, frame by frame.
#pragma once

#include <filesystem>

#include "seg/frame_decoder.h"
#include "seg/volume_file.h"

namespace glossator::seg {

struct Written {
  VolumeShape shape;
  bool even = true;  // as WriteVolume says
};

// One layer of labels; or, when segments overlap or are fractions, a layer per segment. A slide
// becomes one image of its whole matrix. `probability`: fractions as 32-bit floats from 0 to 1.
Written WriteDecoded(FrameDecoder& decoder, const Source& grid, const std::filesystem::path& path,
                     bool probability);

}  // namespace glossator::seg
