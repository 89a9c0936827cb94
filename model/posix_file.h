// SPDX-License-Identifier: GPL-3.0-or-later
// Internal to model/: an open file, through the page cache or past it.
#pragma once

#include <cerrno>
#include <memory>

#include "model/ports.h"

namespace glossator {

// Throws Error{kUnavailable} with the operation and what errno says.
[[noreturn]] void FailOperation(const char* operation, int code = errno);
int CheckResult(int result, const char* operation);

class PosixFile : public FileSystem::File {
 public:
  explicit PosixFile(int descriptor) : descriptor_(descriptor) {}
  ~PosixFile() override;
  PosixFile(const PosixFile&) = delete;
  PosixFile& operator=(const PosixFile&) = delete;

  void WriteAt(uint64_t offset, std::span<const std::string_view> pieces) override;
  std::string ReadAt(uint64_t offset, size_t size) override;
  void Preallocate(uint64_t size) override;
  bool TryLock() override;
  void SyncData() override;
  uint64_t Size() override;

 protected:
  // Less than asked for only at the end of the file.
  size_t ReadFully(uint64_t offset, char* into, size_t size);

  const int descriptor_;
};

// `descriptor` was opened with O_DIRECT.
std::unique_ptr<FileSystem::File> MakeUncachedFile(int descriptor);

}  // namespace glossator
