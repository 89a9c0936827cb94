// SPDX-License-Identifier: GPL-3.0-or-later
// JPEG-LS through CharLS. A near-lossless frame is encoded again without loss: its syntax allows
// that, and what was kept is not changed a second time.
#include <charls/charls.h>

#include <vector>

#include "codec/codec.h"
#include "dicom/error.h"

namespace glossator::codec {
namespace {

constexpr size_t kSlackBytes = size_t{1} << 16;

// From one color after the other, for streams without interleaving.
std::string Interleaved(const std::string& planes, const Format& format) {
  const size_t bytes = format.sample_bytes(), pixels = format.pixels();
  std::string out(planes.size(), '\0');
  for (size_t sample = 0; sample < format.samples; ++sample) {
    for (size_t i = 0; i < pixels * bytes; ++i) {
      out[(i / bytes * format.samples + sample) * bytes + i % bytes] =
          planes[sample * pixels * bytes + i];
    }
  }
  return out;
}

Raster Decode(std::string_view frame, const Format& format) {
  charls::jpegls_decoder decoder;
  decoder.source(frame.data(), frame.size()).read_header();
  const auto& info = decoder.frame_info();
  RequireSameSize(format, info.height, info.width, static_cast<uint32_t>(info.component_count),
                  static_cast<uint32_t>(info.bits_per_sample));
  Raster raster{format, {}};
  raster.format.planar = false;
  raster.format.bits_allocated = info.bits_per_sample > 8 ? 16 : 8;
  if (raster.format.bits_allocated != format.bits_allocated) {
    throw Error(ErrorKind::kUnsupported, "JPEG-LS with fewer bits than are allocated");
  }
  raster.bytes.resize(raster.format.frame_bytes());
  if (decoder.destination_size() != raster.bytes.size()) {
    throw Error(ErrorKind::kInvalid, "the JPEG-LS frame has another size");
  }
  decoder.decode(raster.bytes.data(), raster.bytes.size());
  const bool planes = decoder.interleave_mode() == charls::interleave_mode::none;
  if (format.samples > 1 && planes) raster.bytes = Interleaved(raster.bytes, raster.format);
  return raster;
}

std::string Encode(const Raster& raster, std::string_view original) {
  charls::jpegls_decoder decoder;
  decoder.source(original.data(), original.size()).read_header();
  charls::jpegls_encoder encoder;
  encoder.frame_info(decoder.frame_info());
  if (raster.format.samples > 1) encoder.interleave_mode(charls::interleave_mode::sample);
  std::string out(encoder.estimated_destination_size() + kSlackBytes, '\0');
  encoder.destination(out.data(), out.size());
  out.resize(encoder.encode(raster.bytes.data(), raster.bytes.size()));
  return out;
}

}  // namespace

Raster DecodeJpegLs(std::string_view frame, const Format& format) {
  try {
    return Decode(frame, format);
  } catch (const charls::jpegls_error&) {
    throw Error(ErrorKind::kInvalid, "the JPEG-LS codestream cannot be read");
  }
}

std::string EncodeJpegLs(const Raster& raster, std::string_view original) {
  try {
    return Encode(raster, original);
  } catch (const charls::jpegls_error&) {
    throw Error(ErrorKind::kUnsupported, "the JPEG-LS frame cannot be encoded again");
  }
}

}  // namespace glossator::codec
