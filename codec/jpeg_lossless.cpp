// SPDX-License-Identifier: GPL-3.0-or-later
// Lossless JPEG with Huffman codes: process 14 of ISO 10918-1 (Annex H), 2 to 16 bits. libjpeg
// does not know it. A frame is written again with the predictor it had.
#include <array>
#include <optional>
#include <vector>

#include "codec/codec.h"
#include "codec/huffman.h"
#include "dicom/error.h"

namespace glossator::codec {
namespace {

constexpr uint8_t kSof3 = 0xC3, kDht = 0xC4, kSoi = 0xD8, kEoi = 0xD9, kSos = 0xDA, kDri = 0xDD;
constexpr size_t kTables = 4;

Error Damaged() {
  return Error(ErrorKind::kInvalid, "the lossless JPEG codestream cannot be read");
}

struct Header {
  uint32_t bits = 0, rows = 0, columns = 0, samples = 0;
  uint32_t predictor = 0, point_transform = 0, restart_interval = 0;
  std::array<uint8_t, 3> numbers{};  // component identifiers
  std::array<uint8_t, 3> table_of{};
  std::array<std::optional<HuffmanSpec>, kTables> tables;
  size_t data = 0;  // where the entropy-coded bytes begin
};

class Parser {
 public:
  explicit Parser(std::string_view frame) : frame_(frame) {}

  Header Parse() {
    if (Marker() != kSoi) throw Damaged();
    while (true) {
      const uint8_t marker = Marker();
      const size_t end = at_ + Word(at_);
      at_ += 2;
      if (end < at_ || end > frame_.size()) throw Damaged();
      if (marker == kSof3) Sof(end);
      if (marker == kDht) Dht(end);
      if (marker == kDri) header_.restart_interval = Word(at_);
      if (marker == kSos) return Sos(end);
      if (marker >= 0xC0 && marker <= 0xCF && marker != kSof3 && marker != kDht) {
        throw Error(ErrorKind::kUnsupported, "JPEG of another process than its syntax says");
      }
      at_ = end;
    }
  }

 private:
  uint32_t Byte(size_t at) const {
    if (at >= frame_.size()) throw Damaged();
    return static_cast<uint8_t>(frame_[at]);
  }
  uint32_t Word(size_t at) const { return Byte(at) << 8 | Byte(at + 1); }
  uint8_t Marker() {
    if (Byte(at_) != 0xFF) throw Damaged();
    while (Byte(at_) == 0xFF) ++at_;
    return static_cast<uint8_t>(Byte(at_++));
  }

  void Sof(size_t end) {
    header_.bits = Byte(at_);
    header_.rows = Word(at_ + 1);
    header_.columns = Word(at_ + 3);
    header_.samples = Byte(at_ + 5);
    if (header_.samples < 1 || header_.samples > 3 || at_ + 6 + 3 * header_.samples > end) {
      throw Damaged();
    }
    for (size_t i = 0; i < header_.samples; ++i) {
      header_.numbers[i] = static_cast<uint8_t>(Byte(at_ + 6 + 3 * i));
      if (Byte(at_ + 7 + 3 * i) != 0x11) {
        throw Error(ErrorKind::kUnsupported, "lossless JPEG with subsampled components");
      }
    }
  }

  void Dht(size_t end) {
    while (at_ < end) {
      const uint32_t table = Byte(at_++);
      if (table >= kTables) throw Damaged();
      const auto spec = ReadSpec(frame_.substr(at_, end - at_));
      if (!spec) throw Damaged();
      at_ += spec->size();
      header_.tables[table] = spec;
    }
  }

  Header Sos(size_t end) {
    if (header_.samples == 0) throw Damaged();
    if (Byte(at_) != header_.samples) {
      throw Error(ErrorKind::kUnsupported, "lossless JPEG with a scan for each component");
    }
    for (size_t i = 0; i < header_.samples; ++i) {
      header_.table_of[i] = static_cast<uint8_t>(Byte(at_ + 2 + 2 * i) >> 4);
      if (header_.table_of[i] >= kTables || !header_.tables[header_.table_of[i]]) throw Damaged();
    }
    at_ += 1 + 2 * header_.samples;
    header_.predictor = Byte(at_);
    header_.point_transform = Byte(at_ + 2) & 0x0F;
    if (header_.predictor < 1 || header_.predictor > 7) throw Damaged();
    header_.data = end;
    return header_;
  }

  std::string_view frame_;
  size_t at_ = 0;
  Header header_;
};

// Two rows of one component.
struct Lines {
  std::vector<int32_t> above, row;
};

// Table H.1.
int32_t FromNeighbors(uint32_t predictor, int32_t a, int32_t b, int32_t c) {
  switch (predictor) {
    case 1:
      return a;
    case 2:
      return b;
    case 3:
      return c;
    case 4:
      return a + b - c;
    case 5:
      return a + ((b - c) >> 1);
    case 6:
      return b + ((a - c) >> 1);
    default:
      return (a + b) >> 1;
  }
}

// H.1.2.1: the first line (of each restart interval) goes by its left neighbor.
int32_t Predict(const Header& header, const Lines& lines, uint32_t x, bool first_line) {
  if (first_line && x == 0) return 1 << (header.bits - header.point_transform - 1);
  if (first_line) return lines.row[x - 1];
  if (x == 0) return lines.above[0];
  return FromNeighbors(header.predictor, lines.row[x - 1], lines.above[x], lines.above[x - 1]);
}

int32_t Difference(BitReader& bits, const HuffmanDecoder& decoder) {
  const uint32_t size = bits.Symbol(decoder);
  if (size == 16) return 32768;
  if (size > 16) throw Damaged();
  return bits.Value(size);
}

void PutSample(std::string& bytes, size_t index, size_t size, int32_t value) {
  bytes[index * size] = static_cast<char>(value);
  if (size == 2) bytes[index * size + 1] = static_cast<char>(value >> 8);
}

int32_t GetSample(const std::string& bytes, size_t index, size_t size) {
  const auto low = static_cast<uint8_t>(bytes[index * size]);
  return size == 1 ? low : low | static_cast<uint8_t>(bytes[index * size + 1]) << 8;
}

// Calls each(x, component, first line?) in the order of the stream, and restart() in between.
template <class Each, class Restart>
void Walk(const Header& header, std::vector<Lines>& lines, Each&& each, Restart&& restart) {
  uint64_t mcu = 0;
  bool first = true;
  for (uint32_t y = 0; y < header.rows; ++y) {
    for (uint32_t x = 0; x < header.columns; ++x, ++mcu) {
      if (header.restart_interval > 0 && mcu > 0 && mcu % header.restart_interval == 0) {
        restart();
        first = true;
      }
      for (uint32_t c = 0; c < header.samples; ++c) each(y, x, c, first);
    }
    first = false;
    for (Lines& one : lines) std::swap(one.above, one.row);
  }
}

std::vector<Lines> EmptyLines(const Header& header) {
  const std::vector<int32_t> line(header.columns);
  return std::vector<Lines>(header.samples, {line, line});
}

// A restart interval that ends inside a line would make "the line above" ambiguous (H.1.1).
void CheckIntervals(const Header& header) {
  if (header.restart_interval % header.columns != 0) {
    throw Error(ErrorKind::kUnsupported, "lossless JPEG with restarts inside a line");
  }
  if (header.point_transform >= header.bits || header.bits < 2 || header.bits > 16) throw Damaged();
}

// What the stream codes for each sample, modulo 2^16 (H.1.2.2).
template <class Take>
void ForEachDifference(const Header& header, const Raster& raster, Take&& take) {
  auto lines = EmptyLines(header);
  const size_t size = raster.format.sample_bytes();
  const int32_t mask = (1 << header.bits) - 1;
  Walk(
      header, lines,
      [&](uint32_t y, uint32_t x, uint32_t c, bool first) {
        const size_t index = (size_t{y} * header.columns + x) * header.samples + c;
        const int32_t value =
            (GetSample(raster.bytes, index, size) & mask) >> header.point_transform;
        const auto difference = static_cast<int16_t>(value - Predict(header, lines[c], x, first));
        lines[c].row[x] = value;
        take(difference);
      },
      [] {});
}

void PutWord(std::string& out, uint32_t value) {
  out += static_cast<char>(value >> 8);
  out += static_cast<char>(value);
}

void PutMarker(std::string& out, uint8_t marker) {
  out += static_cast<char>(0xFF);
  out += static_cast<char>(marker);
}

std::string Headers(const Header& header, const HuffmanSpec& spec) {
  std::string out;
  PutMarker(out, kSoi);
  PutMarker(out, kSof3);
  PutWord(out, 8 + 3 * header.samples);
  out += static_cast<char>(header.bits);
  PutWord(out, header.rows);
  PutWord(out, header.columns);
  out += static_cast<char>(header.samples);
  for (size_t i = 0; i < header.samples; ++i) {
    out += static_cast<char>(header.numbers[i]);
    out += '\x11';
    out += '\0';
  }
  PutSpec(out, 0, spec);
  PutMarker(out, kSos);
  PutWord(out, 6 + 2 * header.samples);
  out += static_cast<char>(header.samples);
  for (size_t i = 0; i < header.samples; ++i) {
    out += static_cast<char>(header.numbers[i]);
    out += '\0';
  }
  out += static_cast<char>(header.predictor);
  out += '\0';
  out += static_cast<char>(header.point_transform);
  return out;
}

}  // namespace

Raster DecodeJpegLossless(std::string_view frame, const Format& format) {
  const Header header = Parser(frame).Parse();
  RequireSameSize(format, header.rows, header.columns, header.samples, header.bits);
  CheckIntervals(header);
  std::vector<HuffmanDecoder> decoders;
  for (size_t c = 0; c < header.samples; ++c) {
    decoders.emplace_back(*header.tables[header.table_of[c]]);
  }
  Raster raster{format,
                std::string(format.pixels() * format.samples * format.sample_bytes(), '\0')};
  raster.format.planar = false;
  if (format.photometric == Photometric::kYbrFull422) {
    raster.format.photometric = Photometric::kYbrFull;
  }
  BitReader bits(frame.substr(header.data));
  auto lines = EmptyLines(header);
  const int32_t mask = 0xFFFF;
  Walk(
      header, lines,
      [&](uint32_t y, uint32_t x, uint32_t c, bool first) {
        const int32_t value =
            (Predict(header, lines[c], x, first) + Difference(bits, decoders[c])) & mask;
        lines[c].row[x] = value;
        PutSample(raster.bytes, (size_t{y} * header.columns + x) * header.samples + c,
                  format.sample_bytes(), value << header.point_transform);
      },
      [&] { bits.Restart(); });
  return raster;
}

std::string EncodeJpegLossless(const Raster& raster, std::string_view original) {
  Header header = Parser(original).Parse();
  header.restart_interval = 0;
  std::array<uint64_t, 256> frequencies{};
  ForEachDifference(header, raster, [&](int16_t difference) { ++frequencies[SizeOf(difference)]; });
  const HuffmanSpec spec = BestCode(frequencies);
  const HuffmanEncoder encoder(spec);
  std::string out = Headers(header, spec);
  BitWriter bits(out);
  ForEachDifference(header, raster, [&](int16_t difference) {
    const uint32_t size = SizeOf(difference);
    bits.Put(encoder.code[size], encoder.length[size]);
    if (size < 16) bits.PutValue(difference);
  });
  bits.Flush();
  PutMarker(out, kEoi);
  return out;
}

}  // namespace glossator::codec
