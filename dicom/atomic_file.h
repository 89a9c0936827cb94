// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

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
  std::filesystem::path path_;
  std::string temporary_;
  int descriptor_;
  bool committed_ = false;
};

}  // namespace glossator::dicom
