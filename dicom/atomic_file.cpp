// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

#include "dicom/error.h"

namespace glossator::dicom {
namespace {

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
    const ssize_t written = write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) Fail("writing the file");
    bytes.remove_prefix(static_cast<size_t>(written));
  }
}

void AtomicFile::Commit() {
  if (fsync(descriptor_) != 0) Fail("syncing the file");
  if (rename(temporary_.c_str(), path_.c_str()) != 0) Fail("renaming the file");
  committed_ = true;
}

}  // namespace glossator::dicom
