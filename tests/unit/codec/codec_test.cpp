// SPDX-License-Identifier: GPL-3.0-or-later
#include "codec/codec.h"

#include <charls/charls.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <random>

#include <jpeglib.h>

#include "codec/serve.h"
#include "dicom/error.h"
#include "pixels/raster.h"
#include "pixels/worker.h"

namespace glossator::codec {
namespace {

using pixels::Action;
using pixels::Reply;
using pixels::Request;

Format Layout(uint32_t columns, uint32_t rows, uint32_t bits, uint32_t samples = 1) {
  Format format;
  format.columns = columns;
  format.rows = rows;
  format.bits_allocated = bits > 8 ? 16 : 8;
  format.bits_stored = bits;
  format.samples = samples;
  if (samples == 3) format.photometric = Photometric::kRgb;
  return format;
}

// Smooth with noise and, in one corner, flat.
Raster Scene(const Format& format) {
  std::mt19937 random(format.bits_stored * 31 + format.columns);
  Raster raster{format, std::string(format.frame_bytes(), '\0')};
  const uint32_t mask = (1u << format.bits_stored) - 1;
  for (size_t i = 0; i < format.pixels() * format.samples; ++i) {
    const bool flat = i % (format.columns * format.samples) < format.columns / 3;
    const uint32_t value = (flat ? 7 : i * 5 + random() % 9) & mask;
    raster.bytes[i * format.sample_bytes()] = static_cast<char>(value);
    if (format.sample_bytes() == 2) raster.bytes[i * 2 + 1] = static_cast<char>(value >> 8);
  }
  return raster;
}

std::string LosslessHeader(const Format& format, int predictor) {
  std::string out("\xFF\xD8\xFF\xC3", 4);
  const auto put = [&](uint32_t value, int bytes) {
    while (bytes-- > 0) out += static_cast<char>(value >> (8 * bytes));
  };
  put(8 + 3 * format.samples, 2);
  put(format.bits_stored, 1);
  put(format.rows, 2);
  put(format.columns, 2);
  put(format.samples, 1);
  for (uint32_t i = 0; i < format.samples; ++i) put((i + 1) << 16 | 0x1100, 3);
  out += std::string("\xFF\xC4\x00\x14\x00\x01", 6) + std::string(15, '\0') + '\0';
  out += std::string("\xFF\xDA", 2);
  put(6 + 2 * format.samples, 2);
  put(format.samples, 1);
  for (uint32_t i = 0; i < format.samples; ++i) put((i + 1) << 8, 2);
  put(static_cast<uint32_t>(predictor) << 16, 3);
  return out;
}

TEST(Rle, ComesBackForEveryDepthAndForColors) {
  for (const uint32_t bits : {8u, 12u, 16u}) {
    for (const uint32_t samples : {1u, 3u}) {
      const Raster scene = Scene(Layout(37, 19, bits, samples));
      EXPECT_EQ(DecodeRle(EncodeRle(scene, ""), scene.format).bytes, scene.bytes) << bits;
    }
  }
}

TEST(JpegLossless, ComesBackForEveryPredictorDepthAndForColors) {
  for (int predictor = 1; predictor <= 7; ++predictor) {
    for (const uint32_t bits : {2u, 8u, 12u, 16u}) {
      for (const uint32_t samples : {1u, 3u}) {
        const Raster scene = Scene(Layout(33, 21, bits, samples));
        const auto frame = EncodeJpegLossless(scene, LosslessHeader(scene.format, predictor));
        EXPECT_EQ(DecodeJpegLossless(frame, scene.format).bytes, scene.bytes)
            << predictor << ' ' << bits << ' ' << samples;
      }
    }
  }
}

TEST(JpegLossless, TellsAPrefixFromAWholeFrame) {
  const Raster scene = Scene(Layout(16, 8, 12));
  const auto frame = EncodeJpegLossless(scene, LosslessHeader(scene.format, 1));
  for (size_t size = 0; size + 3 < frame.size(); ++size) {
    EXPECT_THROW(DecodeJpegLossless(frame.substr(0, size), scene.format), Error) << size;
  }
}

std::string JpegLsFrame(const Raster& raster) {
  charls::jpegls_encoder encoder;
  encoder.frame_info({raster.format.columns, raster.format.rows,
                      static_cast<int32_t>(raster.format.bits_stored),
                      static_cast<int32_t>(raster.format.samples)});
  if (raster.format.samples == 3) encoder.interleave_mode(charls::interleave_mode::line);
  std::string out(encoder.estimated_destination_size(), '\0');
  encoder.destination(out.data(), out.size());
  out.resize(encoder.encode(raster.bytes.data(), raster.bytes.size()));
  return out;
}

TEST(JpegLs, IsBlankedWithoutChangingAnythingElse) {
  for (const uint32_t samples : {1u, 3u}) {
    const Raster scene = Scene(Layout(40, 30, samples == 1 ? 12 : 8, samples));
    Request request;
    request.action = Action::kClean;
    request.syntax = "1.2.840.10008.1.2.4.80";
    request.format = scene.format;
    request.frame = JpegLsFrame(scene);
    request.blank = {{3, 4, 10, 5}};
    const Reply reply = Serve(request);
    ASSERT_EQ(reply.fault, "");
    std::string expected = scene.bytes;
    pixels::Blank(expected, scene.format, request.blank);
    EXPECT_EQ(DecodeJpegLs(reply.frame, scene.format).bytes, expected);
  }
}

// COD: SOP and EPH unused, one layer, a color transform or none, 5 levels, the 5-3 filter.
std::string ReversibleStyle(bool transform) {
  return std::string("\xFF\x52\x00\x0C\x00\x00\x00\x01", 8) + (transform ? '\1' : '\0') +
         std::string("\x05\x04\x04\x00\x01\x00", 6);
}

TEST(Jpeg2000, ReversibleFramesComeBackSignedAndInColorToo) {
  for (const uint32_t samples : {1u, 3u}) {
    Format format = Layout(45, 23, samples == 1 ? 12 : 8, samples);
    const Raster scene = Scene(format);
    const auto frame = EncodeJpeg2000(scene, ReversibleStyle(samples == 3));
    EXPECT_EQ(DecodeJpeg2000(frame, format).bytes, scene.bytes);
  }
}

std::string JpegFrame(const Raster& raster, int subsampling) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &bytes, &size);
  info.image_width = raster.format.columns;
  info.image_height = raster.format.rows;
  info.input_components = static_cast<int>(raster.format.samples);
  info.in_color_space = raster.format.samples == 3 ? JCS_RGB : JCS_GRAYSCALE;
  jpeg_set_defaults(&info);
  info.comp_info[0].h_samp_factor = info.comp_info[0].v_samp_factor = subsampling;
  jpeg_start_compress(&info, TRUE);
  for (uint32_t y = 0; y < raster.format.rows; ++y) {
    const std::string line = raster.bytes.substr(y * raster.format.columns * raster.format.samples,
                                                 raster.format.columns * raster.format.samples);
    auto* row = reinterpret_cast<JSAMPLE*>(const_cast<char*>(line.data()));
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  std::string out(reinterpret_cast<const char*>(bytes), size);
  jpeg_destroy_compress(&info);
  std::free(bytes);
  return out;
}

// Regression in spirit: decoding and encoding again would change every block a little.
TEST(Jpeg, KeepsEveryBlockThatNoRectangleTouchesBitExact) {
  for (const int subsampling : {1, 2}) {
    const Raster scene = Scene(Layout(100, 84, 8, subsampling == 1 ? 1 : 3));
    const auto frame = JpegFrame(scene, subsampling);
    const std::vector<Rectangle> blank{{30, 20, 25, 9}};
    const auto before = DecodeJpeg(frame, scene.format);
    const auto after = DecodeJpeg(BlankJpeg(frame, scene.format, blank), scene.format);
    const auto old_gray = pixels::Brightness(before.bytes, before.format);
    const auto new_gray = pixels::Brightness(after.bytes, after.format);
    for (uint32_t y = 0; y < 84; ++y) {
      for (uint32_t x = 0; x < 100; ++x) {
        const bool touched = x / 8 >= 3 && x / 8 <= 6 && y / 8 >= 2 && y / 8 <= 3;
        EXPECT_EQ(new_gray.at(x, y), touched ? 0 : old_gray.at(x, y)) << x << ' ' << y;
      }
    }
  }
}

TEST(Serve, SaysWhatIsWrongInsteadOfGuessing) {
  Request request;
  request.format = Layout(8, 8, 8);
  request.frame = std::string(63, 'x');
  EXPECT_NE(Serve(request).fault, "");
  request.syntax = "1.2.840.10008.1.2.4.102";
  EXPECT_EQ(Serve(request).fault, "no codec for this transfer syntax");
  for (const char* syntax :
       {"1.2.840.10008.1.2.5", "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.70",
        "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.90"}) {
    request.syntax = syntax;
    EXPECT_NE(Serve(request).fault, "") << syntax;
  }
}

TEST(Worker, DoesAFrameInAProcessOfItsOwn) {
  const Raster scene = Scene(Layout(64, 48, 8));
  Request request;
  request.action = Action::kClean;
  request.format = scene.format;
  request.frame = scene.bytes;
  request.blank = {{0, 0, 64, 10}};
  pixels::Worker worker(pixels::Worker::DefaultProgram());
  const Reply reply = worker.Ask(request);
  EXPECT_EQ(reply.fault, "");
  EXPECT_EQ(reply.frame, Serve(request).frame);
}

TEST(Worker, ThatIsMissingOrTooSlowIsAnErrorOfOneObject) {
  Request request;
  request.format = Layout(2000, 2000, 16);
  request.frame = Scene(request.format).bytes;
  EXPECT_THROW(pixels::Worker("/nowhere/glossator-codec"), Error);
  pixels::Worker hurried(pixels::Worker::DefaultProgram(), std::chrono::milliseconds(1));
  EXPECT_THROW(hurried.Ask(request), Error);
}

TEST(Worker, ThatDiesIsAnErrorOfOneObject) {
  Request request;
  request.format = Layout(8, 8, 8);
  request.frame = std::string(64, 'x');
  pixels::Worker other("/bin/true");
  EXPECT_THROW(other.Ask(request), Error);
}

}  // namespace
}  // namespace glossator::codec
