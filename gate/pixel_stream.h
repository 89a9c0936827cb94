// SPDX-License-Identifier: GPL-3.0-or-later
// The part of a data set from the top-level Pixel Data element on, while it streams: the element
// passes through, the bytes of each fragment through a cleaner, and what follows is kept aside.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "dicom/transfer_syntax.h"

namespace glossator::gate {

class PixelStream {
 public:
  using Emit = std::function<void(std::string_view)>;
  // Same size in and out, so that offset tables stay true.
  using CleanFragment = std::function<std::string(std::string)>;

  struct Options {
    uint64_t native_bytes =
        0;  // what Rows, Columns ... ask for; bytes beyond are zeroed; 0: unknown
    uint64_t fragment_bytes_max = 256ull << 20;
    uint64_t tail_bytes_max = 16ull << 20;
  };

  PixelStream(const dicom::TransferSyntax& syntax, Options options, CleanFragment clean, Emit emit);

  // Bytes in order, cut anywhere. Throws Error{kInvalid} on a broken element.
  void Feed(std::string_view bytes);
  // Throws Error{kInvalid} when the element is incomplete.
  void Finish() const;
  // Everything after the element, as it came.
  const std::string& tail() const { return tail_; }

 private:
  enum class State { kElementHeader, kNative, kItemHeader, kFragment, kTail };

  std::string_view Take(std::string_view bytes);
  std::string_view TakeHeader(std::string_view bytes);
  std::string_view TakeNative(std::string_view bytes);
  std::string_view TakeItemHeader(std::string_view bytes);
  std::string_view TakeFragment(std::string_view bytes);
  std::string_view TakeTail(std::string_view bytes);
  bool Collect(std::string_view& bytes, size_t size);
  uint32_t Length32(size_t offset) const;

  const dicom::TransferSyntax& syntax_;
  Options options_;
  CleanFragment clean_;
  Emit emit_;
  State state_ = State::kElementHeader;
  std::string pending_;     // an incomplete header, or the fragment so far
  uint64_t remaining_ = 0;  // of the native value or the fragment
  uint64_t native_seen_ = 0;
  bool offset_table_seen_ = false;
  std::string tail_;
};

}  // namespace glossator::gate
