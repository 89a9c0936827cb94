// SPDX-License-Identifier: GPL-3.0-or-later
#include "codec/codec.h"

#include <algorithm>
#include <iterator>

#include "dicom/error.h"

namespace glossator::codec {
namespace {

constexpr Codec kCodecs[] = {
    {"", DecodeNative, EncodeNative, nullptr},
    {"1.2.840.10008.1.2.5", DecodeRle, EncodeRle, nullptr},
    {"1.2.840.10008.1.2.4.50", DecodeJpeg, nullptr, BlankJpeg},
    {"1.2.840.10008.1.2.4.51", DecodeJpegExtended, nullptr, BlankJpegExtended},
    {"1.2.840.10008.1.2.4.57", DecodeJpegLossless, EncodeJpegLossless, nullptr},
    {"1.2.840.10008.1.2.4.70", DecodeJpegLossless, EncodeJpegLossless, nullptr},
    {"1.2.840.10008.1.2.4.80", DecodeJpegLs, EncodeJpegLs, nullptr},
    {"1.2.840.10008.1.2.4.81", DecodeJpegLs, EncodeJpegLs, nullptr},
    {"1.2.840.10008.1.2.4.90", DecodeJpeg2000, EncodeJpeg2000, nullptr},
    {"1.2.840.10008.1.2.4.91", DecodeJpeg2000, EncodeJpeg2000, nullptr},
};

}  // namespace

const Codec* FindCodec(std::string_view syntax) {
  const auto* found = std::find_if(std::begin(kCodecs), std::end(kCodecs),
                                   [&](const Codec& codec) { return codec.syntax == syntax; });
  return found == std::end(kCodecs) ? nullptr : found;
}

void RequireSameSize(const Format& format, uint32_t rows, uint32_t columns, uint32_t samples,
                     uint32_t bits) {
  const bool same = rows == format.rows && columns == format.columns && samples == format.samples;
  if (!same || bits == 0 || bits > format.bits_allocated) {
    throw Error(ErrorKind::kInvalid, "the codestream has other dimensions than the object");
  }
}

Raster DecodeNative(std::string_view frame, const Format& format) {
  if (frame.size() < format.frame_bytes()) throw Error(ErrorKind::kInvalid, "a short frame");
  return {format, std::string(frame.substr(0, format.frame_bytes()))};
}

std::string EncodeNative(const Raster& raster, std::string_view) { return raster.bytes; }

}  // namespace glossator::codec
