// SPDX-License-Identifier: GPL-3.0-or-later
#include "codec/serve.h"

#include <algorithm>
#include <new>

#include "codec/codec.h"
#include "dicom/error.h"
#include "pixels/detector.h"
#include "pixels/raster.h"

namespace glossator::codec {
namespace {

using pixels::Action;
using pixels::Reply;
using pixels::Request;

const Codec& CodecFor(const Request& request) {
  const Codec* codec = FindCodec(request.syntax);
  if (codec == nullptr) {
    throw Error(ErrorKind::kUnsupported, "no codec for this transfer syntax");
  }
  return *codec;
}

// Irreversible wavelets cannot give back what they were given.
bool IsExact(const Request& request) { return request.syntax != "1.2.840.10008.1.2.4.91"; }

// A stream that was changed in place: the covered brightness must be one value for each rectangle.
void CheckBlanked(const Raster& raster, const Request& request) {
  const auto gray = pixels::Brightness(raster.bytes, raster.format);
  for (const Rectangle& one : pixels::Clip(request.blank, gray.columns, gray.rows)) {
    for (uint32_t y = one.y; y < one.bottom(); ++y) {
      const auto* row = gray.values.data() + size_t{y} * gray.columns;
      if (!std::all_of(row + one.x, row + one.right(),
                       [&](uint16_t value) { return value == gray.at(one.x, one.y); })) {
        throw Error(ErrorKind::kInternal, "the blanked frame is not blank");
      }
    }
  }
}

std::string CleanInside(const Codec& codec, const Request& request) {
  std::string out = codec.blank(request.frame, request.format, request.blank);
  CheckBlanked(codec.decode(out, request.format), request);
  return out;
}

std::string Clean(const Codec& codec, const Request& request) {
  if (codec.blank != nullptr) return CleanInside(codec, request);
  Raster raster = codec.decode(request.frame, request.format);
  pixels::Blank(raster.bytes, raster.format, request.blank);
  std::string out = codec.encode(raster, request.frame);
  if (IsExact(request) && codec.decode(out, request.format).bytes != raster.bytes) {
    throw Error(ErrorKind::kInternal, "the frame reads back differently");
  }
  return out;
}

// Other values in the frame's own syntax. Only where they come back as they are.
std::string Replace(const Codec& codec, const Request& request) {
  if (codec.encode == nullptr || !IsExact(request)) {
    throw Error(ErrorKind::kUnsupported, "a compression with loss");
  }
  Raster raster = codec.decode(request.frame, request.format);
  if (raster.format.samples != 1 || raster.bytes.size() != request.native.size()) {
    throw Error(ErrorKind::kInvalid, "the new values are not those of such a frame");
  }
  raster.bytes = request.native;
  std::string out = codec.encode(raster, request.frame);
  if (codec.decode(out, request.format).bytes != raster.bytes) {
    throw Error(ErrorKind::kInternal, "the frame reads back differently");
  }
  return out;
}

// The darkest half percent is black and the brightest white.
std::string Picture(const Raster& raster) {
  const auto gray = pixels::Brightness(raster.bytes, raster.format);
  auto sorted = gray.values;
  std::sort(sorted.begin(), sorted.end());
  const int low = sorted[sorted.size() / 200],
            high = sorted[sorted.size() - 1 - sorted.size() / 200];
  const bool inverse = raster.format.photometric == Photometric::kMonochrome1;
  std::string out(gray.values.size(), '\0');
  for (size_t i = 0; i < out.size(); ++i) {
    const int value = std::clamp((gray.values[i] - low) * 255 / std::max(high - low, 1), 0, 255);
    out[i] = static_cast<char>(inverse ? 255 - value : value);
  }
  return out;
}

// Text burned in with loss comes back a little different in each frame.
uint16_t Tolerance(const Codec& codec, const Request& request) {
  const bool lossy =
      codec.blank != nullptr || !IsExact(request) || request.syntax == "1.2.840.10008.1.2.4.81";
  const uint32_t bits = request.format.bits_stored;
  return static_cast<uint16_t>(!lossy ? 0 : bits > 8 ? 1u << (bits - 8) : 1u);
}

std::vector<Rectangle> Look(const Codec& codec, const Request& request) {
  const auto gray = [&](const std::string& frame) {
    const Raster raster = codec.decode(frame, request.format);
    return pixels::Brightness(raster.bytes, raster.format);
  };
  const uint32_t bits = request.format.bits_stored;
  const auto now = gray(request.frame);
  if (request.native.empty()) return pixels::FindText(now, bits, request.ignored);
  const auto later = gray(request.native);
  return pixels::FindText(now, bits, request.ignored, {&later, Tolerance(codec, request)});
}

Reply Do(const Request& request) {
  const Codec& codec = CodecFor(request);
  Reply reply;
  if (request.action == Action::kClean) {
    reply.frame = Clean(codec, request);
    return reply;
  }
  if (request.action == Action::kReplace) {
    reply.frame = Replace(codec, request);
    return reply;
  }
  if (request.action == Action::kLook) {
    reply.found = Look(codec, request);
    return reply;
  }
  Raster raster = codec.decode(request.frame, request.format);
  reply.frame = request.action == Action::kPicture ? Picture(raster) : std::move(raster.bytes);
  return reply;
}

}  // namespace

Reply Serve(const Request& request) {
  Reply reply;
  try {
    return Do(request);
  } catch (const Error& error) {
    reply.fault = error.what();
    reply.unsupported = error.kind() == ErrorKind::kUnsupported;
  } catch (const std::bad_alloc&) {
    reply.fault = "the frame needs more memory than the worker may have";
  }
  return reply;
}

std::string ServeBytes(std::string_view request) {
  return pixels::Write(Serve(pixels::ReadRequest(request)));
}

}  // namespace glossator::codec
