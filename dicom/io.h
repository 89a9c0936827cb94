// SPDX-License-Identifier: GPL-3.0-or-later
// Bounded, non-recursive reading and writing of data sets and Part 10 files.
// Every function throws Error{kInvalid}; the text names offset, tag path and fault, never a value.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "dicom/data_set.h"
#include "dicom/transfer_syntax.h"

namespace glossator::dicom {

struct ElementHeader;

struct Limits {
  uint64_t bytes_max = 4ull << 30;  // of the whole input, after inflating
  uint64_t element_bytes_max = 4ull << 30;
  uint32_t depth_max = 64;  // nested sequences
  uint32_t elements_max = 8'000'000;
  uint32_t inflate_ratio_max = 200;  // deflated data sets (PS3.5 A.5)
  bool even_lengths = false;         // HeadScanner takes no others (PS3.5 7.1.1)
};

// `bytes` is exactly one data set without File Meta.
DataSet Read(std::string_view bytes, const TransferSyntax& syntax, const Limits& limits = {});

// Writes sequences and items with defined length, no group lengths, value padding to even length.
std::string Write(const DataSet& data_set, const TransferSyntax& syntax);

// Where the part in front of the pixels ends. Feed it the growing prefix of one data set (not
// deflated); it never looks at a byte twice that it has understood, and never recurses.
class HeadScanner {
 public:
  explicit HeadScanner(const TransferSyntax& syntax, const Limits& limits = {});

  enum class State { kNeedMore, kAtPixelData };
  // `prefix` holds all bytes so far, from the first. kAtPixelData: the top-level element
  // (7FE0,0008), (7FE0,0009) or (7FE0,0010) starts at head_size().
  State Scan(std::string_view prefix);
  uint64_t head_size() const { return position_; }
  // True when the bytes scanned so far end exactly between two top-level elements.
  bool at_boundary(uint64_t total_bytes) const;

 private:
  struct Level {
    uint64_t end;  // UINT64_MAX: undefined length
    bool is_sequence;
    bool implicit_vr;
    bool is_fragments = false;
  };
  bool Step(std::string_view prefix);
  bool Delimiter(const ElementHeader& header, bool implicit);
  bool Element(const ElementHeader& header, bool implicit);
  bool Skip(const ElementHeader& header);
  bool Open(const ElementHeader& header, Level level);
  void CheckInside() const;
  void CheckLength(const ElementHeader& header) const;
  [[noreturn]] void CheckFailed() const;

  TransferSyntax syntax_;
  Limits limits_;
  uint64_t position_ = 0;
  uint32_t elements_ = 0;
  std::vector<Level> levels_;
  bool at_pixels_ = false;
};

// A Part 10 file (PS3.10 7.1) in memory.
struct File {
  DataSet meta;  // group 0002
  const TransferSyntax* syntax = nullptr;
  DataSet data_set;
};

// Accepts files without preamble or meta when they read as a plain data set.
File ReadFile(std::string_view bytes, const Limits& limits = {});
File ReadFile(const std::filesystem::path& path, const Limits& limits = {});
// Stops in front of the pixels: File::data_set has no (7FE0,0008/0009/0010).
File ReadFileHead(const std::filesystem::path& path, const Limits& limits = {});
File ReadHead(std::string_view bytes, const Limits& limits = {});
// True when the bytes look like DICOM ("DICM" at 128, or a plausible first element).
bool LooksLikeDicom(std::string_view first_bytes);

// Preamble of zeros, "DICM", and group 0002 with our implementation identity (PS3.10 7.1),
// for an object whose data set bytes follow.
std::string FileMeta(std::string_view sop_class_uid, std::string_view sop_instance_uid,
                     const TransferSyntax& syntax);
// FileMeta + Write, with class and instance taken from the data set.
std::string WriteFile(const DataSet& data_set, const TransferSyntax& syntax);
// Atomically: a temporary file beside it, fsync, rename.
void WriteFileTo(const std::filesystem::path& path, const DataSet& data_set,
                 const TransferSyntax& syntax);

// Deflated Explicit VR Little Endian: raw deflate (RFC 1951).
std::string Inflate(std::string_view bytes, const Limits& limits = {});
std::string Deflate(std::string_view bytes);

inline constexpr std::string_view kImplementationClassUid =
    "2.25.190146358391227407735112374860461028411";
inline constexpr std::string_view kImplementationVersionName = "GLOSSATOR_1";

}  // namespace glossator::dicom
