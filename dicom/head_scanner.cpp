// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/element_header.h"
#include "dicom/error.h"
#include "dicom/io.h"

namespace glossator::dicom {
namespace {

bool IsPixels(Tag tag) {
  return tag == tags::FloatPixelData || tag == tags::DoubleFloatPixelData || tag == tags::PixelData;
}

}  // namespace

HeadScanner::HeadScanner(const TransferSyntax& syntax, const Limits& limits)
    : syntax_(syntax), limits_(limits) {}

HeadScanner::State HeadScanner::Scan(std::string_view prefix) {
  while (!at_pixels_ && Step(prefix)) {
  }
  if (prefix.size() > limits_.bytes_max && !at_pixels_) {
    ThrowAt(position_, "", "more bytes than allowed");
  }
  return at_pixels_ ? State::kAtPixelData : State::kNeedMore;
}

bool HeadScanner::at_boundary(uint64_t total_bytes) const {
  if (position_ != total_bytes) return false;
  // Sequences and items of defined length that end here are closed by the next step only.
  for (const Level& level : levels_) {
    if (level.end != position_) return false;
  }
  return true;
}

bool HeadScanner::Step(std::string_view prefix) {
  while (!levels_.empty() && levels_.back().end <= position_) levels_.pop_back();
  if (position_ >= prefix.size()) return false;
  const bool implicit = levels_.empty() ? !syntax_.explicit_vr : levels_.back().implicit_vr;
  const auto header =
      ParseHeader(prefix.substr(position_), implicit, syntax_.big_endian && !implicit);
  if (!header) return false;
  if (++elements_ > limits_.elements_max) ThrowAt(position_, "", "too many elements");
  if (levels_.empty() && IsPixels(header->tag)) return !(at_pixels_ = true);
  if (header->is_delimiter()) return Delimiter(*header, implicit);
  if (!levels_.empty() && levels_.back().is_sequence) ThrowAt(position_, "", "not an item");
  return Element(*header, implicit);
}

// An item or the end of one, or of a sequence.
bool HeadScanner::Delimiter(const ElementHeader& header, bool implicit) {
  const bool in_sequence = !levels_.empty() && levels_.back().is_sequence;
  if (header.tag == kItem) {
    if (!in_sequence) ThrowAt(position_, "", "an item outside of a sequence");
    if (!levels_.back().is_fragments) {
      return Open(header, {0, false, implicit});
    }
    if (header.undefined()) ThrowAt(position_, "", "a fragment of undefined length");
    return Skip(header);
  }
  position_ += header.size;
  // A delimiter where the length already says the end is redundant, not wrong.
  const bool closes = header.tag == (in_sequence ? kSequenceDelimitation : kItemDelimitation);
  if (levels_.empty() || levels_.back().end != UINT64_MAX) {
    CheckInside();
    return true;
  }
  if (!closes) ThrowAt(position_, "", "the wrong delimiter");
  levels_.pop_back();
  return true;
}

bool HeadScanner::Element(const ElementHeader& header, bool implicit) {
  switch (ContentOf(header, implicit)) {
    case Content::kValue:
      return Skip(header);
    case Content::kItems:
      return Open(header, {0, true, implicit});
    case Content::kImplicitItems:
      return Open(header, {0, true, true});
    case Content::kFragments:
      return Open(header, {0, true, implicit, true});
    case Content::kFault:
      break;
  }
  ThrowAt(position_, ToString(header.tag), "undefined length");
}

// Readers of files are tolerant; a sender can be told.
void HeadScanner::CheckLength(const ElementHeader& header) const {
  if (limits_.even_lengths && !header.undefined() && header.length % 2 != 0) {
    ThrowAt(position_, ToString(header.tag), "of odd length");
  }
}

bool HeadScanner::Skip(const ElementHeader& header) {
  CheckLength(header);
  if (header.length > limits_.element_bytes_max) {
    ThrowAt(position_, ToString(header.tag), "longer than allowed");
  }
  position_ += header.size + uint64_t{header.length};
  CheckInside();
  return true;
}

bool HeadScanner::Open(const ElementHeader& header, Level level) {
  CheckLength(header);
  // Two levels a sequence: the sequence and its item.
  if (level.is_sequence && levels_.size() / 2 >= limits_.depth_max) {
    ThrowAt(position_, ToString(header.tag), "nested too deeply");
  }
  const uint64_t start = position_ + header.size;
  level.end = header.undefined() ? UINT64_MAX : start + header.length;
  const uint64_t parent_end = levels_.empty() ? limits_.bytes_max : levels_.back().end;
  position_ = start;
  if (!header.undefined() && level.end > parent_end) CheckFailed();
  CheckInside();
  levels_.push_back(level);
  return true;
}

void HeadScanner::CheckInside() const {
  if (position_ > limits_.bytes_max) CheckFailed();
  if (!levels_.empty() && position_ > levels_.back().end) CheckFailed();
}

void HeadScanner::CheckFailed() const {
  ThrowAt(position_, "",
          levels_.empty() ? "more bytes than allowed" : "runs over its parent's end");
}

}  // namespace glossator::dicom
