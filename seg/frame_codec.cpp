// SPDX-License-Identifier: GPL-3.0-or-later
#include "seg/frame_codec.h"

#include <charls/charls.h>

#include <algorithm>
#include <cstring>

#include "dicom/error.h"
#include "seg/gzip.h"

namespace glossator::seg {
namespace {

[[noreturn]] void Invalid(const char* text) {
  throw Error(ErrorKind::kInvalid, std::string("segmentation: ") + text);
}

uint32_t Number32(std::string_view bytes, size_t at) {
  uint32_t number = 0;
  if (at + 4 <= bytes.size()) std::memcpy(&number, bytes.data() + at, 4);
  return number;
}

// One PackBits segment (PS3.5 G.3.1) to every `stride`-th byte from `first`.
void UnpackSegment(std::string_view packed, std::string& frame, size_t first, size_t stride) {
  size_t out = first;
  const auto put = [&](char byte) {
    if (out < frame.size()) frame[out] = byte;
    out += stride;
  };
  for (size_t i = 0; i < packed.size() && out < frame.size();) {
    const int count = static_cast<signed char>(packed[i++]);
    if (count >= 0) {
      for (int k = 0; k <= count && i < packed.size(); ++k) put(packed[i++]);
    } else if (count != -128 && i < packed.size()) {
      for (int k = 0; k <= -count; ++k) put(packed[i]);
      ++i;
    }
  }
  if (out < frame.size()) Invalid("an RLE frame is too short");
}

std::string UnpackRle(std::string_view fragment, size_t frame_bytes, size_t sample_bytes) {
  constexpr size_t kHeader = 64;
  if (fragment.size() < kHeader || Number32(fragment, 0) != sample_bytes) {
    Invalid("an RLE header does not fit the pixels");
  }
  std::string frame(frame_bytes, '\0');
  for (size_t i = 0; i < sample_bytes; ++i) {
    const size_t begin = Number32(fragment, 4 + 4 * i);
    const size_t next = i + 1 < sample_bytes ? Number32(fragment, 8 + 4 * i) : fragment.size();
    if (begin < kHeader || begin > next || next > fragment.size()) {
      Invalid("an RLE segment lies outside of its frame");
    }
    // The most significant byte comes first (PS3.5 G.2).
    UnpackSegment(fragment.substr(begin, next - begin), frame, sample_bytes - 1 - i, sample_bytes);
  }
  return frame;
}

std::string InflateFrame(std::string_view fragment, size_t frame_bytes) {
  std::string frame = InflateRaw(fragment, frame_bytes);
  if (frame.size() < frame_bytes) Invalid("a deflated frame is too short");
  return frame;
}

size_t RunAt(std::string_view row, size_t at) {
  size_t end = at + 1;
  while (end < row.size() && end - at < 128 && row[end] == row[at]) ++end;
  return end - at;
}

// PackBits of one row (PS3.5 G.3.1: a run must not go on into the next row). Two equal bytes are
// not worth a run inside of a literal.
void PackRow(std::string_view row, std::string& out) {
  for (size_t i = 0; i < row.size();) {
    const size_t run = RunAt(row, i);
    if (run > 2 || (run == 2 && i + 2 == row.size())) {
      out += static_cast<char>(257 - run);
      out += row[i];
      i += run;
      continue;
    }
    size_t end = i;
    while (end < row.size() && end - i < 128 && RunAt(row, end) < 3) ++end;
    out += static_cast<char>(end - i - 1);
    out += row.substr(i, end - i);
    i = end;
  }
}

// The most significant byte of all pixels first (PS3.5 G.2), each segment of even length.
std::string PackRle(std::string_view native, const FrameShape& shape) {
  const size_t sample = shape.bits / 8;
  std::string out(64, '\0');
  out[0] = static_cast<char>(sample);
  std::string row(shape.columns, '\0');
  for (size_t segment = 0; segment < sample; ++segment) {
    const auto start = static_cast<uint32_t>(out.size());
    std::memcpy(out.data() + 4 + 4 * segment, &start, 4);
    for (size_t y = 0; y < shape.rows; ++y) {
      for (size_t x = 0; x < shape.columns; ++x) {
        row[x] = native[(y * shape.columns + x) * sample + sample - 1 - segment];
      }
      PackRow(row, out);
    }
    out.resize(out.size() + out.size() % 2);
  }
  return out;
}

std::string PackJpegLs(std::string_view native, const FrameShape& shape) {
  charls::jpegls_encoder encoder;
  encoder.frame_info({shape.columns, shape.rows, static_cast<int32_t>(shape.bits), 1});
  std::string out(encoder.estimated_destination_size() + 1024, '\0');
  encoder.destination(out.data(), out.size());
  out.resize(encoder.encode(native.data(), native.size()));
  return out;
}

std::string UnpackJpegLs(std::string_view fragment, const FrameShape& shape) {
  try {
    charls::jpegls_decoder decoder;
    decoder.source(fragment.data(), fragment.size());
    decoder.read_header();
    const auto& info = decoder.frame_info();
    const bool fits = info.width == shape.columns && info.height == shape.rows &&
                      info.component_count == 1 && info.bits_per_sample <= 16 &&
                      (info.bits_per_sample > 8) == (shape.bits == 16);
    if (!fits || decoder.near_lossless() != 0) Invalid("a JPEG-LS frame of another kind");
    std::string frame(shape.bytes(), '\0');
    decoder.decode(frame.data(), frame.size());
    return frame;
  } catch (const charls::jpegls_error&) {
    Invalid("a JPEG-LS frame is damaged");
  }
}

std::string PackDeflate(std::string_view native) {
  std::string out;
  Deflater deflater(Deflater::Format::kRaw, 6, [&](std::string_view piece) { out += piece; });
  deflater.Write(native);
  deflater.Finish();
  return out;
}

}  // namespace

std::string CompressFrame(std::string_view native, const FrameShape& shape,
                          Compression compression) {
  if (compression == Compression::kDeflatedFrame) return PackDeflate(native);
  const bool bytes = shape.bits % 8 == 0;
  if (bytes && compression == Compression::kRle) return PackRle(native, shape);
  if (bytes && compression == Compression::kJpegLs) return PackJpegLs(native, shape);
  throw Error(ErrorKind::kInternal, "a compression that cannot hold the pixels");
}

Compression CompressionOf(std::string_view transfer_syntax_uid) {
  if (transfer_syntax_uid == "1.2.840.10008.1.2.5") return Compression::kRle;
  if (transfer_syntax_uid == "1.2.840.10008.1.2.4.80") return Compression::kJpegLs;
  if (transfer_syntax_uid == "1.2.840.10008.1.2.8.1") return Compression::kDeflatedFrame;
  return Compression::kNone;
}

std::string DecompressFrame(std::string_view fragment, const FrameShape& shape,
                            Compression compression) {
  const size_t sample = std::max<size_t>(1, shape.bits / 8);
  if (compression == Compression::kRle) return UnpackRle(fragment, shape.bytes(), sample);
  if (compression == Compression::kDeflatedFrame) return InflateFrame(fragment, shape.bytes());
  if (compression == Compression::kJpegLs && shape.bits > 1) return UnpackJpegLs(fragment, shape);
  throw Error(ErrorKind::kUnsupported, "segmentation: pixels in a compression we do not read");
}

}  // namespace glossator::seg
