// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/bitstream.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>

#include "deid/reason.h"

namespace glossator::deid {
namespace {

// ISO 10918-1 Table B.1, 14495-1, 15444-1 Table A.2.
constexpr uint8_t kSoi = 0xD8, kEoi = 0xD9, kSos = 0xDA, kCom = 0xFE, kApp0 = 0xE0, kApp8 = 0xE8;
constexpr uint8_t kApp14 = 0xEE, kApp15 = 0xEF, kJpg0 = 0xF0, kJpg13 = 0xFD;
constexpr uint8_t kSof55 = 0xF7, kLse = 0xF8;
constexpr uint8_t kSoc = 0x4F, kSot = 0x90, kSod = 0x93, kEoc = 0xD9;
constexpr uint8_t kKnownJpeg2000[] = {0x50, 0x51, 0x52, 0x53, 0x55, 0x56, 0x57, 0x58, 0x59,
                                      0x5C, 0x5D, 0x5E, 0x5F, 0x60, 0x61, 0x63, 0x90};

constexpr size_t kRleHeader = 64;

// What an application segment must begin with to stay, and which bytes of it stay: the ones a
// decoder needs (JFIF without thumbnail, Adobe's and HP's color transform).
struct KeptSegment {
  uint8_t marker;
  std::string_view signature;
  std::string_view mask;  // 'k' keeps, '0' becomes zero; beyond: zero
};
constexpr KeptSegment kKept[] = {{kApp0, std::string_view("JFIF\0", 5), "kkkkkkkkkkkk00"},
                                 {kApp14, "Adobe", "kkkkkkk0000k"},
                                 {kApp8, "mrfx", "kkkkk"}};

const KeptSegment* FindKept(uint8_t marker) {
  const auto* found = std::find_if(std::begin(kKept), std::end(kKept),
                                   [&](const KeptSegment& kept) { return kept.marker == marker; });
  return found == std::end(kKept) ? nullptr : found;
}

bool IsNumberIn(std::string_view uid, std::string_view prefix, int first, int last) {
  if (!uid.starts_with(prefix)) return false;
  const int number = std::atoi(std::string(uid.substr(prefix.size())).c_str());
  return number >= first && number <= last;
}

}  // namespace

FrameCleaner::FrameCleaner(const dicom::TransferSyntax& syntax) : family_(Family::kOpaque) {
  constexpr std::string_view kJpegs = "1.2.840.10008.1.2.4.";
  if (IsNumberIn(syntax.uid, kJpegs, 50, 81)) family_ = Family::kJpeg;
  if (IsNumberIn(syntax.uid, kJpegs, 90, 93)) family_ = Family::kJpeg2000;
  if (IsNumberIn(syntax.uid, kJpegs, 201, 203)) family_ = Family::kJpeg2000;
  if (syntax.uid == "1.2.840.10008.1.2.5") family_ = Family::kRle;
  if (IsFilm(syntax.uid)) film_.emplace(syntax.uid);
}

std::string_view FrameCleaner::problem() const {
  if (film_) return film_->problem();
  return state_ == State::kBroken ? reasons::kBitstream : std::string_view();
}

// A frame may go on in the next fragment; RLE frames never do (PS3.5 A.4.2).
void FrameCleaner::BeginFragment() {
  position_ = family_ == Family::kRle ? 0 : position_;
  if (state_ == State::kAfter) state_ = State::kStart;
}

void FrameCleaner::Clean(char* bytes, size_t size) {
  if (film_) return film_->Clean(bytes, size);
  if (family_ == Family::kOpaque) return;
  for (size_t i = 0; i < size;) {
    i += Skip(bytes + i, size - i);
    if (i == size) return;
    char& byte = bytes[i++];
    family_ == Family::kRle ? RleByte(byte) : Byte(byte);
  }
}

// How many bytes need no look one by one.
size_t FrameCleaner::Skip(const char* bytes, size_t size) {
  if (family_ == Family::kRle) return position_ >= kRleHeader ? size : 0;
  if (state_ == State::kTile) {
    const size_t skipped = static_cast<size_t>(std::min<uint64_t>(size, tile_left_));
    tile_left_ -= skipped;
    if (tile_left_ == 0) state_ = State::kMarker;
    return skipped;
  }
  if (state_ != State::kEntropy || half_marker_) return 0;
  const void* found = std::memchr(bytes, 0xFF, size);
  return found == nullptr ? size : static_cast<size_t>(static_cast<const char*>(found) - bytes);
}

void FrameCleaner::Byte(char& byte) {
  const auto value = static_cast<uint8_t>(byte);
  ++tile_used_;
  switch (state_) {
    case State::kStart:
    case State::kMarker:
    case State::kEntropy:
      return MarkerByte(value);
    case State::kSegment:
      return SegmentByte(byte);
    default:
      byte = 0;  // behind the image, or not understood
  }
}

void FrameCleaner::MarkerByte(uint8_t byte) {
  if (!half_marker_) {
    half_marker_ = byte == 0xFF;
    if (!half_marker_ && state_ != State::kEntropy) state_ = State::kBroken;
    return;
  }
  if (byte == 0xFF) return;  // fill bytes
  half_marker_ = false;
  const bool coded = family_ == Family::kJpeg2000 ? byte < 0x90 : byte < 0x80;
  if (state_ == State::kEntropy && coded) return;
  marker_ = byte;
  OnMarker();
}

void FrameCleaner::OnMarker() {
  const uint8_t first = family_ == Family::kJpeg ? kSoi : kSoc;
  if (state_ == State::kStart && marker_ != first) {
    state_ = State::kBroken;
    return;
  }
  position_ = 0;
  length_ = 0;
  matches_ = true;
  family_ == Family::kJpeg ? OnJpegMarker() : OnJpeg2000Marker();
}

void FrameCleaner::OnJpegMarker() {
  const bool restart = marker_ >= 0xD0 && marker_ <= 0xD7;
  if (restart) return;  // stays in the coded data
  if (marker_ == kSoi) {
    state_ = State::kMarker;
  } else if (marker_ == kEoi) {
    state_ = State::kAfter;
  } else {
    state_ = State::kSegment;
  }
}

void FrameCleaner::OnJpeg2000Marker() {
  if (marker_ == kSot) {
    in_tile_header_ = true;
    tile_used_ = 2;
    tile_size_ = 0;
  }
  if (marker_ == kSod && in_tile_header_) {
    in_tile_header_ = false;
    const bool open_end = tile_size_ == 0;  // up to EOC
    if (!open_end && tile_size_ < tile_used_) {
      state_ = State::kBroken;
      return;
    }
    tile_left_ = open_end ? 0 : tile_size_ - tile_used_;
    state_ = open_end ? State::kEntropy : tile_left_ == 0 ? State::kMarker : State::kTile;
  } else if (marker_ == kEoc) {
    state_ = State::kAfter;
  } else if (marker_ == kSoc || (marker_ >= 0x30 && marker_ <= 0x3F)) {
    state_ = State::kMarker;
  } else {
    state_ = State::kSegment;
  }
}

void FrameCleaner::SegmentByte(char& byte) {
  const auto value = static_cast<uint8_t>(byte);
  if (position_ < 2) {
    length_ = length_ << 8 | value;
    ++position_;
    if (position_ == 2 && length_ < 2) state_ = State::kBroken;
  } else {
    // Psot: bytes 4 to 7 of the segment, counted from its length field.
    if (family_ == Family::kJpeg2000 && marker_ == kSot && position_ >= 4 && position_ < 8) {
      tile_size_ = tile_size_ << 8 | value;
    }
    if (!KeepsByte(value)) byte = 0;
    ++position_;
  }
  if (position_ >= 2 && position_ == length_) EndSegment();
}

void FrameCleaner::EndSegment() {
  const bool scan = family_ == Family::kJpeg && marker_ == kSos;
  state_ = scan ? State::kEntropy : State::kMarker;
}

bool FrameCleaner::KeepsByte(uint8_t byte) {
  if (family_ == Family::kJpeg2000) {
    return std::find(std::begin(kKnownJpeg2000), std::end(kKnownJpeg2000), marker_) !=
           std::end(kKnownJpeg2000);
  }
  const bool application = marker_ >= kApp0 && marker_ <= kApp15;
  const bool reserved =
      marker_ >= kJpg0 && marker_ <= kJpg13 && marker_ != kSof55 && marker_ != kLse;
  if (!application && !reserved && marker_ != kCom) return true;
  const KeptSegment* kept = application ? FindKept(marker_) : nullptr;
  const size_t at = position_ - 2;
  if (kept == nullptr || at >= kept->mask.size()) return false;
  if (at < kept->signature.size()) matches_ &= kept->signature[at] == static_cast<char>(byte);
  return matches_ && kept->mask[at] == 'k';
}

// The number of segments, then 15 offsets of which that many are used.
void FrameCleaner::RleByte(char& byte) {
  if (position_ == 0) segments_ = static_cast<uint8_t>(byte);
  if (position_ == 0 && segments_ > 15) state_ = State::kBroken;
  if (position_ >= 4 * (segments_ + 1) || (position_ > 0 && position_ < 4)) byte = 0;
  ++position_;
}

std::string CleanFragment(const dicom::TransferSyntax& syntax, std::string fragment) {
  FrameCleaner cleaner(syntax);
  cleaner.Clean(fragment.data(), fragment.size());
  return fragment;
}

}  // namespace glossator::deid
