// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>

#include "dicom/error.h"
#include "dicom/io.h"

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

// A file that is gone again unless it was renamed to its final name.
class Temporary {
 public:
  explicit Temporary(const std::filesystem::path& beside)
      : name_(beside.string() + '.' + std::to_string(getpid()) + '.' + NextNumber()),
        descriptor_(open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)) {
    if (descriptor_ < 0) Fail("creating the file");
  }
  ~Temporary() {
    if (descriptor_ >= 0) close(descriptor_);
    if (!renamed_) unlink(name_.c_str());
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;

  void Write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) Fail("writing the file");
      bytes.remove_prefix(static_cast<size_t>(written));
    }
  }

  void Rename(const std::filesystem::path& path) {
    if (fsync(descriptor_) != 0) Fail("syncing the file");
    if (rename(name_.c_str(), path.c_str()) != 0) Fail("renaming the file");
    renamed_ = true;
  }

 private:
  std::string name_;
  int descriptor_;
  bool renamed_ = false;
};

}  // namespace

void WriteFileTo(const std::filesystem::path& path, const DataSet& data_set,
                 const TransferSyntax& syntax) {
  const std::string bytes = WriteFile(data_set, syntax);
  Temporary temporary(path);
  temporary.Write(bytes);
  temporary.Rename(path);
}

}  // namespace glossator::dicom
