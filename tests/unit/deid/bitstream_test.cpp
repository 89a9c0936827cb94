// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/bitstream.h"

#include <gtest/gtest.h>

#include "deid/reason.h"
#include "dicom/error.h"
#include "fixtures.h"

namespace glossator::deid {
namespace {

const dicom::TransferSyntax& Syntax(std::string_view uid) {
  return *dicom::FindTransferSyntax(uid);
}
const dicom::TransferSyntax& Jpeg() { return Syntax("1.2.840.10008.1.2.4.50"); }
const dicom::TransferSyntax& Jpeg2000() { return Syntax("1.2.840.10008.1.2.4.90"); }
const dicom::TransferSyntax& Rle() { return Syntax("1.2.840.10008.1.2.5"); }

std::string Segment(uint8_t marker, const std::string& content) {
  std::string out{'\xFF', static_cast<char>(marker)};
  const size_t size = content.size() + 2;
  return out + static_cast<char>(size >> 8) + static_cast<char>(size & 255) + content;
}

std::string JpegWith(const std::string& extra) {
  return "\xFF\xD8" + Segment(0xE0, std::string("JFIF\0\1\1\0\0\1\0\1\0\0", 14)) + extra +
         Segment(0xDB, "quantize") + Segment(0xC0, "frame") + Segment(0xDA, "scan") +
         std::string("\x12\xFF\x00\x34\xFF\xD0\x56", 7) + "\xFF\xD9";
}

std::string Jpeg2000With(const std::string& extra) {
  const std::string body = "packets";
  const std::string tile_header = Segment(0x5C, "quant");
  const uint32_t psot =
      static_cast<uint32_t>(12 + tile_header.size() + extra.size() + 2 + body.size());
  std::string sot("\0\0\0\0\0\0\0\1", 8);
  for (int i = 0; i < 4; ++i) sot[2 + i] = static_cast<char>(psot >> (24 - 8 * i));
  return "\xFF\x4F" + Segment(0x51, "size") + extra + Segment(0x90, sot) + tile_header + extra +
         "\xFF\x93" + body + "\xFF\xD9";
}

struct Hiding {
  const char* what;
  const dicom::TransferSyntax& syntax;
  std::string with, without;
};

std::vector<Hiding> Hidings() {
  return {{"comment", Jpeg(), JpegWith(Segment(0xFE, "Castorp")), JpegWith("")},
          {"Exif", Jpeg(), JpegWith(Segment(0xE1, "Exif Castorp")), JpegWith("")},
          {"fake JFIF", Jpeg(), JpegWith(Segment(0xE0, "JCastorp")), JpegWith("")},
          {"Adobe", Jpeg(), JpegWith(Segment(0xEE, "AdobeCastorp")), JpegWith("")},
          {"behind the image", Jpeg(), JpegWith("") + "Castorp", JpegWith("")},
          {"JPEG 2000 comment", Jpeg2000(), Jpeg2000With(Segment(0x64, "xxCastorp")),
           Jpeg2000With("")}};
}

TEST(FrameCleaner, BlanksTextAndNothingElseInPiecesOfAnySize) {
  for (const Hiding& hiding : Hidings()) {
    for (size_t step = 1; step < hiding.with.size(); step += 3) {
      std::string bytes = hiding.with;
      FrameCleaner cleaner(hiding.syntax);
      for (size_t at = 0; at < bytes.size(); at += step) {
        cleaner.Clean(bytes.data() + at, std::min(step, bytes.size() - at));
      }
      EXPECT_EQ(cleaner.problem(), "") << hiding.what;
      EXPECT_EQ(bytes.size(), hiding.with.size());
      EXPECT_EQ(bytes.find("Castorp"), std::string::npos) << hiding.what << ' ' << step;
      EXPECT_EQ(CleanFragment(hiding.syntax, bytes), bytes) << "is stable";
    }
  }
}

TEST(FrameCleaner, LeavesCleanStreamsAlone) {
  for (const Hiding& hiding : Hidings()) {
    EXPECT_EQ(CleanFragment(hiding.syntax, hiding.without), hiding.without) << hiding.what;
  }
}

TEST(FrameCleaner, RefusesWhatIsNoCodestream) {
  for (const auto* syntax : {&Jpeg(), &Jpeg2000()}) {
    std::string bytes = "Castorp was here";
    FrameCleaner cleaner(*syntax);
    cleaner.Clean(bytes.data(), bytes.size());
    EXPECT_EQ(cleaner.problem(), reasons::kBitstream);
    EXPECT_EQ(bytes.find("was here"), std::string::npos);
  }
}

TEST(FrameCleaner, BlanksUnusedOffsetsOfRle) {
  std::string bytes(80, 'R');
  bytes.replace(0, 8, std::string("\1\0\0\0\x40\0\0\0", 8));
  const std::string clean = CleanFragment(Rle(), bytes);
  EXPECT_EQ(clean.substr(0, 8), bytes.substr(0, 8));
  EXPECT_EQ(clean.substr(8, 56), std::string(56, '\0'));
  EXPECT_EQ(clean.substr(64), bytes.substr(64));
}

TEST(NativePixelBytes, CountsPackedBitsAndSharedChroma) {
  DataSet head = CtHead();
  EXPECT_EQ(NativePixelBytes(head), 32u);
  head.SetInt(tags::BitsAllocated, 1);
  head.SetInt(tags::NumberOfFrames, 3);
  EXPECT_EQ(NativePixelBytes(head), 6u);
  head.SetInt(tags::BitsAllocated, 8);
  head.SetInt(tags::SamplesPerPixel, 3);
  head.SetString(tags::PhotometricInterpretation, "YBR_FULL_422");
  EXPECT_EQ(NativePixelBytes(head), 96u);
}

std::string Streamed(const DataSet& data_set, const dicom::TransferSyntax& syntax, size_t step) {
  const std::string bytes = dicom::Write(data_set, syntax);
  dicom::HeadScanner scanner(syntax);
  EXPECT_EQ(scanner.Scan(bytes), dicom::HeadScanner::State::kAtPixelData);
  PixelStream stream(data_set, syntax);
  std::string out;
  for (size_t at = scanner.head_size(); at < bytes.size(); at += step) {
    stream.Write(std::string_view(bytes).substr(at, step), out);
  }
  EXPECT_TRUE(stream.complete());
  EXPECT_EQ(stream.problem(), "");
  return bytes.substr(0, scanner.head_size()) + out;
}

TEST(PixelStream, DropsTheTailAndBlanksThePadding) {
  for (const auto* syntax :
       {&dicom::kExplicitLittleEndian, &dicom::kImplicitLittleEndian, &dicom::kExplicitBigEndian}) {
    DataSet data_set = CtHead();
    data_set.SetBytes(tags::PixelData, Vr::OW, std::string(32, '\1') + "Castorp.");
    data_set.SetBytes({0x7FE1, 0x1001}, Vr::UN, "Castorp.");
    data_set.SetBytes({0xFFFC, 0xFFFC}, Vr::OB, "Castorp.");
    for (size_t step : {1, 7, 4096}) {
      const DataSet back = dicom::Read(Streamed(data_set, *syntax, step), *syntax);
      EXPECT_EQ(back.Find(tags::PixelData)->value, std::string(32, '\1') + std::string(8, '\0'));
      EXPECT_FALSE(back.Has({0x7FE1, 0x1001}));
      EXPECT_FALSE(back.Has({0xFFFC, 0xFFFC}));
    }
  }
}

TEST(PixelStream, CleansEveryFragmentButTheOffsetTable) {
  dicom::Element pixels;
  pixels.tag = tags::PixelData;
  pixels.vr = Vr::OB;
  pixels.encapsulated = true;
  std::string frame = JpegWith(Segment(0xFE, "Castorp!"));
  frame.resize(frame.size() + frame.size() % 2);
  pixels.fragments = {std::string("\0\0\0\0\x40\0\0\0", 8), frame.substr(0, 20), frame.substr(20),
                      frame};
  DataSet data_set = CtHead();
  data_set.Put(pixels);
  const DataSet back = dicom::Read(Streamed(data_set, Jpeg(), 11), Jpeg());
  const auto& fragments = back.Find(tags::PixelData)->fragments;
  ASSERT_EQ(fragments.size(), 4u);
  EXPECT_EQ(fragments[0], pixels.fragments[0]);
  EXPECT_EQ((fragments[1] + fragments[2]).find("Castorp"), std::string::npos);
  EXPECT_EQ(fragments[3].find("Castorp"), std::string::npos);
}

TEST(PixelStream, ThrowsOnBrokenEncapsulation) {
  std::string out;
  PixelStream stream(CtHead(), Jpeg());
  EXPECT_THROW(stream.Write(std::string("\xE0\x7F\x10\0OB\0\0\xFF\xFF\xFF\xFF"
                                        "Castorp!",
                                        20),
                            out),
               Error);
}

}  // namespace
}  // namespace glossator::deid
