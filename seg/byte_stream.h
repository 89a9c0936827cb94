// SPDX-License-Identifier: GPL-3.0-or-later
// Bytes that pass by once: of a file, of memory, or of what a gzip stream in a file holds.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

namespace glossator::seg {

class ByteStream {
 public:
  virtual ~ByteStream() = default;
  // As many bytes as asked for; fewer only at the end. kInvalid for damaged gzip, kUnavailable.
  virtual size_t Read(char* to, size_t size) = 0;
};

// From `offset` on; kNotFound.
std::unique_ptr<ByteStream> OpenFile(const std::filesystem::path& path, uint64_t offset = 0);
// The same, inflated (RFC 1952); several members are one stream.
std::unique_ptr<ByteStream> OpenGzip(const std::filesystem::path& path, uint64_t offset = 0);
// `bytes` must outlive the stream.
std::unique_ptr<ByteStream> OpenMemory(std::string_view bytes);

// Bytes up to the end; kInvalid above `most`.
uint64_t CountBytes(ByteStream& stream, uint64_t most);
// Passes over `count` bytes or up to the end.
void Skip(ByteStream& stream, uint64_t count);

}  // namespace glossator::seg
