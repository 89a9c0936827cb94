// SPDX-License-Identifier: GPL-3.0-or-later
// O_DIRECT: memory, offset and size of every transfer are whole blocks, so pieces go through a
// buffer of our own. It costs one copy, and spares the kernel's copy, a page of cache for each page
// written, and the writing back.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "model/posix_file.h"

namespace glossator {
namespace {

constexpr uint64_t kBlock = 4096;  // no device or file system asks for more
constexpr size_t kBufferBytes = 1 << 20;

constexpr uint64_t Down(uint64_t offset) { return offset / kBlock * kBlock; }
constexpr uint64_t Up(uint64_t offset) { return Down(offset + kBlock - 1); }

struct Free {
  void operator()(char* memory) const { std::free(memory); }
};

class UncachedFile final : public PosixFile {
 public:
  explicit UncachedFile(int descriptor) : PosixFile(descriptor) {}

  void WriteAt(uint64_t offset, std::span<const std::string_view> pieces) override {
    uint64_t size = 0;
    for (const auto piece : pieces) size += piece.size();
    if (offset % kBlock != 0 || size % kBlock != 0) return WriteCached(offset, pieces);
    Gathering gathering{*this, offset};
    for (const auto piece : pieces) gathering.Add(piece);
    gathering.Flush();
  }

  size_t ReadInto(uint64_t offset, std::span<char> into) override {
    const bool blocks = reinterpret_cast<uintptr_t>(into.data()) % kBlock == 0 &&
                        offset % kBlock == 0 && into.size() % kBlock == 0;
    return blocks ? ReadFully(offset, into.data(), into.size()) : File::ReadInto(offset, into);
  }

  std::string ReadAt(uint64_t offset, size_t size) override {
    char* const buffer = Buffer();
    std::string bytes;
    bytes.reserve(size);
    while (bytes.size() < size) {
      const uint64_t from = Down(offset);
      const size_t skip = offset - from;
      const size_t wanted = std::min(size - bytes.size(), kBufferBytes - skip);
      const size_t read = ReadBlocks(from, buffer, Up(skip + wanted));
      if (read <= skip) break;  // the end of the file
      const size_t part = std::min(wanted, read - skip);
      bytes.append(buffer + skip, part);
      offset += part;
    }
    return bytes;
  }

 private:
  char* Buffer() {
    if (!buffer_) buffer_.reset(static_cast<char*>(std::aligned_alloc(kBlock, kBufferBytes)));
    if (!buffer_) FailOperation("allocate", ENOMEM);
    return buffer_.get();
  }

  // Pieces on their way to the disk: small ones by way of the buffer, blocks from where they are.
  class Gathering {
   public:
    Gathering(UncachedFile& file, uint64_t offset)
        : file_(file), buffer_(file.Buffer()), offset_(offset) {}

    void Add(std::string_view piece) {
      const bool blocks = reinterpret_cast<uintptr_t>(piece.data()) % kBlock == 0 &&
                          piece.size() % kBlock == 0 && filled_ % kBlock == 0;
      blocks ? AddBlocks(piece) : Copy(piece);
    }

    void Flush() {
      EndCopied();
      file_.PosixFile::WriteAt(offset_, whole_);
      for (const auto piece : whole_) offset_ += piece.size();
      whole_.clear();
      filled_ = begin_ = 0;
    }

   private:
    void AddBlocks(std::string_view piece) {
      EndCopied();
      whole_.push_back(piece);
    }

    void Copy(std::string_view piece) {
      while (!piece.empty()) {
        const size_t part = std::min(piece.size(), kBufferBytes - filled_);
        std::memcpy(buffer_ + filled_, piece.data(), part);
        piece.remove_prefix(part);
        filled_ += part;
        if (filled_ == kBufferBytes) Flush();
      }
    }

    void EndCopied() {
      if (filled_ > begin_) whole_.emplace_back(buffer_ + begin_, filled_ - begin_);
      begin_ = filled_;
    }

    UncachedFile& file_;
    char* const buffer_;
    uint64_t offset_;
    size_t begin_ = 0;   // of what was copied and is not yet in whole_
    size_t filled_ = 0;  // of the buffer
    std::vector<std::string_view> whole_;
  };

  size_t ReadBlocks(uint64_t offset, char* into, size_t size) {
    for (;;) {
      const ssize_t read = pread(descriptor_, into, size, static_cast<off_t>(offset));
      if (read >= 0) return static_cast<size_t>(read);
      if (errno != EINTR) FailOperation("read");
    }
  }

  // What is not whole blocks goes through the page cache, which the kernel keeps in step.
  void WriteCached(uint64_t offset, std::span<const std::string_view> pieces) {
    const int flags = CheckResult(fcntl(descriptor_, F_GETFL), "fcntl");
    CheckResult(fcntl(descriptor_, F_SETFL, flags & ~O_DIRECT), "fcntl");
    PosixFile::WriteAt(offset, pieces);
    CheckResult(fcntl(descriptor_, F_SETFL, flags), "fcntl");
  }

  std::unique_ptr<char, Free> buffer_;
};

}  // namespace

std::unique_ptr<FileSystem::File> MakeUncachedFile(int descriptor) {
  return std::make_unique<UncachedFile>(descriptor);
}

}  // namespace glossator
