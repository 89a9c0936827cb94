// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/posix_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "dicom/error.h"

namespace glossator {
namespace {

constexpr size_t kPiecesMax = 256;  // of one pwritev

std::span<iovec> Advance(std::span<iovec> left, size_t done) {
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

// Returns the offset after the last byte.
uint64_t WriteSome(int descriptor, uint64_t offset, std::span<const std::string_view> pieces) {
  std::array<iovec, kPiecesMax> vectors;
  for (size_t i = 0; i < pieces.size(); ++i) {
    vectors[i] = {const_cast<char*>(pieces[i].data()), pieces[i].size()};
  }
  for (std::span<iovec> left(vectors.data(), pieces.size()); !left.empty();) {
    const ssize_t part =
        pwritev(descriptor, left.data(), int(left.size()), static_cast<off_t>(offset));
    if (part < 0 && errno == EINTR) continue;
    if (part < 0) FailOperation("write");
    offset += static_cast<uint64_t>(part);
    left = Advance(left, static_cast<size_t>(part));
  }
  return offset;
}

}  // namespace

void FailOperation(const char* operation, int code) {
  throw Error(ErrorKind::kUnavailable, std::string(operation) + ": " + std::strerror(code));
}

int CheckResult(int result, const char* operation) {
  if (result < 0) FailOperation(operation);
  return result;
}

PosixFile::~PosixFile() { close(descriptor_); }

void PosixFile::WriteAt(uint64_t offset, std::span<const std::string_view> pieces) {
  while (!pieces.empty()) {
    const auto some = pieces.first(std::min(pieces.size(), kPiecesMax));
    offset = WriteSome(descriptor_, offset, some);
    pieces = pieces.subspan(some.size());
  }
}

size_t PosixFile::ReadFully(uint64_t offset, char* into, size_t size) {
  size_t done = 0;
  while (done < size) {
    const ssize_t part =
        pread(descriptor_, into + done, size - done, static_cast<off_t>(offset + done));
    if (part < 0 && errno == EINTR) continue;
    if (part < 0) FailOperation("read");
    if (part == 0) break;
    done += static_cast<size_t>(part);
  }
  return done;
}

std::string PosixFile::ReadAt(uint64_t offset, size_t size) {
  std::string bytes(size, '\0');
  bytes.resize(ReadFully(offset, bytes.data(), size));
  return bytes;
}

void PosixFile::Preallocate(uint64_t size) {
  const int code = posix_fallocate(descriptor_, 0, static_cast<off_t>(size));
  if (code != 0) FailOperation("preallocate", code);
}

bool PosixFile::TryLock() {
  const int result = flock(descriptor_, LOCK_EX | LOCK_NB);
  if (result != 0 && errno != EWOULDBLOCK) FailOperation("lock");
  return result == 0;
}

void PosixFile::SyncData() { CheckResult(fdatasync(descriptor_), "fdatasync"); }

uint64_t PosixFile::Size() {
  struct stat status {};
  CheckResult(fstat(descriptor_, &status), "fstat");
  return static_cast<uint64_t>(status.st_size);
}

}  // namespace glossator
