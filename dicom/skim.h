// SPDX-License-Identifier: GPL-3.0-or-later
// Reading an object whose bulk lies inside sequences (point coordinates, index lists) without
// holding it twice: the data set comes with its long values left out, and says where they are.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "dicom/io.h"

namespace glossator::dicom {

// Bytes that can be read at any place. Reading beyond the end throws Error{kInvalid}.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual uint64_t size() const = 0;
  virtual void ReadAt(uint64_t offset, void* into, size_t bytes) const = 0;
};

class FileSource final : public ByteSource {
 public:
  explicit FileSource(const std::filesystem::path& path);  // kNotFound, kUnavailable
  ~FileSource() override;
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;
  uint64_t size() const override { return size_; }
  void ReadAt(uint64_t offset, void* into, size_t bytes) const override;

 private:
  int descriptor_;
  uint64_t size_ = 0;
};

class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::string_view bytes) : bytes_(bytes) {}  // borrowed
  uint64_t size() const override { return bytes_.size(); }
  void ReadAt(uint64_t offset, void* into, size_t bytes) const override;

 private:
  std::string_view bytes_;
};

struct Extent {
  uint64_t offset = 0;
  uint64_t bytes = 0;
};

struct Skimmed {
  File file;                            // bulk values are empty
  std::map<std::string, Extent> bulks;  // by path, as ForEachElement makes them
};

// A Part 10 file; values of OB, OW, OF, OD, OL, OV and UN longer than `keep` bytes are left out,
// top-level pixels too. What is kept is bounded by `limits` and by 64 MiB together. Deflated and
// big endian files, and values in fragments, are kUnsupported.
Skimmed Skim(const ByteSource& source, size_t keep = 4096, const Limits& limits = {});

}  // namespace glossator::dicom
