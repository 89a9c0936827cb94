// SPDX-License-Identifier: GPL-3.0-or-later
// How the pixels of one frame lie in memory (PS3.3 C.7.6.3, PS3.5 8.1), and rectangles on them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dicom/data_set.h"

namespace glossator::pixels {

enum class Photometric : uint8_t {
  kMonochrome1,
  kMonochrome2,
  kPalette,
  kRgb,
  kYbrFull,
  kYbrFull422,
  kYbrIct,
  kYbrRct,
};

// 8 or 16 bits allocated, 1 or 3 samples; `planar` is Planar Configuration 1 (one color after the
// other), which only native frames and RLE know.
struct Format {
  uint32_t rows = 0;
  uint32_t columns = 0;
  uint32_t samples = 1;
  uint32_t bits_allocated = 8;
  uint32_t bits_stored = 8;
  bool is_signed = false;
  bool planar = false;
  Photometric photometric = Photometric::kMonochrome2;

  bool operator==(const Format&) const = default;
  size_t sample_bytes() const { return bits_allocated / 8; }
  size_t pixels() const { return size_t{rows} * columns; }
  // Of one native frame; YBR_FULL_422 has two samples a pixel (C.7.6.3.1.2).
  size_t frame_bytes() const {
    return pixels() * sample_bytes() * (photometric == Photometric::kYbrFull422 ? 2 : samples);
  }
};

inline constexpr uint64_t kFrameBytesMax = uint64_t{256} << 20;

// nullopt when the attributes are missing, contradict each other, or ask for more than is handled.
std::optional<Format> FormatOf(const dicom::DataSet& head);
// What FormatOf asks of numbers that came another way. Includes the bound on a frame's size.
bool IsHandled(const Format& format);

// In pixels of the frame, from the upper left corner; may reach beyond the frame.
struct Rectangle {
  uint32_t x = 0;
  uint32_t y = 0;
  uint32_t width = 0;
  uint32_t height = 0;

  bool operator==(const Rectangle&) const = default;
  uint64_t right() const { return uint64_t{x} + width; }
  uint64_t bottom() const { return uint64_t{y} + height; }
};

// The parts inside the frame; empty ones fall away.
std::vector<Rectangle> Clip(std::span<const Rectangle> rectangles, uint32_t columns, uint32_t rows);
// What of the frame is in none of `kept`, as rectangles that do not overlap.
std::vector<Rectangle> Outside(std::span<const Rectangle> kept, uint32_t columns, uint32_t rows);
// The pixels that at least one covers.
uint64_t Area(std::span<const Rectangle> rectangles, uint32_t columns, uint32_t rows);

}  // namespace glossator::pixels
