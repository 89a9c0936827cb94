// SPDX-License-Identifier: GPL-3.0-or-later
// JPEG 2000 through OpenJPEG. Reversible stays reversible; an irreversible frame is encoded again
// with all its passes, so that what was kept hardly changes.
#include <openjpeg.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "codec/codec.h"
#include "dicom/error.h"

namespace glossator::codec {
namespace {

constexpr uint8_t kCod = 0x52;  // ISO 15444-1 Table A.2
constexpr uint32_t kResolutionsMax = 6;

Error Unreadable() { return Error(ErrorKind::kInvalid, "the JPEG 2000 codestream cannot be read"); }

struct Memory {
  char* data;
  size_t size;
  size_t position = 0;
};

size_t ReadFrom(void* buffer, size_t count, void* user) {
  auto* memory = static_cast<Memory*>(user);
  const size_t left = memory->size - memory->position;
  if (left == 0) return static_cast<size_t>(-1);
  const size_t taken = std::min(count, left);
  std::memcpy(buffer, memory->data + memory->position, taken);
  memory->position += taken;
  return taken;
}

size_t WriteTo(void* buffer, size_t count, void* user) {
  auto* out = static_cast<std::pair<std::string, size_t>*>(user);
  if (out->second + count > out->first.size()) out->first.resize(out->second + count);
  std::memcpy(out->first.data() + out->second, buffer, count);
  out->second += count;
  return count;
}

OPJ_OFF_T SkipIn(OPJ_OFF_T count, void* user) {
  auto* memory = static_cast<Memory*>(user);
  if (count < 0 || static_cast<size_t>(count) > memory->size - memory->position) return -1;
  memory->position += static_cast<size_t>(count);
  return count;
}

OPJ_BOOL SeekIn(OPJ_OFF_T position, void* user) {
  auto* memory = static_cast<Memory*>(user);
  if (position < 0 || static_cast<size_t>(position) > memory->size) return OPJ_FALSE;
  memory->position = static_cast<size_t>(position);
  return OPJ_TRUE;
}

OPJ_OFF_T SkipOut(OPJ_OFF_T count, void* user) {
  static_cast<std::pair<std::string, size_t>*>(user)->second += static_cast<size_t>(count);
  return count;
}

OPJ_BOOL SeekOut(OPJ_OFF_T position, void* user) {
  static_cast<std::pair<std::string, size_t>*>(user)->second = static_cast<size_t>(position);
  return OPJ_TRUE;
}

using Handle = std::unique_ptr<opj_codec_t, decltype(&opj_destroy_codec)>;
using Stream = std::unique_ptr<opj_stream_t, decltype(&opj_stream_destroy)>;
using Image = std::unique_ptr<opj_image_t, decltype(&opj_image_destroy)>;

// A bare codestream, or one in JP2 boxes.
OPJ_CODEC_FORMAT KindOf(std::string_view frame) {
  return frame.substr(4, 4) == "jP  " ? OPJ_CODEC_JP2 : OPJ_CODEC_J2K;
}

void CheckHeader(const opj_image_t& image, const Format& format) {
  const auto& first = image.comps[0];
  RequireSameSize(format, image.y1 - image.y0, image.x1 - image.x0, image.numcomps, first.prec);
  for (uint32_t c = 0; c < image.numcomps; ++c) {
    const auto& one = image.comps[c];
    if (one.dx != 1 || one.dy != 1 || one.prec != first.prec || one.sgnd != first.sgnd) {
      throw Error(ErrorKind::kUnsupported, "JPEG 2000 components of different kinds");
    }
  }
}

Image ReadImage(std::string_view frame, const Format& format) {
  const Handle codec(opj_create_decompress(KindOf(frame)), opj_destroy_codec);
  opj_dparameters_t parameters;
  opj_set_default_decoder_parameters(&parameters);
  if (!opj_setup_decoder(codec.get(), &parameters)) throw Unreadable();
  opj_decoder_set_strict_mode(codec.get(), OPJ_TRUE);
  Memory memory{const_cast<char*>(frame.data()), frame.size()};
  const Stream stream(opj_stream_default_create(OPJ_TRUE), opj_stream_destroy);
  opj_stream_set_read_function(stream.get(), ReadFrom);
  opj_stream_set_skip_function(stream.get(), SkipIn);
  opj_stream_set_seek_function(stream.get(), SeekIn);
  opj_stream_set_user_data(stream.get(), &memory, nullptr);
  opj_stream_set_user_data_length(stream.get(), frame.size());
  opj_image_t* raw = nullptr;
  const bool header = opj_read_header(stream.get(), codec.get(), &raw);
  Image image(raw, opj_image_destroy);
  if (!header || !image || image->numcomps == 0) throw Unreadable();
  CheckHeader(*image, format);
  if (!opj_decode(codec.get(), stream.get(), image.get())) throw Unreadable();
  opj_end_decompress(codec.get(), stream.get());
  return image;
}

// How the codestream was made: COD, ISO 15444-1 A.6.1.
struct Style {
  bool reversible = true;
  bool color_transform = false;
  uint32_t resolutions = kResolutionsMax;
};

Style StyleOf(std::string_view frame) {
  const char marker[] = {static_cast<char>(0xFF), static_cast<char>(kCod)};
  const size_t at = frame.find(std::string_view(marker, sizeof marker));
  if (at == frame.npos || at + 14 > frame.size()) throw Unreadable();
  Style style;
  style.color_transform = frame[at + 8] != 0;
  style.resolutions = std::min<uint32_t>(static_cast<uint8_t>(frame[at + 9]) + 1, kResolutionsMax);
  style.reversible = frame[at + 13] == 1;
  return style;
}

int32_t SampleAt(const char* at, const Format& format) {
  const auto low = static_cast<uint8_t>(at[0]);
  const uint32_t raw = format.sample_bytes() == 1
                           ? low
                           : static_cast<uint32_t>(low | static_cast<uint8_t>(at[1]) << 8);
  const uint32_t shift = 32 - static_cast<uint32_t>(format.bits_stored);
  if (format.is_signed) return static_cast<int32_t>(raw << shift) >> shift;
  return static_cast<int32_t>(raw & (0xFFFFFFFFu >> shift));
}

Image MakeImage(const Raster& raster) {
  const Format& format = raster.format;
  opj_image_cmptparm_t parameter{};
  parameter.dx = parameter.dy = 1;
  parameter.w = format.columns;
  parameter.h = format.rows;
  parameter.prec = format.bits_stored;
  parameter.sgnd = format.is_signed ? 1 : 0;
  opj_image_cmptparm_t parameters[3] = {parameter, parameter, parameter};
  Image image(opj_image_create(format.samples, parameters,
                               format.samples == 3 ? OPJ_CLRSPC_SRGB : OPJ_CLRSPC_GRAY),
              opj_image_destroy);
  if (!image) throw Error(ErrorKind::kUnavailable, "no memory for a JPEG 2000 image");
  image->x1 = format.columns;
  image->y1 = format.rows;
  const size_t bytes = format.sample_bytes();
  for (uint32_t c = 0; c < format.samples; ++c) {
    for (size_t i = 0; i < format.pixels(); ++i) {
      image->comps[c].data[i] =
          SampleAt(raster.bytes.data() + (i * format.samples + c) * bytes, format);
    }
  }
  return image;
}

opj_cparameters_t Parameters(const Raster& raster, const Style& style) {
  opj_cparameters_t parameters;
  opj_set_default_encoder_parameters(&parameters);
  parameters.tcp_numlayers = 1;
  parameters.tcp_rates[0] = 0;  // everything
  parameters.cp_disto_alloc = 1;
  parameters.irreversible = style.reversible ? 0 : 1;
  parameters.tcp_mct = style.color_transform && raster.format.samples == 3 ? 1 : 0;
  uint32_t levels = 1;
  const uint32_t side = std::min(raster.format.rows, raster.format.columns);
  while (levels < style.resolutions && (side >> levels) > 0) ++levels;
  parameters.numresolution = static_cast<int>(levels);
  return parameters;
}

}  // namespace

Raster DecodeJpeg2000(std::string_view frame, const Format& format) {
  if (frame.size() < 12) throw Unreadable();
  const Image image = ReadImage(frame, format);
  Raster raster{format, {}};
  raster.format.planar = false;
  raster.format.bits_stored = image->comps[0].prec;
  raster.format.is_signed = image->comps[0].sgnd != 0;
  // The decoder undoes the color transform (PS3.5 8.2.4).
  const bool transformed =
      format.photometric == Photometric::kYbrIct || format.photometric == Photometric::kYbrRct;
  if (transformed) raster.format.photometric = Photometric::kRgb;
  raster.bytes.resize(raster.format.frame_bytes());
  const size_t bytes = format.sample_bytes();
  for (uint32_t c = 0; c < format.samples; ++c) {
    const auto& component = image->comps[c];
    if (component.data == nullptr || component.w != format.columns || component.h != format.rows) {
      throw Unreadable();
    }
    for (size_t i = 0; i < format.pixels(); ++i) {
      char* at = raster.bytes.data() + (i * format.samples + c) * bytes;
      at[0] = static_cast<char>(component.data[i]);
      if (bytes == 2) at[1] = static_cast<char>(component.data[i] >> 8);
    }
  }
  return raster;
}

std::string EncodeJpeg2000(const Raster& raster, std::string_view original) {
  const Style style = StyleOf(original);
  const Image image = MakeImage(raster);
  auto parameters = Parameters(raster, style);
  const Handle codec(opj_create_compress(OPJ_CODEC_J2K), opj_destroy_codec);
  std::pair<std::string, size_t> out;
  const Stream stream(opj_stream_default_create(OPJ_FALSE), opj_stream_destroy);
  opj_stream_set_write_function(stream.get(), WriteTo);
  opj_stream_set_skip_function(stream.get(), SkipOut);
  opj_stream_set_seek_function(stream.get(), SeekOut);
  opj_stream_set_user_data(stream.get(), &out, nullptr);
  const bool good = opj_setup_encoder(codec.get(), &parameters, image.get()) &&
                    opj_start_compress(codec.get(), image.get(), stream.get()) &&
                    opj_encode(codec.get(), stream.get()) &&
                    opj_end_compress(codec.get(), stream.get());
  if (!good) throw Error(ErrorKind::kUnsupported, "the JPEG 2000 frame cannot be encoded again");
  out.first.resize(std::max(out.second, out.first.size()));
  return std::move(out.first);
}

}  // namespace glossator::codec
