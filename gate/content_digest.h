// SPDX-License-Identifier: GPL-3.0-or-later
// Whether an object that comes again is the same: keyed digests of what it shows and of whom it
// names. The encoding does not count (VRs, lengths, byte order of numbers, padding), the pixels
// count as they were sent (docs/conformance-statement.md, "An object that comes again").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dicom/data_set.h"
#include "dicom/transfer_syntax.h"
#include "gate/keys.h"
#include "vault/digest.h"

namespace glossator::gate {

struct Digests {
  std::string content;   // hex; all but what is left out (left_out.h)
  std::string identity;  // hex; who the patient is and which visit and order this was

  bool operator==(const Digests&) const = default;
};

// The digest of the rest of a data set from the pixel element on: its value as sent, and what
// follows it.
class PixelDigest {
 public:
  PixelDigest(const Keys& keys, const dicom::TransferSyntax& syntax)
      : syntax_(syntax), value_(keys.content) {}

  // Both throw Error{kInvalid} for what is no pixel element (PS3.5 8, A.4): cut short, of odd
  // length, items that are none, something behind it that cannot be read.
  void Add(std::string_view bytes);
  std::string Finish();  // 32 bytes; secret: goes into an HMAC

 private:
  enum class State { kHeader, kNative, kItemHeader, kItem, kTail };
  size_t Take(std::string_view bytes);
  size_t TakeHeader(std::string_view bytes, size_t size);
  void OnHeader();
  void OnItemHeader();
  uint32_t Number(size_t offset) const;
  bool whole() const {
    return state_ == State::kTail || (state_ == State::kHeader && pending_.empty());
  }

  dicom::TransferSyntax syntax_;
  State state_ = State::kHeader;
  std::string pending_;  // of a header that is not whole yet
  uint64_t left_ = 0;    // of the value or the item
  vault::UniversalHash value_;
  vault::Sha256 tail_bytes_;
  std::string tail_;  // what follows, as far as it is short
  bool tail_is_long_ = false;
};

class ContentDigest {
 public:
  // `head` is what stands in front of the pixels; Add gets the rest, in `syntax` (inflated).
  ContentDigest(const Keys& keys, const dicom::DataSet& head, const dicom::TransferSyntax& syntax);
  void Add(std::string_view rest) { pixels_.Add(rest); }
  Digests Finish();

 private:
  const Keys& keys_;
  std::string content_;   // SHA-256 of the head
  std::string identity_;  // SHA-256
  PixelDigest pixels_;
};

}  // namespace glossator::gate
