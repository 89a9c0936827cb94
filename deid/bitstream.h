// SPDX-License-Identifier: GPL-3.0-or-later
// What hides beside the pixels: comments and application segments in JPEG, JPEG-LS and JPEG 2000
// (ISO 10918-1 B.2.4, 14495-1, 15444-1 A.9.2), unused offsets of RLE (PS3.5 G.5), bytes behind the
// last frame. Everything is overwritten in place with zeros, so that lengths and offset tables
// stay right and nothing needs decoding. Films have a cleaner of their own (film.h).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "deid/film.h"
#include "dicom/data_set.h"
#include "dicom/transfer_syntax.h"

namespace glossator::deid {

// The fragments of one object, each in pieces of any size.
class FrameCleaner {
 public:
  explicit FrameCleaner(const dicom::TransferSyntax& syntax);

  void BeginFragment();
  void Clean(char* bytes, size_t size);  // in place
  // Why the object must stay sealed, of deid/reason.h; "" when nothing speaks against it. What came
  // is not a codestream of this syntax, or a film that cannot be cleaned.
  std::string_view problem() const;

 private:
  enum class Family { kOpaque, kJpeg, kJpeg2000, kRle };
  enum class State {
    kStart,    // a frame's first byte
    kMarker,   // a marker must follow
    kSegment,  // length and content of a marker segment
    kEntropy,  // coded data up to the next marker
    kTile,     // coded data of known size
    kAfter,    // behind the end of the image
    kBroken
  };

  size_t Skip(const char* bytes, size_t size);
  void Byte(char& byte);
  void MarkerByte(uint8_t byte);
  void OnMarker();
  void OnJpegMarker();
  void OnJpeg2000Marker();
  void SegmentByte(char& byte);
  void EndSegment();
  bool KeepsByte(uint8_t byte);
  void RleByte(char& byte);

  Family family_;
  std::optional<FilmCleaner> film_;  // instead of all below
  State state_ = State::kStart;
  bool half_marker_ = false;  // 0xFF has been seen
  uint8_t marker_ = 0;
  uint32_t length_ = 0;    // of the segment, with its length field
  uint32_t position_ = 0;  // in the segment, or in the RLE header
  bool matches_ = false;   // so far the segment begins like one to keep
  uint32_t segments_ = 0;  // RLE
  bool in_tile_header_ = false;
  uint64_t tile_used_ = 0;  // bytes since the SOT marker
  uint32_t tile_size_ = 0;  // Psot
  uint64_t tile_left_ = 0;
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

  // Calls `sink` with what may leave, in pieces that are valid during the call (most of them parts
  // of `bytes`). Throws Error{kInvalid} on a malformed encapsulation.
  using Sink = std::function<void(std::string_view)>;
  void Write(std::string_view bytes, const Sink& sink);
  void Write(std::string_view bytes, std::string& out) {
    Write(bytes, [&out](std::string_view piece) { out += piece; });
  }
  // True once the pixel element is complete.
  bool complete() const { return state_ == State::kTail; }
  // Why the object must stay sealed, once it is complete; "" when it may pass.
  std::string_view problem() const { return frame_.problem(); }

 private:
  enum class State { kHeader, kNative, kItemHeader, kItem, kTail };
  size_t HeaderSize() const;
  void OnHeader();
  void OnItemHeader();
  size_t Value(std::string_view bytes, const Sink& sink);
  void Native(std::string_view bytes, const Sink& sink);
  void Fragment(std::string_view bytes, const Sink& sink);
  uint32_t Number(size_t offset, size_t size) const;

  dicom::TransferSyntax syntax_;
  uint64_t expected_;
  State state_ = State::kHeader;
  std::string pending_;   // bytes of an unfinished header
  std::string changed_;   // a piece that is not as it came
  uint64_t left_ = 0;     // of the value or the item
  uint64_t written_ = 0;  // of the native value
  uint32_t items_ = 0;
  FrameCleaner frame_;
};

}  // namespace glossator::deid
