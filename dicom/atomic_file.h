// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace glossator::dicom {

// A file that stands under its name only when it is complete: written beside it, synced, renamed.
// Without Commit nothing is left behind. Throws Error{kUnavailable}.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void Write(std::string_view bytes);
  void Commit();

 private:
  void StartWriteBack();

  std::filesystem::path path_;
  std::string temporary_;
  int descriptor_;
  int64_t size_ = 0;     // bytes written
  int64_t started_ = 0;  // of these, on their way to the disk
  bool committed_ = false;
};

}  // namespace glossator::dicom
