// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "deid/bitstream.h"
#include "dicom/error.h"
#include "dicom/vr.h"

namespace glossator::deid {
namespace {

namespace tags = dicom::tags;

constexpr uint32_t kUndefined = 0xFFFFFFFF;

Error Malformed() { return Error(ErrorKind::kInvalid, "malformed (7FE0,0010)"); }

uint64_t BitsPerPixel(const dicom::DataSet& head) {
  if (head.Has(tags::FloatPixelData)) return 32;
  if (head.Has(tags::DoubleFloatPixelData)) return 64;
  return static_cast<uint64_t>(std::max<int64_t>(0, head.GetInt(tags::BitsAllocated).value_or(0)));
}

uint64_t Positive(const dicom::DataSet& head, dicom::Tag tag, int64_t otherwise) {
  return static_cast<uint64_t>(std::max<int64_t>(0, head.GetInt(tag).value_or(otherwise)));
}

}  // namespace

uint64_t NativePixelBytes(const dicom::DataSet& head) {
  const uint64_t rows = Positive(head, tags::Rows, 0), columns = Positive(head, tags::Columns, 0);
  const uint64_t samples = Positive(head, tags::SamplesPerPixel, 1);
  const uint64_t frames = std::max<uint64_t>(1, Positive(head, tags::NumberOfFrames, 1));
  const uint64_t bits = BitsPerPixel(head);
  if (rows > 0xFFFF || columns > 0xFFFF || samples > 16 || frames > 1u << 24 || bits > 64) return 0;
  // PS3.3 C.7.6.3.1.2: two pixels share one pair of chrominance values.
  const bool halved = head.GetString(tags::PhotometricInterpretation) == "YBR_FULL_422" ||
                      head.GetString(tags::PhotometricInterpretation) == "YBR_PARTIAL_422";
  const uint64_t values = rows * columns * (halved && samples == 3 ? 2 : samples) * frames;
  const uint64_t bytes = bits == 1 ? (values + 7) / 8 : values * ((bits + 7) / 8);
  return bytes + (bytes & 1);
}

void TrimPadding(const dicom::DataSet& head, std::string& pixels) {
  const uint64_t expected = NativePixelBytes(head);
  if (expected > 0 && pixels.size() > expected) pixels.resize(expected);
  if (pixels.size() % 2 != 0) pixels += '\0';
}

PixelStream::PixelStream(const dicom::DataSet& head, const dicom::TransferSyntax& syntax)
    : syntax_(syntax), expected_(NativePixelBytes(head)), frame_(syntax) {}

uint32_t PixelStream::Number(size_t offset, size_t size) const {
  uint32_t value = 0;
  for (size_t i = 0; i < size; ++i) {
    const size_t at = offset + (syntax_.big_endian ? i : size - 1 - i);
    value = value << 8 | static_cast<uint8_t>(pending_[at]);
  }
  return value;
}

// Pixel elements have a 32-bit length in both forms (PS3.5 7.1.2).
size_t PixelStream::HeaderSize() const {
  return state_ == State::kHeader && syntax_.explicit_vr ? 12 : 8;
}

void PixelStream::OnHeader() {
  const uint32_t size = Number(HeaderSize() - 4, 4);
  if (Number(0, 2) != 0x7FE0) throw Malformed();
  left_ = size;
  if (size != kUndefined) {
    state_ = left_ == 0 ? State::kTail : State::kNative;
  } else if (syntax_.encapsulated) {
    state_ = State::kItemHeader;
  } else {
    throw Malformed();
  }
}

void PixelStream::OnItemHeader() {
  const uint32_t element = Number(2, 2);
  left_ = Number(4, 4);
  if (Number(0, 2) != 0xFFFE || (element != 0xE000 && element != 0xE0DD)) throw Malformed();
  if (element == 0xE0DD) {
    state_ = State::kTail;
    return;
  }
  if (left_ == kUndefined) throw Malformed();
  if (items_++ > 0) frame_.BeginFragment();
  if (left_ > 0) state_ = State::kItem;
}

// What lies behind the image is blanked.
void PixelStream::Native(std::string_view bytes, const Sink& sink) {
  const uint64_t good = expected_ == 0 ? bytes.size() : expected_ - std::min(expected_, written_);
  sink(bytes.substr(0, good));
  if (good >= bytes.size()) return;
  changed_.assign(bytes.size() - good, '\0');
  sink(changed_);
}

void PixelStream::Fragment(std::string_view bytes, const Sink& sink) {
  if (items_ == 1) return sink(bytes);  // the offset table
  changed_.assign(bytes);
  frame_.Clean(changed_.data(), changed_.size());
  sink(changed_);
}

size_t PixelStream::Value(std::string_view bytes, const Sink& sink) {
  const size_t size = static_cast<size_t>(std::min<uint64_t>(bytes.size(), left_));
  const bool item = state_ == State::kItem;
  item ? Fragment(bytes.substr(0, size), sink) : Native(bytes.substr(0, size), sink);
  written_ += size;
  left_ -= size;
  if (left_ == 0) state_ = item ? State::kItemHeader : State::kTail;
  return size;
}

void PixelStream::Write(std::string_view bytes, const Sink& sink) {
  while (!bytes.empty() && state_ != State::kTail) {
    if (state_ == State::kNative || state_ == State::kItem) {
      bytes.remove_prefix(Value(bytes, sink));
      continue;
    }
    const size_t size = std::min(bytes.size(), HeaderSize() - pending_.size());
    pending_.append(bytes.substr(0, size));
    bytes.remove_prefix(size);
    if (pending_.size() < HeaderSize()) return;
    sink(pending_);
    state_ == State::kHeader ? OnHeader() : OnItemHeader();
    pending_.clear();
  }
}

}  // namespace glossator::deid
