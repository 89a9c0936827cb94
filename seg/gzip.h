// SPDX-License-Identifier: GPL-3.0-or-later
// gzip (RFC 1952) and raw deflate (RFC 1951) over zlib, bounded and streamed.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace glossator::seg {

bool IsGzip(std::string_view bytes);
// Throws kInvalid when damaged or when more than `size_max` bytes come out. Several members are
// read as one stream.
std::string Gunzip(std::string_view bytes, size_t size_max);
// Raw deflate; bytes behind the end are padding and ignored.
std::string InflateRaw(std::string_view bytes, size_t size_max);
std::string Gzip(std::string_view bytes, int level = 6);

// Deflates what is written and hands it on in pieces.
class Deflater {
 public:
  enum class Format { kRaw, kGzip };
  Deflater(Format format, int level, std::function<void(std::string_view)> sink);
  ~Deflater();
  void Write(std::string_view bytes);
  void Finish();

 private:
  void Run(std::string_view bytes, int flush);
  struct Stream;
  std::unique_ptr<Stream> stream_;
  std::function<void(std::string_view)> sink_;
};

}  // namespace glossator::seg
