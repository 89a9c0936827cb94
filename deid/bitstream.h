// SPDX-License-Identifier: GPL-3.0-or-later
// What hides beside the pixels: comments and application segments in JPEG, JPEG-LS and JPEG 2000
// (ISO 10918-1 B.2.4, 14495-1, 15444-1 A.9.2), unused offsets of RLE (PS3.5 G.5), bytes behind the
// last frame. Everything is overwritten in place with zeros, so that lengths and offset tables
// stay right and nothing needs decoding.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dicom/data_set.h"
#include "dicom/transfer_syntax.h"

namespace glossator::deid {

// One frame's bytes, in pieces of any size.
class FrameCleaner {
 public:
  explicit FrameCleaner(const dicom::TransferSyntax& syntax);

  void Clean(char* bytes, size_t size);  // in place
  // False when what came is not a codestream of this syntax: keep the object sealed.
  bool ok() const { return ok_; }

 private:
  enum class Family { kOpaque, kJpeg, kJpeg2000, kRle };
  enum class State { kStart, kMarker, kLength, kSegment, kEntropy, kTile, kAfter, kBroken };

  void JpegByte(char& byte);
  void Jpeg2000Byte(char& byte);
  void RleByte(char& byte);
  void BeginSegment();
  void SegmentByte(char& byte);
  void EndSegment();
  void OnMarker(uint8_t marker);

  Family family_;
  State state_ = State::kStart;
  bool ok_ = true;
  uint8_t previous_ = 0;
  uint8_t marker_ = 0;
  uint32_t length_ = 0;    // of the segment, with its length field
  uint32_t position_ = 0;  // in the segment, or in the RLE header
  bool matches_ = false;   // the segment has begun like one to keep
  uint64_t tile_left_ = 0;
  uint32_t tile_length_ = 0;
  uint32_t header_bytes_ = 0;
  uint32_t rle_segments_ = 0;
};

// A whole fragment at once.
std::string CleanFragment(const dicom::TransferSyntax& syntax, std::string fragment);

// Bytes of native Pixel Data that the image modules ask for (rows x columns x samples x frames x
// bits allocated, with chroma subsampling), even; 0 when the head does not say.
uint64_t NativePixelBytes(const dicom::DataSet& head);
// Drops what stands behind them; pads to even length.
void TrimPadding(const dicom::DataSet& head, std::string& pixels);

// The rest of a data set from the pixel element (7FE0,0008/0009/0010) to its end, cleaned while it
// streams through. Lengths do not change; what follows the pixel element is dropped.
class PixelStream {
 public:
  PixelStream(const dicom::DataSet& head, const dicom::TransferSyntax& syntax);

  // Appends to `out` what may leave. Throws Error{kInvalid} on a malformed encapsulation.
  void Write(std::string_view bytes, std::string& out);
  // True once the pixel element is complete.
  bool complete() const { return state_ == State::kTail; }
  bool ok() const { return ok_; }  // false: keep the object sealed (reasons::kBitstream)

 private:
  enum class State { kHeader, kNative, kItemHeader, kItem, kTail };
  void Header(std::string& out);
  void ItemHeader(std::string& out);
  size_t Value(std::string_view bytes, std::string& out);

  dicom::TransferSyntax syntax_;
  uint64_t expected_;
  uint32_t frames_;
  State state_ = State::kHeader;
  bool ok_ = true;
  std::string pending_;   // bytes of an unfinished header
  uint64_t left_ = 0;     // of the value or the item
  uint64_t written_ = 0;  // of the native value
  uint32_t items_ = 0;
  FrameCleaner frame_;
};

}  // namespace glossator::deid
