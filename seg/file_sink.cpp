// SPDX-License-Identifier: GPL-3.0-or-later
#include "seg/file_sink.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "dicom/error.h"

namespace glossator::seg {
namespace {

[[noreturn]] void Fail(const char* what) {
  throw Error(ErrorKind::kUnavailable, std::string("file: ") + what + " failed");
}

}  // namespace

FileSink::FileSink(std::filesystem::path path)
    : path_(std::move(path)), temporary_(path_.string() + ".XXXXXX") {
  file_ = mkstemp(temporary_.data());
  if (file_ < 0) Fail("create");
  fchmod(file_, 0644);
}

FileSink::~FileSink() {
  if (file_ < 0) return;
  close(file_);
  unlink(temporary_.c_str());
}

void FileSink::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t size = write(file_, bytes.data(), bytes.size());
    if (size < 0) Fail("write");
    bytes.remove_prefix(static_cast<size_t>(size));
  }
}

void FileSink::Commit() {
  if (fsync(file_) != 0) Fail("sync");
  const int file = std::exchange(file_, -1);
  if (close(file) != 0 || rename(temporary_.c_str(), path_.c_str()) != 0) {
    unlink(temporary_.c_str());
    Fail("rename");
  }
}

std::string ReadBytes(const std::filesystem::path& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) throw Error(ErrorKind::kNotFound, "cannot open the file");
  struct stat status {};
  std::string bytes;
  if (fstat(file, &status) == 0) bytes.resize(static_cast<size_t>(status.st_size));
  size_t got = 0;
  while (got < bytes.size()) {
    const ssize_t size = read(file, bytes.data() + got, bytes.size() - got);
    if (size <= 0) break;
    got += static_cast<size_t>(size);
  }
  close(file);
  if (got != bytes.size()) Fail("read");
  return bytes;
}

MappedFile MapFile(const std::filesystem::path& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) throw Error(ErrorKind::kNotFound, "cannot open the file");
  struct stat status {};
  const bool known = fstat(file, &status) == 0 && S_ISREG(status.st_mode);
  const auto size = known ? static_cast<size_t>(status.st_size) : 0;
  if (size == 0) {
    close(file);
    const auto bytes = std::make_shared<const std::string>(known ? "" : ReadBytes(path));
    return {bytes, *bytes};
  }
  void* mapping = mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
  close(file);
  if (mapping == MAP_FAILED) Fail("map");
  std::shared_ptr<const void> storage(mapping, [size](void* address) { munmap(address, size); });
  return {std::move(storage), {static_cast<const char*>(mapping), size}};
}

}  // namespace glossator::seg
