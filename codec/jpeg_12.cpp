// SPDX-License-Identifier: GPL-3.0-or-later
// Sequential DCT JPEG of 12 bits, one component: process 4 of ISO 10918-1 (Annex F), which
// Debian 12's libjpeg does not read. Blanking changes coefficients, so that every block which no
// rectangle touches keeps its values.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <numbers>
#include <optional>
#include <vector>

#include "codec/codec.h"
#include "codec/huffman.h"
#include "dicom/error.h"

namespace glossator::codec {
namespace {

constexpr uint8_t kSofSequential = 0xC1, kHuffman = 0xC4, kImageStart = 0xD8, kImageEnd = 0xD9;
constexpr uint8_t kScan = 0xDA, kQuantizer = 0xDB, kInterval = 0xDD;
constexpr uint32_t kBits = 12, kSide = 8, kBlock = 64, kSets = 4;
constexpr uint32_t kZeros16 = 0xF0;                   // 16 coefficients of zero (F.1.2.2.1)
constexpr uint32_t kDcSizeMax = 15, kAcSizeMax = 14;  // F.1.2.1.1, F.1.2.2.1 at 12 bits

// Figure A.6: the place in the block of each coefficient of the stream.
constexpr std::array<uint8_t, kBlock> kZigZag{
    0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48,
    41, 34, 27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23,
    30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63};

constexpr int32_t kMiddle = 1 << (kBits - 1);  // A.3.1

using Block = std::array<int32_t, kBlock>;  // in the order of the stream

Error Broken12() { return Error(ErrorKind::kInvalid, "the 12-bit JPEG codestream cannot be read"); }
Error NotHandled() {
  return Error(ErrorKind::kUnsupported, "JPEG of another process than sequential of 12 bits");
}

struct Extended {
  uint32_t rows = 0, columns = 0, interval = 0;
  uint32_t quantizer = 0, dc_table = 0, ac_table = 0;
  std::array<std::optional<std::array<uint16_t, kBlock>>, kSets> quantizers;
  std::array<std::optional<HuffmanSpec>, 2 * kSets> tables;  // DC, then AC
  std::string kept;  // the segments in front of the scan but for Huffman tables
  std::string scan;  // the segment of the scan, with its marker
  size_t data = 0;   // where the entropy-coded bytes begin

  uint32_t wide() const { return (columns + kSide - 1) / kSide; }
  uint32_t high() const { return (rows + kSide - 1) / kSide; }
};

// B.2: markers and their segments up to the scan.
class SegmentReader {
 public:
  explicit SegmentReader(std::string_view frame) : frame_(frame) {}

  Extended Read() {
    if (Marker() != kImageStart) throw Broken12();
    while (true) {
      const size_t start = at_;
      const uint8_t marker = Marker();
      end_ = at_ + Word(at_);
      if (end_ < at_ + 2 || end_ > frame_.size()) throw Broken12();
      at_ += 2;
      if (marker == kScan) return Scan(start);
      Segment(marker);
      if (marker != kHuffman) head_.kept += frame_.substr(start, end_ - start);
      at_ = end_;
    }
  }

 private:
  uint32_t Byte(size_t at) const {
    if (at >= frame_.size()) throw Broken12();
    return static_cast<uint8_t>(frame_[at]);
  }
  uint32_t Word(size_t at) const { return Byte(at) << 8 | Byte(at + 1); }
  uint8_t Marker() {
    if (Byte(at_) != 0xFF) throw Broken12();
    while (Byte(at_) == 0xFF) ++at_;
    return static_cast<uint8_t>(Byte(at_++));
  }

  void Segment(uint8_t marker) {
    if (marker == kSofSequential) return Frame();
    if (marker == kHuffman) return Tables();
    if (marker == kQuantizer) return Quantizers();
    if (marker == kInterval) head_.interval = Word(at_);
    if (marker >= 0xC0 && marker <= 0xCF) throw NotHandled();
  }

  void Frame() {
    if (Byte(at_) != kBits || Byte(at_ + 5) != 1) throw NotHandled();
    head_.rows = Word(at_ + 1);
    head_.columns = Word(at_ + 3);
    head_.quantizer = Byte(at_ + 8);
    if (head_.rows == 0 || head_.columns == 0 || head_.quantizer >= kSets) throw Broken12();
  }

  void Quantizers() {
    while (at_ < end_) {
      const uint32_t what = Byte(at_++), size = what >> 4 == 0 ? 1 : 2;
      if ((what & 15) >= kSets || what >> 4 > 1 || at_ + kBlock * size > end_) throw Broken12();
      auto& steps = head_.quantizers[what & 15].emplace();
      for (uint16_t& step : steps) {
        step = static_cast<uint16_t>(size == 1 ? Byte(at_) : Word(at_));
        if (step == 0) throw Broken12();
        at_ += size;
      }
    }
  }

  void Tables() {
    while (at_ < end_) {
      const uint32_t what = Byte(at_++);
      if ((what & 15) >= kSets || what >> 4 > 1) throw Broken12();
      const auto spec = ReadSpec(frame_.substr(at_, end_ - at_));
      if (!spec) throw Broken12();
      at_ += spec->size();
      head_.tables[(what >> 4) * kSets + (what & 15)] = spec;
    }
  }

  Extended Scan(size_t start) {
    const uint32_t tables = Byte(at_ + 2);
    head_.dc_table = tables >> 4;
    head_.ac_table = tables & 15;
    if (Byte(at_) != 1) throw NotHandled();
    // Some write another end of the spectral band than 63, which a sequential scan has in any case.
    if (head_.rows == 0 || head_.dc_table >= kSets || head_.ac_table >= kSets) throw Broken12();
    if (!head_.tables[head_.dc_table] || !head_.tables[kSets + head_.ac_table] ||
        !head_.quantizers[head_.quantizer]) {
      throw Broken12();
    }
    head_.scan = frame_.substr(start, end_ - start);
    head_.data = end_;
    return head_;
  }

  std::string_view frame_;
  size_t at_ = 0;
  size_t end_ = 0;
  Extended head_;
};

void ReadAc(BitReader& bits, const HuffmanDecoder& decoder, Block& block) {
  for (uint32_t k = 1; k < kBlock; ++k) {
    const uint32_t symbol = bits.Symbol(decoder), size = symbol & 15;
    if (size == 0 && symbol != kZeros16) return;  // end of block
    k += symbol >> 4;
    if (size == 0) continue;
    if (k >= kBlock || size > kAcSizeMax) throw Broken12();
    block[k] = bits.Value(size);
  }
}

std::vector<Block> ReadBlocks(const Extended& head, std::string_view frame) {
  const HuffmanDecoder dc(*head.tables[head.dc_table]), ac(*head.tables[kSets + head.ac_table]);
  BitReader bits(frame.substr(head.data));
  std::vector<Block> blocks(size_t{head.wide()} * head.high(), Block{});
  int32_t before = 0;
  for (size_t i = 0; i < blocks.size(); ++i) {
    if (head.interval > 0 && i > 0 && i % head.interval == 0) {
      bits.Restart();
      before = 0;
    }
    const uint32_t size = bits.Symbol(dc);
    if (size > kDcSizeMax) throw Broken12();
    before += bits.Value(size);
    if (std::abs(before) > 1 << kDcSizeMax) throw Broken12();
    blocks[i][0] = before;
    ReadAc(bits, ac, blocks[i]);
  }
  return blocks;
}

// Calls take(is AC, symbol, value) for all that the stream holds, in its order,
// and restart(number) in between (F.1.2).
template <class Take, class Restart>
void ForEachSymbol(const std::vector<Block>& blocks, uint32_t interval, Take&& take,
                   Restart&& restart) {
  int32_t before = 0;
  for (size_t i = 0; i < blocks.size(); ++i) {
    if (interval > 0 && i > 0 && i % interval == 0) {
      restart(i / interval - 1);
      before = 0;
    }
    const int32_t difference = blocks[i][0] - before;
    before = blocks[i][0];
    take(false, SizeOf(difference), difference);
    uint32_t zeros = 0;
    for (uint32_t k = 1; k < kBlock; ++k) {
      const int32_t value = blocks[i][k];
      if (value == 0) {
        ++zeros;
        continue;
      }
      for (; zeros > 15; zeros -= 16) take(true, kZeros16, 0);
      take(true, zeros << 4 | SizeOf(value), value);
      zeros = 0;
    }
    if (zeros > 0) take(true, 0, 0);
  }
}

// With the best tables: the old ones may lack a code for what is new.
std::string WriteBlocks(const Extended& head, const std::vector<Block>& blocks) {
  std::array<std::array<uint64_t, 256>, 2> frequencies{};
  ForEachSymbol(
      blocks, head.interval, [&](bool ac, uint32_t symbol, int32_t) { ++frequencies[ac][symbol]; },
      [](size_t) {});
  const HuffmanSpec dc = BestCode(frequencies[0]), ac = BestCode(frequencies[1]);
  std::string out = {'\xFF', static_cast<char>(kImageStart)};
  out += head.kept;
  PutSpec(out, head.dc_table, dc);
  PutSpec(out, 0x10 | head.ac_table, ac);
  out += head.scan;
  const std::array<HuffmanEncoder, 2> encoders{HuffmanEncoder(dc), HuffmanEncoder(ac)};
  BitWriter bits(out);
  ForEachSymbol(
      blocks, head.interval,
      [&](bool is_ac, uint32_t symbol, int32_t value) {
        bits.Put(encoders[is_ac].code[symbol], encoders[is_ac].length[symbol]);
        bits.PutValue(value);
      },
      [&](size_t number) {
        bits.Flush();
        out += {'\xFF', static_cast<char>(0xD0 | (number & 7))};
      });
  bits.Flush();
  return out + '\xFF' + static_cast<char>(kImageEnd);
}

using Plane = std::array<double, kBlock>;

// A.3.3, with the factors of both directions in the table: [frequency][place].
const Plane& Waves() {
  static const Plane waves = [] {
    Plane made;
    for (uint32_t u = 0; u < kSide; ++u) {
      const double scale = u == 0 ? std::sqrt(0.125) : 0.5;
      for (uint32_t x = 0; x < kSide; ++x) {
        made[u * kSide + x] = scale * std::cos((2 * x + 1) * u * std::numbers::pi / 16);
      }
    }
    return made;
  }();
  return waves;
}

// Rows become columns; twice is the whole inverse transform.
Plane Inverse(const Plane& in) {
  const Plane& waves = Waves();
  Plane out{};
  for (uint32_t row = 0; row < kSide; ++row) {
    for (uint32_t u = 0; u < kSide; ++u) {
      const double value = in[row * kSide + u];
      if (value == 0) continue;
      for (uint32_t x = 0; x < kSide; ++x) out[x * kSide + row] += value * waves[u * kSide + x];
    }
  }
  return out;
}

Plane Samples12(const Block& block, const std::array<uint16_t, kBlock>& steps) {
  Plane plane{};
  for (uint32_t k = 0; k < kBlock; ++k)
    plane[kZigZag[k]] = block[k] * static_cast<double>(steps[k]);
  return Inverse(Inverse(plane));
}

// A coder of 12 bits is used for 10 as well.
int32_t SampleMax(const Format& format) { return (1 << std::min(kBits, format.bits_stored)) - 1; }

void Paint(Raster& raster, const Plane& plane, uint32_t left, uint32_t top) {
  const double largest = SampleMax(raster.format);
  const uint32_t right = std::min(left + kSide, raster.format.columns);
  const uint32_t bottom = std::min(top + kSide, raster.format.rows);
  for (uint32_t y = top; y < bottom; ++y) {
    for (uint32_t x = left; x < right; ++x) {
      const double level = plane[(y - top) * kSide + x - left] + kMiddle;
      const auto value = static_cast<uint32_t>(std::lround(std::clamp(level, 0.0, largest)));
      const size_t at = 2 * (size_t{y} * raster.format.columns + x);
      raster.bytes[at] = static_cast<char>(value);
      raster.bytes[at + 1] = static_cast<char>(value >> 8);
    }
  }
}

Extended Opened12(std::string_view frame, const Format& format) {
  Extended head = SegmentReader(frame).Read();
  RequireSameSize(format, head.rows, head.columns, 1, kBits);
  return head;
}

Raster DecodeJpeg12(std::string_view frame, const Format& format) {
  const Extended head = Opened12(frame, format);
  const auto blocks = ReadBlocks(head, frame);
  Raster raster{format, std::string(2 * format.pixels(), '\0')};
  raster.format.bits_allocated = 16;
  for (size_t i = 0; i < blocks.size(); ++i) {
    const auto column = static_cast<uint32_t>(i % head.wide()),
               row = static_cast<uint32_t>(i / head.wide());
    Paint(raster, Samples12(blocks[i], *head.quantizers[head.quantizer]), column * kSide,
          row * kSide);
  }
  return raster;
}

std::string BlankJpeg12(std::string_view frame, const Format& format,
                        std::span<const Rectangle> rectangles) {
  const Extended head = Opened12(frame, format);
  auto blocks = ReadBlocks(head, frame);
  const int32_t sample = format.photometric == Photometric::kMonochrome1 ? SampleMax(format) : 0;
  const auto level = static_cast<double>((sample - kMiddle) * static_cast<int32_t>(kSide));
  const double step = (*head.quantizers[head.quantizer])[0];
  Block black{};
  black[0] = static_cast<int32_t>(std::floor(level / step));  // never above it
  for (const Rectangle& one : pixels::Clip(rectangles, format.columns, format.rows)) {
    for (uint32_t y = one.y / kSide; y * kSide < one.bottom(); ++y) {
      for (uint32_t x = one.x / kSide; x * kSide < one.right(); ++x) {
        blocks[size_t{y} * head.wide() + x] = black;
      }
    }
  }
  return WriteBlocks(head, blocks);
}

// B.2.2: the precision of the first frame header.
bool IsJpeg12(std::string_view frame) {
  for (size_t at = 2; at + 4 < frame.size();) {
    if (static_cast<uint8_t>(frame[at]) != 0xFF) return false;
    const auto marker = static_cast<uint8_t>(frame[at + 1]);
    if (marker == kSofSequential) return static_cast<uint8_t>(frame[at + 4]) == kBits;
    if (marker == kScan) return false;
    at += marker == 0xFF ? 1
                         : 2 + (static_cast<size_t>(static_cast<uint8_t>(frame[at + 2])) << 8 |
                                static_cast<uint8_t>(frame[at + 3]));
  }
  return false;
}

}  // namespace

Raster DecodeJpegExtended(std::string_view frame, const Format& format) {
  return IsJpeg12(frame) ? DecodeJpeg12(frame, format) : DecodeJpeg(frame, format);
}

std::string BlankJpegExtended(std::string_view frame, const Format& format,
                              std::span<const Rectangle> rectangles) {
  return IsJpeg12(frame) ? BlankJpeg12(frame, format, rectangles)
                         : BlankJpeg(frame, format, rectangles);
}

}  // namespace glossator::codec
