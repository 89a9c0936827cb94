// SPDX-License-Identifier: GPL-3.0-or-later
// DCT-based JPEG of 8 bits through libjpeg-turbo. Blanking changes coefficients, so that every
// block which no rectangle touches keeps its bits.
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <jpeglib.h>

#include "codec/codec.h"
#include "dicom/error.h"

namespace glossator::codec {
namespace {

constexpr int kScansMax = 200;  // more is an attack on the time of progressive decoders

// libjpeg reports faults by a call that must not return; an exception passes through its frames.
[[noreturn]] void OnFault(j_common_ptr common) {
  const auto* reader = reinterpret_cast<j_decompress_ptr>(common);
  if (reader != nullptr && reader->is_decompressor && reader->data_precision > 8) {
    throw Error(ErrorKind::kUnsupported, "DCT JPEG of 12 bits");
  }
  throw Error(ErrorKind::kInvalid, "the JPEG codestream cannot be read");
}
// Warnings are corrupt data that libjpeg would paper over.
void OnMessage(j_common_ptr, int level) {
  if (level < 0) throw Error(ErrorKind::kInvalid, "the JPEG codestream is damaged");
}

class Reader {
 public:
  explicit Reader(std::string_view frame) {
    info_.err = jpeg_std_error(&errors_);
    errors_.error_exit = OnFault;
    errors_.emit_message = OnMessage;
    jpeg_create_decompress(&info_);
    jpeg_mem_src(&info_, reinterpret_cast<const unsigned char*>(frame.data()), frame.size());
  }
  ~Reader() { jpeg_destroy_decompress(&info_); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  jpeg_decompress_struct& ReadHeader(const Format& format) {
    if (jpeg_read_header(&info_, TRUE) != JPEG_HEADER_OK) OnFault(nullptr);
    RequireSameSize(format, info_.image_height, info_.image_width,
                    static_cast<uint32_t>(info_.num_components),
                    static_cast<uint32_t>(info_.data_precision));
    return info_;
  }
  void CheckScans() const {
    if (info_.input_scan_number > kScansMax) OnFault(nullptr);
  }

 private:
  jpeg_decompress_struct info_{};
  jpeg_error_mgr errors_{};
};

class Writer {
 public:
  Writer() {
    info_.err = jpeg_std_error(&errors_);
    errors_.error_exit = OnFault;
    errors_.emit_message = OnMessage;
    jpeg_create_compress(&info_);
    jpeg_mem_dest(&info_, &bytes_, &size_);
  }
  ~Writer() {
    jpeg_destroy_compress(&info_);
    std::free(bytes_);
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  jpeg_compress_struct& info() { return info_; }
  std::string Finish() {
    jpeg_finish_compress(&info_);
    return {reinterpret_cast<const char*>(bytes_), size_};
  }

 private:
  jpeg_compress_struct info_{};
  jpeg_error_mgr errors_{};
  unsigned char* bytes_ = nullptr;
  unsigned long size_ = 0;
};

// Whether the three components are Y, Cb and Cr: the stream's own word (JFIF, Adobe), else the
// object's. libjpeg's guess is by component numbers.
bool IsYbr(const jpeg_decompress_struct& info, const Format& format) {
  if (info.saw_Adobe_marker) return info.Adobe_transform != 0;
  if (info.saw_JFIF_marker) return true;
  return format.photometric != Photometric::kRgb || info.jpeg_color_space == JCS_YCbCr;
}

// The DC coefficient of a block that is black (or, for chroma, without color).
JCOEF EmptyDc(const jpeg_component_info& component, bool ybr, bool inverse) {
  const bool chroma = ybr && component.component_index > 0;
  const int step = component.quant_table != nullptr ? component.quant_table->quantval[0] : 1;
  const int level = chroma ? 0 : (inverse ? 127 : -128) * DCTSIZE;
  return static_cast<JCOEF>(level / std::max(step, 1));
}

struct Blocks {
  uint32_t left, top, right, bottom;
};

// Every block of the component that shows a pixel of the rectangle.
Blocks BlocksUnder(const Rectangle& one, const jpeg_decompress_struct& info,
                   const jpeg_component_info& component) {
  const uint32_t wide = static_cast<uint32_t>(DCTSIZE * info.max_h_samp_factor) /
                        static_cast<uint32_t>(component.h_samp_factor);
  const uint32_t high = static_cast<uint32_t>(DCTSIZE * info.max_v_samp_factor) /
                        static_cast<uint32_t>(component.v_samp_factor);
  const auto up = [](uint64_t end, uint32_t size) {
    return static_cast<uint32_t>((end + size - 1) / size);
  };
  return {one.x / wide, one.y / high, std::min(up(one.right(), wide), component.width_in_blocks),
          std::min(up(one.bottom(), high), component.height_in_blocks)};
}

void BlankComponent(jpeg_decompress_struct& info, jvirt_barray_ptr coefficients,
                    const jpeg_component_info& component, const Blocks& blocks, JCOEF dc) {
  for (uint32_t y = blocks.top; y < blocks.bottom; ++y) {
    JBLOCKARRAY rows = info.mem->access_virt_barray(reinterpret_cast<j_common_ptr>(&info),
                                                    coefficients, y, 1, TRUE);
    for (uint32_t x = blocks.left; x < blocks.right && x < component.width_in_blocks; ++x) {
      JCOEF* block = rows[0][x];
      std::fill(block, block + DCTSIZE2, JCOEF{0});
      block[0] = dc;
    }
  }
}

}  // namespace

Raster DecodeJpeg(std::string_view frame, const Format& format) {
  Reader reader(frame);
  auto& info = reader.ReadHeader(format);
  const bool ybr = info.num_components == 3 && IsYbr(info, format);
  if (info.num_components == 3) info.jpeg_color_space = ybr ? JCS_YCbCr : JCS_RGB;
  info.out_color_space = info.jpeg_color_space;  // as it is stored
  info.dct_method = JDCT_ISLOW;
  jpeg_start_decompress(&info);
  reader.CheckScans();
  Raster raster{format, {}};
  raster.format.planar = false;
  if (info.num_components == 3) {
    raster.format.photometric = ybr ? Photometric::kYbrFull : Photometric::kRgb;
  }
  raster.format.bits_allocated = 8;
  raster.format.bits_stored = 8;
  raster.bytes.resize(raster.format.frame_bytes());
  const size_t row = size_t{info.output_width} * raster.format.samples;
  while (info.output_scanline < info.output_height) {
    auto* line = reinterpret_cast<JSAMPLE*>(raster.bytes.data() + info.output_scanline * row);
    jpeg_read_scanlines(&info, &line, 1);
  }
  jpeg_finish_decompress(&info);
  return raster;
}

std::string BlankJpeg(std::string_view frame, const Format& format,
                      std::span<const Rectangle> rectangles) {
  Reader reader(frame);
  auto& info = reader.ReadHeader(format);
  const bool ybr = info.num_components == 3 && IsYbr(info, format);
  const bool inverse = format.photometric == Photometric::kMonochrome1;
  jvirt_barray_ptr* coefficients = jpeg_read_coefficients(&info);
  reader.CheckScans();
  for (const Rectangle& one : pixels::Clip(rectangles, format.columns, format.rows)) {
    for (int c = 0; c < info.num_components; ++c) {
      const auto& component = info.comp_info[c];
      BlankComponent(info, coefficients[c], component, BlocksUnder(one, info, component),
                     EmptyDc(component, ybr, inverse));
    }
  }
  Writer writer;
  jpeg_copy_critical_parameters(&info, &writer.info());
  writer.info().optimize_coding = TRUE;  // the old tables may lack a code for what is new
  writer.info().restart_interval = info.restart_interval;
  jpeg_write_coefficients(&writer.info(), coefficients);
  std::string out = writer.Finish();
  jpeg_finish_decompress(&info);
  return out;
}

}  // namespace glossator::codec
