// SPDX-License-Identifier: GPL-3.0-or-later
// Single frames in the lossless compressions that segmentations may have (PS3.5 8.2, A.4).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "seg/encode.h"

namespace glossator::seg {

struct FrameShape {
  uint32_t rows = 0;
  uint32_t columns = 0;
  unsigned bits = 8;  // allocated: 1, 8 or 16

  size_t bytes() const { return (size_t{rows} * columns * bits + 7) / 8; }
};

// `native`: shape.bytes() bytes, little endian. Throws kInternal when the compression cannot hold
// such pixels (the encoder asks before).
std::string CompressFrame(std::string_view native, const FrameShape& shape,
                          Compression compression);

// What a transfer syntax UID says; kNone for every other one.
Compression CompressionOf(std::string_view transfer_syntax_uid);
// Exactly shape.bytes() bytes, else kInvalid. Safe with any bytes.
std::string DecompressFrame(std::string_view fragment, const FrameShape& shape,
                            Compression compression);

}  // namespace glossator::seg
