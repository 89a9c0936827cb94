// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/deflate_stage.h"

#include <array>

#include "dicom/error.h"

namespace glossator::gate {
namespace {

constexpr uint64_t kRatioMax = 200;
constexpr uint64_t kAlwaysAllowed = 16ull << 20;
constexpr int kRawDeflate = -15;  // RFC 1951, no zlib header

Bytef* Input(std::string_view bytes) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
}

}  // namespace

Inflater::Inflater() {
  if (inflateInit2(&stream_, kRawDeflate) != Z_OK) {
    throw Error(ErrorKind::kInternal, "cannot start inflating");
  }
}

Inflater::~Inflater() { inflateEnd(&stream_); }

std::string Inflater::Take(std::string_view bytes) {
  std::string result;
  std::array<char, 65536> buffer;
  in_ += bytes.size();
  stream_.next_in = Input(bytes);
  stream_.avail_in = static_cast<uInt>(bytes.size());
  do {
    if (complete_) return result;  // the padding byte behind the stream
    stream_.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream_.avail_out = buffer.size();
    const int code = inflate(&stream_, Z_NO_FLUSH);
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) {
      throw Error(ErrorKind::kInvalid, "the deflated data set is broken");
    }
    complete_ = code == Z_STREAM_END;
    result.append(buffer.data(), buffer.size() - stream_.avail_out);
    if (out_ + result.size() > kAlwaysAllowed && out_ + result.size() > in_ * kRatioMax) {
      throw Error(ErrorKind::kInvalid, "the deflated data set grows beyond all bounds");
    }
  } while (stream_.avail_in > 0 || stream_.avail_out == 0);
  out_ += result.size();
  return result;
}

Deflater::Deflater() {
  if (deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kRawDeflate, 8,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    throw Error(ErrorKind::kInternal, "cannot start deflating");
  }
}

Deflater::~Deflater() { deflateEnd(&stream_); }

std::string Deflater::Run(std::string_view bytes, int flush) {
  std::string result;
  std::array<char, 65536> buffer;
  stream_.next_in = Input(bytes);
  stream_.avail_in = static_cast<uInt>(bytes.size());
  do {
    stream_.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream_.avail_out = buffer.size();
    deflate(&stream_, flush);
    result.append(buffer.data(), buffer.size() - stream_.avail_out);
  } while (stream_.avail_out == 0);
  out_ += result.size();
  return result;
}

std::string Deflater::Take(std::string_view bytes) { return Run(bytes, Z_NO_FLUSH); }

std::string Deflater::Finish() {
  auto rest = Run({}, Z_FINISH);
  if (out_ % 2 != 0) rest += '\0';
  return rest;
}

}  // namespace glossator::gate
