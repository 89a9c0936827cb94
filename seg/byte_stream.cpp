// SPDX-License-Identifier: GPL-3.0-or-later
#include "seg/byte_stream.h"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "dicom/error.h"

namespace glossator::seg {
namespace {

constexpr size_t kStreamPiece = size_t{1} << 17;
constexpr int kStreamWindow = 15 + 16;

class PlainStream final : public ByteStream {
 public:
  PlainStream(const std::filesystem::path& path, uint64_t offset)
      : file_(open(path.c_str(), O_RDONLY | O_CLOEXEC)), offset_(offset) {
    if (file_ < 0) throw Error(ErrorKind::kNotFound, "cannot open the file");
  }
  ~PlainStream() override { close(file_); }
  PlainStream(const PlainStream&) = delete;
  PlainStream& operator=(const PlainStream&) = delete;

  // Lines are short and calls are dear: they come out of a buffer.
  size_t Read(char* to, size_t size) override {
    size_t got = 0;
    while (got < size) {
      if (used_ == buffer_.size() && !Fill()) break;
      const size_t now = std::min(size - got, buffer_.size() - used_);
      std::memcpy(to + got, buffer_.data() + used_, now);
      used_ += now;
      got += now;
    }
    return got;
  }

 private:
  bool Fill() {
    buffer_.resize(kStreamPiece);
    const ssize_t size = pread(file_, buffer_.data(), buffer_.size(), static_cast<off_t>(offset_));
    if (size < 0) throw Error(ErrorKind::kUnavailable, "file: read failed");
    buffer_.resize(static_cast<size_t>(size));
    offset_ += static_cast<uint64_t>(size);
    used_ = 0;
    return size > 0;
  }

  int file_;
  uint64_t offset_;
  std::string buffer_;
  size_t used_ = 0;
};

class GzipStream final : public ByteStream {
 public:
  explicit GzipStream(std::unique_ptr<ByteStream> input)
      : input_(std::move(input)), piece_(kStreamPiece, '\0') {
    if (inflateInit2(&zlib_, kStreamWindow) != Z_OK) {
      throw Error(ErrorKind::kInternal, "zlib does not start");
    }
  }
  ~GzipStream() override { inflateEnd(&zlib_); }
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;

  size_t Read(char* to, size_t size) override {
    size_t got = 0;
    while (got < size) {
      zlib_.next_out = reinterpret_cast<Bytef*>(to + got);
      zlib_.avail_out = static_cast<uInt>(std::min<size_t>(size - got, kStreamPiece));
      const uInt before = zlib_.avail_out;
      if (!Step()) break;
      got += before - zlib_.avail_out;
    }
    return got;
  }

 private:
  // False at the end of the last member.
  bool Step() {
    if (zlib_.avail_in == 0) {
      zlib_.next_in = reinterpret_cast<Bytef*>(piece_.data());
      zlib_.avail_in = static_cast<uInt>(input_->Read(piece_.data(), piece_.size()));
    }
    if (status_ == Z_STREAM_END) {
      if (zlib_.avail_in == 0) return false;
      inflateReset(&zlib_);
    }
    status_ = inflate(&zlib_, Z_NO_FLUSH);
    if (status_ != Z_OK && status_ != Z_STREAM_END) {
      throw Error(ErrorKind::kInvalid, "compressed data: damaged or cut off");
    }
    return true;
  }

  std::unique_ptr<ByteStream> input_;
  std::string piece_;
  z_stream zlib_{};
  int status_ = Z_OK;
};

class MemoryStream final : public ByteStream {
 public:
  explicit MemoryStream(std::string_view bytes) : bytes_(bytes) {}
  size_t Read(char* to, size_t size) override {
    const size_t now = std::min(size, bytes_.size());
    if (now > 0) std::memcpy(to, bytes_.data(), now);
    bytes_.remove_prefix(now);
    return now;
  }

 private:
  std::string_view bytes_;
};

}  // namespace

std::unique_ptr<ByteStream> OpenFile(const std::filesystem::path& path, uint64_t offset) {
  return std::make_unique<PlainStream>(path, offset);
}

std::unique_ptr<ByteStream> OpenGzip(const std::filesystem::path& path, uint64_t offset) {
  return std::make_unique<GzipStream>(OpenFile(path, offset));
}

std::unique_ptr<ByteStream> OpenMemory(std::string_view bytes) {
  return std::make_unique<MemoryStream>(bytes);
}

uint64_t CountBytes(ByteStream& stream, uint64_t most) {
  std::string piece(kStreamPiece, '\0');
  uint64_t count = 0;
  while (const size_t got = stream.Read(piece.data(), piece.size())) {
    count += got;
    if (count > most) throw Error(ErrorKind::kInvalid, "labels: more than there should be");
  }
  return count;
}

void Skip(ByteStream& stream, uint64_t count) {
  std::string piece(std::min<uint64_t>(count, kStreamPiece), '\0');
  while (count > 0) {
    const size_t got = stream.Read(piece.data(), std::min<uint64_t>(count, piece.size()));
    if (got == 0) return;
    count -= got;
  }
}

}  // namespace glossator::seg
