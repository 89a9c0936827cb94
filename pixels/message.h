// SPDX-License-Identifier: GPL-3.0-or-later
// What the gate and glossator-codec say to each other about one frame: a length (8 bytes, little
// endian) and that many bytes of a fixed layout.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pixels/format.h"

namespace glossator::pixels {

enum class Action : uint8_t {
  kLook = 1,     // where is text? nothing is written
  kClean = 2,    // blank and encode again
  kPicture = 3,  // brightness in 8 bits, rows * columns bytes, for a person's eyes
  kDecode = 4,   // the frame without compression, little endian
  kReplace = 5,  // the frame with the values of `native`, without loss
};

struct Request {
  Action action = Action::kLook;
  std::string syntax;  // transfer syntax UID; "" is a native frame, little endian
  Format format;
  std::vector<Rectangle> ignored;  // kLook: text in there is known already
  std::vector<Rectangle> blank;    // kClean
  std::string frame;               // one frame as it is encoded
  // kReplace: frame_bytes() of the format. kLook: the frame after this one as it is encoded, or
  // nothing: what is gone a frame later, from a picture that is still much the same, is no text.
  std::string native;
};

struct Reply {
  std::string fault;             // not empty: the frame could not be done; nothing else is filled
  bool unsupported = false;      // with a fault: of a kind that no codec here handles
  std::vector<Rectangle> found;  // kLook
  std::string frame;             // kClean, kPicture
};

inline constexpr size_t kLengthBytes = 8;
inline constexpr size_t kMessageBytesMax = kFrameBytesMax + (size_t{1} << 20);
inline constexpr size_t kRectanglesMax = 4096;

// Without the length. Reading throws Error{kInvalid} for anything that writing would not make.
std::string Write(const Request& request);
std::string Write(const Reply& reply);
Request ReadRequest(std::string_view bytes);
Reply ReadReply(std::string_view bytes);

std::string LengthPrefix(size_t size);
uint64_t ReadLength(std::string_view prefix);  // of kLengthBytes

}  // namespace glossator::pixels
