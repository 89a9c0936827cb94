// SPDX-License-Identifier: GPL-3.0-or-later
#include "pixels/message.h"

#include "dicom/error.h"

namespace glossator::pixels {
namespace {

constexpr size_t kTextBytesMax = 200;

void Put(std::string& out, uint64_t value, size_t bytes) {
  for (size_t i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
}

void PutText(std::string& out, std::string_view text) {
  Put(out, text.size(), 8);
  out += text;
}

void PutRectangles(std::string& out, const std::vector<Rectangle>& rectangles) {
  if (rectangles.size() > kRectanglesMax) throw Error(ErrorKind::kInvalid, "too many rectangles");
  Put(out, rectangles.size(), 4);
  for (const Rectangle& one : rectangles) {
    for (const uint32_t number : {one.x, one.y, one.width, one.height}) Put(out, number, 4);
  }
}

void PutFormat(std::string& out, const Format& format) {
  for (const uint32_t number :
       {format.rows, format.columns, format.samples, format.bits_allocated, format.bits_stored}) {
    Put(out, number, 4);
  }
  Put(out, format.is_signed ? 1 : 0, 1);
  Put(out, format.planar ? 1 : 0, 1);
  Put(out, static_cast<uint8_t>(format.photometric), 1);
}

// Takes from the front; what is not there is a fault.
class Taker {
 public:
  explicit Taker(std::string_view bytes) : bytes_(bytes) {}

  uint64_t Number(size_t size) {
    const std::string_view raw = Bytes(size);
    uint64_t value = 0;
    for (size_t i = size; i > 0; --i) value = value << 8 | static_cast<uint8_t>(raw[i - 1]);
    return value;
  }
  uint32_t Word() { return static_cast<uint32_t>(Number(4)); }
  bool Flag() {
    const uint64_t value = Number(1);
    Require(value <= 1);
    return value == 1;
  }
  std::string_view Text(size_t max) {
    const uint64_t size = Number(8);
    Require(size <= max);
    return Bytes(size);
  }
  std::vector<Rectangle> Rectangles() {
    const uint32_t count = Word();
    Require(count <= kRectanglesMax);
    std::vector<Rectangle> rectangles(count);
    for (Rectangle& one : rectangles) {
      one.x = Word();
      one.y = Word();
      one.width = Word();
      one.height = Word();
    }
    return rectangles;
  }
  void End() const { Require(bytes_.empty()); }
  static void Require(bool good) {
    if (!good) throw Error(ErrorKind::kInvalid, "a malformed message about a frame");
  }

 private:
  std::string_view Bytes(uint64_t size) {
    Require(size <= bytes_.size());
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }

  std::string_view bytes_;
};

Format TakeFormat(Taker& taker) {
  Format format;
  format.rows = taker.Word();
  format.columns = taker.Word();
  format.samples = taker.Word();
  format.bits_allocated = taker.Word();
  format.bits_stored = taker.Word();
  format.is_signed = taker.Flag();
  format.planar = taker.Flag();
  const uint64_t photometric = taker.Number(1);
  Taker::Require(photometric <= static_cast<uint8_t>(Photometric::kYbrRct));
  format.photometric = static_cast<Photometric>(photometric);
  // Sizes first: IsHandled multiplies them.
  Taker::Require(format.rows <= 0xFFFF && format.columns <= 0xFFFF && IsHandled(format));
  return format;
}

}  // namespace

std::string Write(const Request& request) {
  std::string out;
  Put(out, static_cast<uint8_t>(request.action), 1);
  PutText(out, request.syntax);
  PutFormat(out, request.format);
  PutRectangles(out, request.ignored);
  PutRectangles(out, request.blank);
  PutText(out, request.frame);
  PutText(out, request.native);
  return out;
}

std::string Write(const Reply& reply) {
  std::string out;
  PutText(out, std::string_view(reply.fault).substr(0, kTextBytesMax));
  Put(out, reply.unsupported ? 1 : 0, 1);
  PutRectangles(out, reply.found);
  PutText(out, reply.frame);
  return out;
}

Request ReadRequest(std::string_view bytes) {
  Taker taker(bytes);
  Request request;
  const uint64_t action = taker.Number(1);
  Taker::Require(action >= 1 && action <= static_cast<uint8_t>(Action::kReplace));
  request.action = static_cast<Action>(action);
  request.syntax = taker.Text(kTextBytesMax);
  request.format = TakeFormat(taker);
  request.ignored = taker.Rectangles();
  request.blank = taker.Rectangles();
  request.frame = taker.Text(kMessageBytesMax);
  request.native = taker.Text(kFrameBytesMax);
  taker.End();
  return request;
}

Reply ReadReply(std::string_view bytes) {
  Taker taker(bytes);
  Reply reply;
  reply.fault = taker.Text(kTextBytesMax);
  reply.unsupported = taker.Flag();
  reply.found = taker.Rectangles();
  reply.frame = taker.Text(kMessageBytesMax);
  taker.End();
  return reply;
}

std::string LengthPrefix(size_t size) {
  std::string out;
  Put(out, size, kLengthBytes);
  return out;
}

uint64_t ReadLength(std::string_view prefix) { return Taker(prefix).Number(kLengthBytes); }

}  // namespace glossator::pixels
