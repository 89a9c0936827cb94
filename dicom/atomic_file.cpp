// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

#include "dicom/error.h"

namespace glossator::dicom {
namespace {

constexpr size_t kPortion = 8u << 20;

[[noreturn]] void Fail(const char* step) {
  throw Error(ErrorKind::kUnavailable, std::string(step) + ": " + std::strerror(errno));
}

// Threads of one process may write beside each other.
std::string NextNumber() {
  static std::atomic<unsigned> next{0};
  return std::to_string(next++) + ".new";
}

}  // namespace

AtomicFile::AtomicFile(std::filesystem::path path)
    : path_(std::move(path)),
      temporary_(path_.string() + '.' + std::to_string(getpid()) + '.' + NextNumber()),
      descriptor_(open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)) {
  if (descriptor_ < 0) Fail("creating the file");
}

AtomicFile::~AtomicFile() {
  close(descriptor_);
  if (!committed_) unlink(temporary_.c_str());
}

void AtomicFile::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor_, bytes.data(), std::min(bytes.size(), kPortion));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) Fail("writing the file");
    bytes.remove_prefix(static_cast<size_t>(written));
    size_ += written;
    StartWriteBack();
  }
}

// The disk works while we still write: Commit then waits for little more than the last portion. A
// hint only; a file system that does not take it syncs everything in the end.
void AtomicFile::StartWriteBack() {
  if (size_ - started_ < static_cast<int64_t>(kPortion)) return;
  sync_file_range(descriptor_, started_, size_ - started_, SYNC_FILE_RANGE_WRITE);
  started_ = size_;
}

void AtomicFile::Commit() {
  if (fsync(descriptor_) != 0) Fail("syncing the file");
  if (rename(temporary_.c_str(), path_.c_str()) != 0) Fail("renaming the file");
  committed_ = true;
}

}  // namespace glossator::dicom
