// SPDX-License-Identifier: GPL-3.0-or-later
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>

#include "model/posix_file.h"

namespace glossator {
namespace {

// The reading side of the wall may only read.
int OpenDescriptor(const std::filesystem::path& path, int flags) {
  const int descriptor = open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0640);
  if (descriptor >= 0 || errno != EACCES || (flags & O_CREAT) != 0) return descriptor;
  return open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | flags);
}

class PosixFiles final : public FileSystem {
 public:
  std::unique_ptr<File> Open(const std::filesystem::path& path, bool create) override {
    return std::make_unique<PosixFile>(
        CheckResult(OpenDescriptor(path, create ? O_CREAT : 0), "open"));
  }

  // tmpfs and some network file systems refuse O_DIRECT.
  std::unique_ptr<File> OpenUncached(const std::filesystem::path& path, bool create) override {
    const int descriptor = OpenDescriptor(path, O_DIRECT | (create ? O_CREAT : 0));
    if (descriptor < 0 && errno == EINVAL) return Open(path, create);
    return MakeUncachedFile(CheckResult(descriptor, "open"));
  }

  std::vector<std::string> List(const std::filesystem::path& directory) override {
    DIR* stream = opendir(directory.c_str());
    if (stream == nullptr) FailOperation("list");
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
    if (mkdir(directory.c_str(), 0750) != 0 && errno != EEXIST) FailOperation("make directory");
  }

  void Rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    CheckResult(rename(from.c_str(), to.c_str()), "rename");
  }

  void Remove(const std::filesystem::path& path) override {
    CheckResult(unlink(path.c_str()), "remove");
  }

  void SyncDirectory(const std::filesystem::path& directory) override {
    const int descriptor =
        CheckResult(open(directory.c_str(), O_RDONLY | O_CLOEXEC), "open directory");
    const int result = fsync(descriptor);
    close(descriptor);
    CheckResult(result, "sync directory");
  }

  uint64_t FreeBytes(const std::filesystem::path& directory) override {
    struct statvfs status {};
    CheckResult(statvfs(directory.c_str(), &status), "statvfs");
    return static_cast<uint64_t>(status.f_bavail) * status.f_frsize;
  }
};

}  // namespace

FileSystem& SystemFiles() {
  static PosixFiles files;
  return files;
}

}  // namespace glossator
