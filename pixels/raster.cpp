// SPDX-License-Identifier: GPL-3.0-or-later
#include "pixels/raster.h"

#include <algorithm>
#include <array>

#include "dicom/error.h"

namespace glossator::pixels {
namespace {

void RequireSize(std::string_view frame, const Format& format) {
  if (frame.size() < format.frame_bytes()) {
    throw Error(ErrorKind::kInvalid, "a frame is shorter than its rows and columns");
  }
}

uint16_t Sample(const char* at, size_t bytes) {
  const auto low = static_cast<uint8_t>(at[0]);
  return bytes == 1 ? low : static_cast<uint16_t>(low | static_cast<uint8_t>(at[1]) << 8);
}

void PutSample(char* at, size_t bytes, uint16_t value) {
  at[0] = static_cast<char>(value);
  if (bytes == 2) at[1] = static_cast<char>(value >> 8);
}

bool IsYbr(Photometric photometric) { return photometric >= Photometric::kYbrFull; }

// Only the stored bits count; what stands above them may be anything.
int32_t SignedValue(uint16_t raw, uint32_t bits) {
  const uint32_t shift = 32 - bits;
  return static_cast<int32_t>(static_cast<uint32_t>(raw) << shift) >> shift;
}

// As it is stored, so that bits above the stored ones are as the frame has them.
uint16_t SmallestSigned(const std::string& frame, const Format& format) {
  const size_t step = format.sample_bytes();
  uint16_t smallest = Sample(frame.data(), step);
  for (size_t i = 1; i < format.pixels(); ++i) {
    const uint16_t raw = Sample(frame.data() + i * step, step);
    if (SignedValue(raw, format.bits_stored) < SignedValue(smallest, format.bits_stored)) {
      smallest = raw;
    }
  }
  return smallest;
}

uint16_t EmptyGray(const std::string& frame, const Format& format) {
  const bool inverse = format.photometric == Photometric::kMonochrome1;
  const uint32_t bits = format.bits_stored - (format.is_signed ? 1 : 0);
  if (inverse) return static_cast<uint16_t>((1u << bits) - 1);
  return format.is_signed ? SmallestSigned(frame, format) : 0;
}

std::array<uint16_t, 3> EmptyColor(const std::string& frame, const Format& format) {
  if (format.samples == 1) return {EmptyGray(frame, format), 0, 0};
  const auto middle = static_cast<uint16_t>(1u << (format.bits_stored - 1));
  return IsYbr(format.photometric) ? std::array<uint16_t, 3>{0, middle, middle}
                                   : std::array<uint16_t, 3>{0, 0, 0};
}

// Y1 Y2 Cb Cr for two pixels.
void Blank422(std::string& frame, const Format& format, const Rectangle& one) {
  const size_t bytes = format.sample_bytes();
  const auto middle = static_cast<uint16_t>(1u << (format.bits_stored - 1));
  const uint16_t empty[4] = {0, 0, middle, middle};
  const uint32_t first = one.x / 2, last = (static_cast<uint32_t>(one.right()) + 1) / 2;
  for (uint32_t y = one.y; y < one.bottom(); ++y) {
    for (uint32_t pair = first; pair < last; ++pair) {
      char* at = frame.data() + (size_t{y} * format.columns / 2 + pair) * 4 * bytes;
      for (size_t i = 0; i < 4; ++i) PutSample(at + i * bytes, bytes, empty[i]);
    }
  }
}

void BlankOne(std::string& frame, const Format& format, const Rectangle& one,
              const std::array<uint16_t, 3>& empty) {
  const size_t bytes = format.sample_bytes();
  const size_t next = format.planar ? format.pixels() : 1;   // sample of the same pixel
  const size_t stride = format.planar ? 1 : format.samples;  // pixel to pixel
  for (uint32_t y = one.y; y < one.bottom(); ++y) {
    for (uint32_t x = one.x; x < one.right(); ++x) {
      const size_t pixel = (size_t{y} * format.columns + x) * stride;
      for (size_t sample = 0; sample < format.samples; ++sample) {
        PutSample(frame.data() + (pixel + sample * next) * bytes, bytes, empty[sample]);
      }
    }
  }
}

Gray GrayOf422(std::string_view frame, const Format& format, Gray gray) {
  const size_t bytes = format.sample_bytes();
  for (size_t i = 0; i < format.pixels(); ++i) {
    gray.values[i] = Sample(frame.data() + ((i / 2) * 4 + i % 2) * bytes, bytes);
  }
  return gray;
}

uint16_t Luma(const std::array<uint32_t, 3>& color) {
  return static_cast<uint16_t>((color[0] * 299 + color[1] * 587 + color[2] * 114) / 1000);
}

}  // namespace

void Blank(std::string& frame, const Format& format, std::span<const Rectangle> rectangles) {
  RequireSize(frame, format);
  const auto empty = EmptyColor(frame, format);
  for (const Rectangle& one : Clip(rectangles, format.columns, format.rows)) {
    if (format.photometric == Photometric::kYbrFull422) {
      Blank422(frame, format, one);
    } else {
      BlankOne(frame, format, one, empty);
    }
  }
}

Gray Brightness(std::string_view frame, const Format& format) {
  RequireSize(frame, format);
  Gray gray{format.columns, format.rows, std::vector<uint16_t>(format.pixels())};
  if (format.photometric == Photometric::kYbrFull422) {
    return GrayOf422(frame, format, std::move(gray));
  }
  const size_t bytes = format.sample_bytes();
  const size_t next = format.planar ? format.pixels() : 1;
  const size_t stride = format.planar ? 1 : format.samples;
  const uint32_t mask = (1u << format.bits_stored) - 1;
  const uint32_t flip = format.is_signed ? 1u << (format.bits_stored - 1) : 0;
  for (size_t i = 0; i < format.pixels(); ++i) {
    const char* at = frame.data() + i * stride * bytes;
    if (format.photometric == Photometric::kRgb) {
      std::array<uint32_t, 3> color{};
      for (size_t c = 0; c < 3; ++c) color[c] = Sample(at + c * next * bytes, bytes) & mask;
      gray.values[i] = Luma(color);
    } else {
      gray.values[i] = static_cast<uint16_t>((Sample(at, bytes) & mask) ^ flip);
    }
  }
  return gray;
}

}  // namespace glossator::pixels
