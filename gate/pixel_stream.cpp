// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/pixel_stream.h"

#include <algorithm>
#include <utility>

#include "dicom/error.h"
#include "dicom/vr.h"

namespace glossator::gate {
namespace {

constexpr uint32_t kUndefined = 0xFFFFFFFF;
constexpr uint32_t kItem = 0xFFFEE000;
constexpr uint32_t kSequenceDelimiter = 0xFFFEE0DD;

[[noreturn]] void Invalid(const char* what) {
  throw Error(ErrorKind::kInvalid, std::string("Pixel Data: ") + what);
}

}  // namespace

PixelStream::PixelStream(const dicom::TransferSyntax& syntax, Options options, CleanFragment clean,
                         Emit emit)
    : syntax_(syntax), options_(options), clean_(std::move(clean)), emit_(std::move(emit)) {}

void PixelStream::Feed(std::string_view bytes) {
  while (!bytes.empty()) bytes = Take(bytes);
}

std::string_view PixelStream::Take(std::string_view bytes) {
  switch (state_) {
    case State::kElementHeader:
      return TakeHeader(bytes);
    case State::kNative:
      return TakeNative(bytes);
    case State::kItemHeader:
      return TakeItemHeader(bytes);
    case State::kFragment:
      return TakeFragment(bytes);
    case State::kTail:
      return TakeTail(bytes);
  }
  return {};
}

bool PixelStream::Collect(std::string_view& bytes, size_t size) {
  const size_t part = std::min(size - pending_.size(), bytes.size());
  pending_.append(bytes.substr(0, part));
  bytes.remove_prefix(part);
  return pending_.size() == size;
}

uint32_t PixelStream::Length32(size_t offset) const {
  const auto byte = [&](size_t i) {
    const size_t at = syntax_.big_endian ? offset + 3 - i : offset + i;
    return static_cast<uint32_t>(static_cast<uint8_t>(pending_[at])) << (8 * i);
  };
  return byte(0) | byte(1) | byte(2) | byte(3);
}

std::string_view PixelStream::TakeHeader(std::string_view bytes) {
  const size_t size = syntax_.explicit_vr ? 12 : 8;  // OB, OW, OF, OD: PS3.5 Table 7.1-1
  if (!Collect(bytes, size)) return bytes;
  if (syntax_.explicit_vr) {
    const auto vr = dicom::ParseVr(std::string_view(pending_).substr(4, 2));
    if (!vr || !dicom::HasLongLength(*vr)) Invalid("its VR is none of OB, OW, OF, OD");
  }
  const uint32_t length = Length32(size - 4);
  if (length == kUndefined && !syntax_.encapsulated) Invalid("fragments in a native syntax");
  emit_(pending_);
  pending_.clear();
  remaining_ = length;
  state_ = length == kUndefined ? State::kItemHeader : State::kNative;
  if (length == 0) state_ = State::kTail;
  return bytes;
}

std::string_view PixelStream::TakeNative(std::string_view bytes) {
  const auto part = bytes.substr(0, std::min<uint64_t>(remaining_, bytes.size()));
  const uint64_t known = options_.native_bytes == 0 ? UINT64_MAX : options_.native_bytes;
  const uint64_t good =
      known > native_seen_ ? std::min<uint64_t>(known - native_seen_, part.size()) : 0;
  emit_(part.substr(0, good));
  if (good < part.size()) emit_(std::string(part.size() - good, '\0'));
  native_seen_ += part.size();
  remaining_ -= part.size();
  if (remaining_ == 0) state_ = State::kTail;
  return bytes.substr(part.size());
}

std::string_view PixelStream::TakeItemHeader(std::string_view bytes) {
  if (!Collect(bytes, 8)) return bytes;
  // Encapsulated syntaxes are little endian: group and element are two 16-bit numbers.
  const uint32_t raw = Length32(0);
  const uint32_t tag = raw << 16 | raw >> 16;
  const uint32_t length = Length32(4);
  if (tag != kItem && tag != kSequenceDelimiter) Invalid("neither an item nor the delimiter");
  if (tag == kSequenceDelimiter && length != 0) Invalid("a delimiter with a length");
  if (length > options_.fragment_bytes_max) Invalid("a fragment over the limit");
  emit_(pending_);
  pending_.clear();
  remaining_ = length;
  if (tag == kSequenceDelimiter) {
    state_ = State::kTail;
  } else if (length > 0) {
    state_ = State::kFragment;
  } else {
    offset_table_seen_ = true;
  }
  return bytes;
}

std::string_view PixelStream::TakeFragment(std::string_view bytes) {
  if (!Collect(bytes, remaining_)) return bytes;
  // The first item is the Basic Offset Table (PS3.5 A.4), not pixels.
  const size_t size = pending_.size();
  std::string fragment = std::exchange(pending_, {});
  if (offset_table_seen_) fragment = clean_(std::move(fragment));
  if (fragment.size() != size) Invalid("a cleaned fragment changed its size");
  offset_table_seen_ = true;
  emit_(fragment);
  state_ = State::kItemHeader;
  return bytes;
}

std::string_view PixelStream::TakeTail(std::string_view bytes) {
  if (tail_.size() + bytes.size() > options_.tail_bytes_max) Invalid("too much behind it");
  tail_.append(bytes);
  return {};
}

void PixelStream::Finish() const {
  if (state_ != State::kTail) Invalid("the data set ends inside it");
}

}  // namespace glossator::gate
