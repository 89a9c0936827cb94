// SPDX-License-Identifier: GPL-3.0-or-later
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "dicom/error.h"
#include "model/ports.h"

namespace glossator {
namespace {

constexpr size_t kPiecesMax = 256;  // of one pwritev

[[noreturn]] void Fail(const char* operation, int code = errno) {
  throw Error(ErrorKind::kUnavailable, std::string(operation) + ": " + std::strerror(code));
}

int Check(int result, const char* operation) {
  if (result < 0) Fail(operation);
  return result;
}

class PosixFile final : public FileSystem::File {
 public:
  explicit PosixFile(int descriptor) : descriptor_(descriptor) {}
  ~PosixFile() override { close(descriptor_); }
  PosixFile(const PosixFile&) = delete;
  PosixFile& operator=(const PosixFile&) = delete;

  void WriteAt(uint64_t offset, std::span<const std::string_view> pieces) override {
    while (!pieces.empty()) {
      const auto some = pieces.first(std::min(pieces.size(), kPiecesMax));
      offset = WriteSome(offset, some);
      pieces = pieces.subspan(some.size());
    }
  }

  std::string ReadAt(uint64_t offset, size_t size) override {
    std::string bytes(size, '\0');
    size_t done = 0;
    while (done < size) {
      const ssize_t part =
          pread(descriptor_, bytes.data() + done, size - done, static_cast<off_t>(offset + done));
      if (part < 0 && errno == EINTR) continue;
      if (part < 0) Fail("read");
      if (part == 0) break;
      done += static_cast<size_t>(part);
    }
    bytes.resize(done);
    return bytes;
  }

  void Preallocate(uint64_t size) override {
    const int code = posix_fallocate(descriptor_, 0, static_cast<off_t>(size));
    if (code != 0) Fail("preallocate", code);
  }

  bool TryLock() override {
    const int result = flock(descriptor_, LOCK_EX | LOCK_NB);
    if (result != 0 && errno != EWOULDBLOCK) Fail("lock");
    return result == 0;
  }

  void SyncData() override { Check(fdatasync(descriptor_), "fdatasync"); }

  uint64_t Size() override {
    struct stat status {};
    Check(fstat(descriptor_, &status), "fstat");
    return static_cast<uint64_t>(status.st_size);
  }

 private:
  // Returns the offset after the last byte.
  uint64_t WriteSome(uint64_t offset, std::span<const std::string_view> pieces) {
    std::array<iovec, kPiecesMax> vectors;
    for (size_t i = 0; i < pieces.size(); ++i) {
      vectors[i] = {const_cast<char*>(pieces[i].data()), pieces[i].size()};
    }
    for (std::span<iovec> left(vectors.data(), pieces.size()); !left.empty();) {
      const ssize_t part =
          pwritev(descriptor_, left.data(), int(left.size()), static_cast<off_t>(offset));
      if (part < 0 && errno == EINTR) continue;
      if (part < 0) Fail("write");
      offset += static_cast<uint64_t>(part);
      left = Advance(left, static_cast<size_t>(part));
    }
    return offset;
  }

  static std::span<iovec> Advance(std::span<iovec> left, size_t done) {
    while (!left.empty() && done >= left[0].iov_len) {
      done -= left[0].iov_len;
      left = left.subspan(1);
    }
    if (done > 0) {
      left[0].iov_base = static_cast<char*>(left[0].iov_base) + done;
      left[0].iov_len -= done;
    }
    return left;
  }

  int descriptor_;
};

class PosixFiles final : public FileSystem {
 public:
  std::unique_ptr<File> Open(const std::filesystem::path& path, bool create) override {
    const int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | (create ? O_CREAT : 0);
    int descriptor = open(path.c_str(), flags, 0640);
    // The reading side of the wall may only read.
    if (descriptor < 0 && errno == EACCES && !create) {
      descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    }
    return std::make_unique<PosixFile>(Check(descriptor, "open"));
  }

  std::vector<std::string> List(const std::filesystem::path& directory) override {
    DIR* stream = opendir(directory.c_str());
    if (stream == nullptr) Fail("list");
    std::vector<std::string> names;
    while (const dirent* entry = readdir(stream)) {
      const std::string name = entry->d_name;
      if (name != "." && name != "..") names.push_back(name);
    }
    closedir(stream);
    std::sort(names.begin(), names.end());
    return names;
  }

  void MakeDirectory(const std::filesystem::path& directory) override {
    if (mkdir(directory.c_str(), 0750) != 0 && errno != EEXIST) Fail("make directory");
  }

  void Rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    Check(rename(from.c_str(), to.c_str()), "rename");
  }

  void Remove(const std::filesystem::path& path) override { Check(unlink(path.c_str()), "remove"); }

  void SyncDirectory(const std::filesystem::path& directory) override {
    const int descriptor = Check(open(directory.c_str(), O_RDONLY | O_CLOEXEC), "open directory");
    const int result = fsync(descriptor);
    close(descriptor);
    Check(result, "sync directory");
  }

  uint64_t FreeBytes(const std::filesystem::path& directory) override {
    struct statvfs status {};
    Check(statvfs(directory.c_str(), &status), "statvfs");
    return static_cast<uint64_t>(status.f_bavail) * status.f_frsize;
  }
};

}  // namespace

FileSystem& SystemFiles() {
  static PosixFiles files;
  return files;
}

}  // namespace glossator
