// SPDX-License-Identifier: GPL-3.0-or-later
// 12-bit DCT JPEG, written here block by block: nothing that Debian 12 has for tests writes it.
#include <gtest/gtest.h>

#include "codec/codec.h"
#include "codec/huffman.h"
#include "dicom/error.h"

namespace glossator::codec {
namespace {

constexpr int32_t kStep = 4;

Format Twelve(uint32_t rows, uint32_t columns) {
  Format format;
  format.rows = rows;
  format.columns = columns;
  format.samples = 1;
  format.bits_allocated = 16;
  format.bits_stored = 12;
  format.photometric = Photometric::kMonochrome2;
  return format;
}

std::string Segment(int marker, const std::string& content) {
  const size_t size = content.size() + 2;
  return std::string{'\xFF', static_cast<char>(marker), static_cast<char>(size >> 8),
                     static_cast<char>(size)} +
         content;
}

// Codes 00 and 01 for two values of two bits; the rest stays unused.
std::string Table(char what, const std::string& values) {
  std::string counts(16, '\0');
  counts[1] = static_cast<char>(values.size());
  return Segment(0xC4, what + counts + values);
}

// A picture 16 x 8 x `lines` of flat blocks of these values; each block's difference has 12 bits
// or is nothing. The third and later blocks begin new restart intervals when `interval` is 2.
std::string Frame(const std::vector<int32_t>& values, uint32_t rows, int interval = 0) {
  std::string out = "\xFF\xD8" + Segment(0xDB, '\0' + std::string(64, kStep)) +
                    Segment(0xC1, std::string("\x0C\0", 2) + static_cast<char>(rows) +
                                      std::string("\0\x10\1\1\x11\0", 6)) +
                    Table('\0', std::string("\0\x0C", 2)) + Table('\x10', std::string(1, '\0'));
  if (interval > 0) out += Segment(0xDD, std::string{'\0', static_cast<char>(interval)});
  out += Segment(0xDA, std::string("\1\1\0\0\x3F\0", 6));
  BitWriter bits(out);
  int32_t before = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    if (interval > 0 && i > 0 && i % static_cast<size_t>(interval) == 0) {
      bits.Flush();
      out += {'\xFF', '\xD0'};
      before = 0;
    }
    const int32_t level = (values[i] - 2048) * 8 / kStep;
    const int32_t difference = level - before;
    before = level;
    bits.Put(difference == 0 ? 0 : 1, 2);
    if (difference != 0) {
      bits.Put(static_cast<uint32_t>(difference < 0 ? difference - 1 : difference), 12);
    }
    bits.Put(0, 2);
  }
  bits.Flush();
  return out + "\xFF\xD9";
}

uint32_t At(const Raster& raster, uint32_t x, uint32_t y) {
  const size_t at = 2 * (size_t{y} * raster.format.columns + x);
  return static_cast<uint8_t>(raster.bytes[at]) | static_cast<uint8_t>(raster.bytes[at + 1]) << 8;
}

TEST(Jpeg12, ReadsEveryBlockOfItsValue) {
  const auto format = Twelve(8, 16);
  const Raster raster = DecodeJpegExtended(Frame({700, 700}, 8), format);
  EXPECT_EQ(At(raster, 0, 0), 700u);
  EXPECT_EQ(At(raster, 15, 7), 700u);
  const Raster intervals = DecodeJpegExtended(Frame({700, 700, 900, 900}, 16, 2), Twelve(16, 16));
  EXPECT_EQ(At(intervals, 3, 7), 700u);
  EXPECT_EQ(At(intervals, 3, 8), 900u);
}

TEST(Jpeg12, BlanksTheBlocksUnderARectangleAndNoOther) {
  const std::vector<Rectangle> blank{{9, 1, 3, 2}};
  for (const int interval : {0, 2}) {
    const auto frame = Frame({700, 700, 900, 900}, 16, interval == 0 ? 2 : interval);
    for (const auto photometric : {Photometric::kMonochrome2, Photometric::kMonochrome1}) {
      Format format = Twelve(16, 16);
      format.photometric = photometric;
      const Raster raster = DecodeJpegExtended(BlankJpegExtended(frame, format, blank), format);
      const bool inverse = photometric == Photometric::kMonochrome1;
      EXPECT_EQ(At(raster, 8, 0), inverse ? 4095u : 0u);
      EXPECT_EQ(At(raster, 15, 7), inverse ? 4095u : 0u);
      EXPECT_EQ(At(raster, 7, 0), 700u);
      EXPECT_EQ(At(raster, 8, 8), 900u);
    }
  }
}

TEST(Jpeg12, RefusesAnotherSizeAndWhatIsCut) {
  const auto frame = Frame({700, 700}, 8);
  EXPECT_THROW(DecodeJpegExtended(frame, Twelve(9, 16)), Error);
  for (size_t size = 0; size + 4 < frame.size(); ++size) {
    EXPECT_THROW(DecodeJpegExtended(frame.substr(0, size), Twelve(8, 16)), Error) << size;
  }
}

}  // namespace
}  // namespace glossator::codec
