// SPDX-License-Identifier: GPL-3.0-or-later
// Frames of the transfer syntaxes of PS3.5 Annex A in and out. Everything here runs in the worker
// process only; every function throws Error{kInvalid} for bytes that are not such a frame and
// Error{kUnsupported} for what is well-formed but not handled.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "pixels/format.h"

namespace glossator::codec {

using pixels::Format;
using pixels::Photometric;
using pixels::Rectangle;

// A decoded frame: `format` says how `bytes` lie (colors interleaved; photometric and planar may
// differ from the object's).
struct Raster {
  Format format;
  std::string bytes;
};

struct Codec {
  std::string_view syntax;
  Raster (*decode)(std::string_view frame, const Format& format);
  // `original` is the frame that `raster` was decoded from: a re-encoded one has its parameters.
  std::string (*encode)(const Raster& raster, std::string_view original);
  // Instead of encode: blanks inside the codestream, so that nothing else changes.
  std::string (*blank)(std::string_view frame, const Format& format,
                       std::span<const Rectangle> rectangles);
};

// nullptr: not handled. "" is a native frame.
const Codec* FindCodec(std::string_view syntax);

// One file each.
Raster DecodeNative(std::string_view frame, const Format& format);
std::string EncodeNative(const Raster& raster, std::string_view original);
Raster DecodeRle(std::string_view frame, const Format& format);  // PS3.5 Annex G
std::string EncodeRle(const Raster& raster, std::string_view original);
Raster DecodeJpeg(std::string_view frame, const Format& format);  // ISO 10918-1, 8 bits, DCT
std::string BlankJpeg(std::string_view frame, const Format& format,
                      std::span<const Rectangle> rectangles);
// Process 2 and 4: 8 bits as above, 12 bits with one component, sequential.
Raster DecodeJpegExtended(std::string_view frame, const Format& format);
std::string BlankJpegExtended(std::string_view frame, const Format& format,
                              std::span<const Rectangle> rectangles);
Raster DecodeJpegLossless(std::string_view frame, const Format& format);  // process 14
std::string EncodeJpegLossless(const Raster& raster, std::string_view original);
Raster DecodeJpegLs(std::string_view frame, const Format& format);  // ISO 14495-1
std::string EncodeJpegLs(const Raster& raster, std::string_view original);
Raster DecodeJpeg2000(std::string_view frame, const Format& format);  // ISO 15444-1
std::string EncodeJpeg2000(const Raster& raster, std::string_view original);

// What the decoders check: a codestream of another size than the object says is a fault.
void RequireSameSize(const Format& format, uint32_t rows, uint32_t columns, uint32_t samples,
                     uint32_t bits);

}  // namespace glossator::codec
