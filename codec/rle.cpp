// SPDX-License-Identifier: GPL-3.0-or-later
// PS3.5 Annex G: one PackBits segment for each byte plane, the most significant first.
#include <algorithm>

#include "codec/codec.h"
#include "dicom/error.h"

namespace glossator::codec {
namespace {

constexpr size_t kHeaderBytes = 64;
constexpr size_t kSegmentsMax = 15;
constexpr size_t kRunMax = 128;

uint32_t Word(std::string_view bytes, size_t at) {
  uint32_t value = 0;
  for (size_t i = 4; i > 0; --i) value = value << 8 | static_cast<uint8_t>(bytes[at + i - 1]);
  return value;
}

void PutWord(std::string& out, size_t at, size_t value) {
  for (size_t i = 0; i < 4; ++i) out[at + i] = static_cast<char>(value >> (8 * i));
}

// G.3.2, into every `stride`th byte.
void Unpack(std::string_view segment, char* out, size_t count, size_t stride) {
  size_t done = 0;
  for (size_t at = 0; at < segment.size() && done < count;) {
    const int control = static_cast<signed char>(segment[at++]);
    if (control == -128) continue;
    const size_t run = std::min<size_t>(control >= 0 ? control + 1 : 1 - control, count - done);
    if (at + (control >= 0 ? run : 1) > segment.size()) break;
    for (size_t i = 0; i < run; ++i) out[(done + i) * stride] = segment[control >= 0 ? at + i : at];
    at += control >= 0 ? run : 1;
    done += run;
  }
  if (done < count) throw Error(ErrorKind::kInvalid, "an RLE segment ends too early");
}

size_t RunAt(std::string_view row, size_t at) {
  const size_t end = std::min(row.size(), at + kRunMax);
  size_t next = at + 1;
  while (next < end && row[next] == row[at]) ++next;
  return next - at;
}

// G.3.1: runs do not go beyond a row.
void PackRow(std::string_view row, std::string& out) {
  for (size_t at = 0; at < row.size();) {
    const size_t run = RunAt(row, at);
    if (run > 1) {
      out += static_cast<char>(1 - static_cast<int>(run));
      out += row[at];
      at += run;
      continue;
    }
    size_t end = at + 1;
    while (end < row.size() && end - at < kRunMax && RunAt(row, end) < 3) ++end;
    out += static_cast<char>(end - at - 1);
    out += row.substr(at, end - at);
    at = end;
  }
}

// Where in the raster the bytes of a segment stand: sample after sample, high byte first.
size_t FirstByte(const Format& format, size_t segment) {
  const size_t bytes = format.sample_bytes();
  return segment / bytes * bytes + (bytes - 1 - segment % bytes);
}

}  // namespace

Raster DecodeRle(std::string_view frame, const Format& format) {
  const size_t segments = format.samples * format.sample_bytes();
  if (format.photometric == Photometric::kYbrFull422) {
    throw Error(ErrorKind::kUnsupported, "RLE with halved colors");
  }
  if (frame.size() < kHeaderBytes || Word(frame, 0) != segments || segments > kSegmentsMax) {
    throw Error(ErrorKind::kInvalid, "an RLE header with another number of segments");
  }
  Raster raster{format, std::string(format.frame_bytes(), '\0')};
  raster.format.planar = false;
  for (size_t i = 0; i < segments; ++i) {
    const size_t first = Word(frame, 4 * (i + 1));
    const size_t next = i + 1 < segments ? Word(frame, 4 * (i + 2)) : frame.size();
    if (first < kHeaderBytes || first > next || next > frame.size()) {
      throw Error(ErrorKind::kInvalid, "an RLE header with a wrong offset");
    }
    Unpack(frame.substr(first, next - first), raster.bytes.data() + FirstByte(format, i),
           format.pixels(), segments);
  }
  return raster;
}

std::string EncodeRle(const Raster& raster, std::string_view) {
  const Format& format = raster.format;
  const size_t segments = format.samples * format.sample_bytes();
  std::string out(kHeaderBytes, '\0');
  PutWord(out, 0, segments);
  std::string row(format.columns, '\0');
  for (size_t i = 0; i < segments; ++i) {
    PutWord(out, 4 * (i + 1), out.size());
    const char* plane = raster.bytes.data() + FirstByte(format, i);
    for (size_t y = 0; y < format.rows; ++y) {
      for (size_t x = 0; x < format.columns; ++x) {
        row[x] = plane[(y * format.columns + x) * segments];
      }
      PackRow(row, out);
    }
    if (out.size() % 2 != 0) out += '\0';
  }
  return out;
}

}  // namespace glossator::codec
