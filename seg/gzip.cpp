// SPDX-License-Identifier: GPL-3.0-or-later
#include "seg/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <array>

#include "dicom/error.h"

namespace glossator::seg {
namespace {

constexpr int kGzipWindow = 15 + 16;
constexpr int kRawWindow = -15;
constexpr size_t kPiece = 1 << 16;

struct Inflate {
  z_stream stream{};
  explicit Inflate(int window) {
    if (inflateInit2(&stream, window) != Z_OK) {
      throw Error(ErrorKind::kInternal, "zlib does not start");
    }
  }
  ~Inflate() { inflateEnd(&stream); }
};

Bytef* In(std::string_view bytes) {
  return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
}

// zlib counts in 32 bits.
std::string_view Take(std::string_view& bytes) {
  const auto piece = bytes.substr(0, size_t{1} << 30);
  bytes.remove_prefix(piece.size());
  return piece;
}

}  // namespace

bool IsGzip(std::string_view bytes) {
  return bytes.size() >= 2 && bytes[0] == '\x1f' && bytes[1] == '\x8b';
}

namespace {

// Until the end of the stream; `members`: a gzip stream may be followed by another.
std::string InflateAll(std::string_view bytes, size_t size_max, int window, bool members) {
  Inflate zlib(window);
  z_stream& stream = zlib.stream;
  std::string out;
  std::array<char, kPiece> piece;
  int status = Z_OK;
  while (status != Z_STREAM_END || (members && (stream.avail_in > 0 || !bytes.empty()))) {
    if (stream.avail_in == 0) {
      const auto next = Take(bytes);
      stream.next_in = In(next);
      stream.avail_in = static_cast<uInt>(next.size());
    }
    if (status == Z_STREAM_END) inflateReset(&stream);
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = kPiece;
    status = inflate(&stream, Z_NO_FLUSH);
    out.append(piece.data(), kPiece - stream.avail_out);
    if (out.size() > size_max) {
      throw Error(ErrorKind::kInvalid, "compressed data: more than there should be");
    }
    if (status != Z_OK && status != Z_STREAM_END) {
      throw Error(ErrorKind::kInvalid, "compressed data: damaged or cut off");
    }
  }
  return out;
}

}  // namespace

std::string Gunzip(std::string_view bytes, size_t size_max) {
  return InflateAll(bytes, size_max, kGzipWindow, true);
}

std::string InflateRaw(std::string_view bytes, size_t size_max) {
  return InflateAll(bytes, size_max, kRawWindow, false);
}

std::string Gzip(std::string_view bytes, int level) {
  std::string out;
  Deflater deflater(Deflater::Format::kGzip, level,
                    [&](std::string_view piece) { out.append(piece); });
  deflater.Write(bytes);
  deflater.Finish();
  return out;
}

struct Deflater::Stream {
  z_stream zlib{};
  std::array<char, kPiece> piece;
};

Deflater::Deflater(Format format, int level, std::function<void(std::string_view)> sink)
    : stream_(std::make_unique<Stream>()), sink_(std::move(sink)) {
  const int window = format == Format::kGzip ? kGzipWindow : kRawWindow;
  if (deflateInit2(&stream_->zlib, level, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw Error(ErrorKind::kInternal, "zlib does not start");
  }
}

Deflater::~Deflater() { deflateEnd(&stream_->zlib); }

void Deflater::Write(std::string_view bytes) {
  while (!bytes.empty()) Run(Take(bytes), Z_NO_FLUSH);
}

void Deflater::Finish() { Run({}, Z_FINISH); }

void Deflater::Run(std::string_view bytes, int flush) {
  z_stream& zlib = stream_->zlib;
  zlib.next_in = In(bytes);
  zlib.avail_in = static_cast<uInt>(bytes.size());
  do {
    zlib.next_out = reinterpret_cast<Bytef*>(stream_->piece.data());
    zlib.avail_out = kPiece;
    deflate(&zlib, flush);
    const size_t size = kPiece - zlib.avail_out;
    if (size > 0) sink_({stream_->piece.data(), size});
  } while (zlib.avail_out == 0);
}

}  // namespace glossator::seg
