// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace glossator::seg {

// A file that stands under its name only when it is complete: written beside it, synced, renamed.
// Throws Error{kUnavailable}. Without Commit nothing is left behind.
class FileSink {
 public:
  explicit FileSink(std::filesystem::path path);
  ~FileSink();
  FileSink(const FileSink&) = delete;
  FileSink& operator=(const FileSink&) = delete;

  void Write(std::string_view bytes);
  void Commit();

 private:
  std::filesystem::path path_;
  std::string temporary_;
  int file_ = -1;
};

// A whole file; kNotFound or kUnavailable.
std::string ReadBytes(const std::filesystem::path& path);

// The same without copying, for files that nobody cuts short meanwhile: a mapping.
struct MappedFile {
  std::shared_ptr<const void> storage;
  std::string_view bytes;
};
MappedFile MapFile(const std::filesystem::path& path);

}  // namespace glossator::seg
