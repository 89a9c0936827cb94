// SPDX-License-Identifier: GPL-3.0-or-later
// Raw deflate (RFC 1951) for Deflated Explicit VR Little Endian (PS3.5 A.5).
#include <zlib.h>

#include <algorithm>
#include <memory>

#include "dicom/error.h"
#include "dicom/io.h"

namespace glossator::dicom {
namespace {

constexpr int kRawDeflate = -MAX_WBITS;
constexpr size_t kBlock = 256 * 1024;
constexpr size_t kInputBlock = size_t{1} << 30;  // zlib counts in 32 bits

struct EndInflate {
  void operator()(z_stream* stream) const { inflateEnd(stream); }
};
struct EndDeflate {
  void operator()(z_stream* stream) const { deflateEnd(stream); }
};

void Refill(z_stream& stream, std::string_view& rest) {
  if (stream.avail_in != 0) return;
  const size_t size = std::min(rest.size(), kInputBlock);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(rest.data()));
  stream.avail_in = static_cast<uInt>(size);
  rest.remove_prefix(size);
}

// Calls run() with room for one more block of output; gives what run() returned.
template <class Run>
int IntoBlock(z_stream& stream, std::string& out, Run run) {
  const size_t size = out.size();
  out.resize(size + kBlock);
  stream.next_out = reinterpret_cast<Bytef*>(out.data() + size);
  stream.avail_out = kBlock;
  const int result = run();
  out.resize(out.size() - stream.avail_out);
  return result;
}

[[noreturn]] void Fail(const char* fault) {
  throw Error(ErrorKind::kInvalid, std::string("deflated data set: ") + fault);
}

}  // namespace

std::string Inflate(std::string_view bytes, const Limits& limits) {
  z_stream stream{};
  if (inflateInit2(&stream, kRawDeflate) != Z_OK) throw Error(ErrorKind::kInternal, "zlib");
  const std::unique_ptr<z_stream, EndInflate> guard(&stream);
  const uint64_t ratio_max = uint64_t{limits.inflate_ratio_max} * bytes.size() + kBlock;
  const uint64_t size_max = std::min(limits.bytes_max, ratio_max);
  std::string out;
  int result = Z_OK;
  while (result == Z_OK) {
    Refill(stream, bytes);
    result = IntoBlock(stream, out, [&] { return inflate(&stream, Z_NO_FLUSH); });
    if (out.size() > size_max) Fail("inflates to more than allowed");
  }
  // Bytes after the end are the padding to even length, or garbage nobody reads.
  if (result != Z_STREAM_END) Fail("the stream is damaged or cut off");
  return out;
}

std::string Deflate(std::string_view bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kRawDeflate, 8,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    throw Error(ErrorKind::kInternal, "zlib");
  }
  const std::unique_ptr<z_stream, EndDeflate> guard(&stream);
  std::string out;
  int result = Z_OK;
  while (result != Z_STREAM_END) {
    Refill(stream, bytes);
    const int flush = bytes.empty() ? Z_FINISH : Z_NO_FLUSH;
    result = IntoBlock(stream, out, [&] { return deflate(&stream, flush); });
    if (result == Z_STREAM_ERROR) throw Error(ErrorKind::kInternal, "zlib");
  }
  if (out.size() % 2 != 0) out.push_back('\0');
  return out;
}

}  // namespace glossator::dicom
