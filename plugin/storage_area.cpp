// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/storage_area.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "dicom/error.h"

namespace glossator::plugin {
namespace {

namespace fs = std::filesystem;

// Somebody may remove an empty folder between its making and its first file.
constexpr int kTries = 100;

[[noreturn]] void Fail(const char* operation, int code) {
  const auto kind = code == ENOSPC || code == EDQUOT ? ErrorKind::kBusy : ErrorKind::kUnavailable;
  throw Error(kind, std::string("storage area: ") + operation + ": " + std::strerror(code));
}

[[noreturn]] void FailToFind(const char* operation, int code) {
  if (code != ENOENT) Fail(operation, code);
  throw Error(ErrorKind::kNotFound, std::string("storage area: ") + operation + ": no such file");
}

class OpenFile {
 public:
  OpenFile(const fs::path& path, int flags)
      : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0666)) {}
  ~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  explicit operator bool() const { return descriptor_ >= 0; }
  int descriptor() const { return descriptor_; }

 private:
  const int descriptor_;
};

constexpr size_t kWorthDirect = 64 << 10;  // smaller files are gathered by the page cache

// Returns 0 or what errno says.
int WriteAll(int descriptor, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno != EINTR) return errno;
    if (written == 0) return ENOSPC;
    if (written > 0) content.remove_prefix(static_cast<size_t>(written));
  }
  return 0;
}

// Past the page cache: whole blocks from aligned memory, the last one cut to size afterwards.
int WriteDirectly(int descriptor, std::string_view content, char* room) {
  for (std::string_view rest = content; !rest.empty();) {
    const size_t part = std::min(rest.size(), spool::Buffer::kBytes);
    const size_t padded = spool::AlignUp(part, spool::kPage);
    std::memcpy(room, rest.data(), part);
    std::memset(room + part, 0, padded - part);
    if (const int fault = WriteAll(descriptor, {room, padded})) return fault;
    rest.remove_prefix(part);
  }
  if (content.size() % spool::kPage == 0) return 0;
  return ::ftruncate(descriptor, static_cast<off_t>(content.size())) == 0 ? 0 : errno;
}

// Not by open: where a file system knows no O_DIRECT, that makes the file and fails.
bool GoesDirectly(int descriptor, size_t size) {
  return size >= kWorthDirect && ::fcntl(descriptor, F_SETFL, O_DIRECT) == 0;
}

// Through the page cache, whatever was tried before.
int WriteCached(int descriptor, std::string_view content) {
  const bool ready = ::fcntl(descriptor, F_SETFL, 0) == 0 && ::ftruncate(descriptor, 0) == 0 &&
                     ::lseek(descriptor, 0, SEEK_SET) == 0;
  return ready ? WriteAll(descriptor, content) : errno;
}

void MakeFolders(const fs::path& folder) {
  if (::mkdir(folder.parent_path().c_str(), 0777) != 0 && errno != EEXIST) {
    Fail("make a folder", errno);
  }
  // The outer one may have been removed meanwhile.
  if (::mkdir(folder.c_str(), 0777) != 0 && errno != EEXIST && errno != ENOENT) {
    Fail("make a folder", errno);
  }
}

}  // namespace

fs::path StorageArea::PathOf(std::string_view uuid) const {
  const bool good = uuid.size() == 36 && std::ranges::all_of(uuid, [](char c) {
                      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '-';
                    });
  if (!good) throw Error(ErrorKind::kInvalid, "storage area: not a UUID");
  return root_ / uuid.substr(0, 2) / uuid.substr(2, 2) / uuid;
}

void StorageArea::MakeRoot() const {
  std::error_code fault;
  fs::create_directories(root_, fault);
  if (fault) Fail("make the folder StorageDirectory", fault.value());
}

int StorageArea::Fill(int descriptor, std::string_view content) const {
  int fault = EINVAL;
  if (GoesDirectly(descriptor, content.size())) {
    fault = WriteDirectly(descriptor, content, buffers_.Take().frame());
  }
  // Also where a file system takes the flag and not the write, or wrote a part of a block.
  if (fault == EINVAL) fault = WriteCached(descriptor, content);
  if (fault != 0 || !sync_each_) return fault;
  return ::fdatasync(descriptor) == 0 ? 0 : errno;
}

void StorageArea::Create(std::string_view uuid, std::string_view content) const {
  const fs::path path = PathOf(uuid);
  for (int left = kTries;; --left) {
    const OpenFile file(path, O_WRONLY | O_CREAT | O_EXCL);
    if (!file && errno == ENOENT && left > 0) {
      MakeFolders(path.parent_path());
      continue;
    }
    if (!file) Fail("create", errno);
    const int fault = Fill(file.descriptor(), content);
    if (fault == 0) return;
    ::unlink(path.c_str());
    Fail("write", fault);
  }
}

uint64_t StorageArea::Size(std::string_view uuid) const {
  struct stat status {};
  if (::stat(PathOf(uuid).c_str(), &status) != 0) FailToFind("look", errno);
  return static_cast<uint64_t>(status.st_size);
}

void StorageArea::Read(std::string_view uuid, uint64_t offset, std::span<char> into) const {
  const OpenFile file(PathOf(uuid), O_RDONLY);
  if (!file) FailToFind("open", errno);
  while (!into.empty()) {
    const ssize_t read =
        ::pread(file.descriptor(), into.data(), into.size(), static_cast<off_t>(offset));
    if (read < 0 && errno == EINTR) continue;
    if (read < 0) Fail("read", errno);
    if (read == 0) throw Error(ErrorKind::kInvalid, "storage area: a file ends too early");
    offset += static_cast<uint64_t>(read);
    into = into.subspan(static_cast<size_t>(read));
  }
}

void StorageArea::Remove(std::string_view uuid) const {
  const fs::path path = PathOf(uuid);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) Fail("remove", errno);
  // Folders that are not empty stay.
  if (::rmdir(path.parent_path().c_str()) == 0) ::rmdir(path.parent_path().parent_path().c_str());
}

}  // namespace glossator::plugin
