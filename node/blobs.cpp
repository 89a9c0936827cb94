// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/blobs.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <fstream>

#include "dicom/error.h"
#include "store/digest.h"

namespace glossator::node {
namespace fs = std::filesystem;
namespace {

constexpr const char* kUnfinished = "unfinished";

[[noreturn]] void Fail(const char* doing) {
  throw Error(ErrorKind::kUnavailable, std::string("blob store: cannot ") + doing);
}

class Descriptor {
 public:
  Descriptor(const fs::path& path, int flags)
      : number_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {
    if (number_ < 0) Fail("open");
  }
  ~Descriptor() { ::close(number_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  void Write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t written = ::write(number_, bytes.data(), bytes.size());
      if (written < 0) Fail("write");
      bytes.remove_prefix(static_cast<size_t>(written));
    }
  }
  void Sync() const {
    if (::fsync(number_) != 0) Fail("sync");
  }

 private:
  int number_;
};

void SyncDirectory(const fs::path& path) { Descriptor(path, O_RDONLY | O_DIRECTORY).Sync(); }

}  // namespace

Blobs::Blobs(fs::path directory) : directory_(std::move(directory)) {
  fs::create_directories(directory_);
  fs::remove_all(directory_ / kUnfinished);
  fs::create_directory(directory_ / kUnfinished);
}

fs::path Blobs::PathOf(const std::string& digest) const {
  return directory_ / digest.substr(0, 2) / digest;
}

std::string Blobs::Put(std::string_view bytes) const {
  static std::atomic<uint64_t> count = 0;
  std::string digest = store::Sha256Hex(bytes);
  const fs::path path = PathOf(digest);
  if (Has(digest)) return digest;
  const fs::path unfinished = directory_ / kUnfinished / (digest + std::to_string(++count));
  {
    const Descriptor file(unfinished, O_WRONLY | O_CREAT | O_EXCL);
    file.Write(bytes);
    file.Sync();
  }
  fs::create_directories(path.parent_path());
  fs::rename(unfinished, path);
  SyncDirectory(path.parent_path());
  SyncDirectory(directory_);
  return digest;
}

std::string Blobs::Get(const std::string& digest) const {
  std::ifstream stream(PathOf(digest), std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(stream)), {});
  if (!stream || store::Sha256Hex(bytes) != digest) {
    throw Error(ErrorKind::kInternal, "blob " + digest + " is missing or damaged");
  }
  return bytes;
}

bool Blobs::Has(const std::string& digest) const { return fs::is_regular_file(PathOf(digest)); }

}  // namespace glossator::node
