// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/film.h"

#include <gtest/gtest.h>

#include "deid/bitstream.h"
#include "deid/picture_timing.h"
#include "deid/reason.h"
#include "film_pieces.h"
#include "fixtures.h"

namespace glossator::deid {
namespace {

constexpr std::string_view kMpeg2 = "1.2.840.10008.1.2.4.100";
constexpr std::string_view kH264 = "1.2.840.10008.1.2.4.102.1";
constexpr std::string_view kHevc = "1.2.840.10008.1.2.4.107";
constexpr size_t kUuidBytes = 16;

std::string Bytes(std::initializer_list<int> values) {
  std::string out;
  for (const int value : values) out += static_cast<char>(value);
  return out;
}

std::string Start(const std::string& unit) { return Bytes({0, 0, 1}) + unit; }

std::string Message(int type, const std::string& payload) {
  return Bytes({type, static_cast<int>(payload.size())}) + payload;
}

// 13818-2: sequence header and extension, group with a time of day, picture, slice, end.
std::string Mpeg2(const std::string& user_data, const std::string& behind_header = "",
                  const std::string& time = Bytes({0x12, 0x3B, 0x58, 0x40})) {
  const std::string hidden = user_data.empty() ? "" : Start('\xB2' + user_data);
  return Start(Bytes({0xB3, 4, 0, 0x30, 0x14, 0xFF, 0xFF, 0xE0, 0x18}) + behind_header) +
         Start(Bytes({0xB5, 0x14, 0x8A, 0, 1, 0, 0})) + hidden + Start('\xB8' + time) + hidden +
         Start(Bytes({0, 0, 0x0F, 0xFF, 0xF8})) +
         Start(Bytes({0xB5, 0x8F, 0xFF, 0xF7, 0x9D, 0x80})) + hidden +
         Start(Bytes({1, 0x13, 0xF8, 0x7D, 0x29})) + Start("\xB7");
}

const std::string kUuid(kUuidBytes, 'u');

std::string H264(const std::string& messages, const std::string& more = "") {
  const std::string information =
      messages.empty() ? "" : '\0' + Start('\6' + messages + Bytes({0x80}));
  return '\0' + Start(Bytes({9, 0xF0})) + '\0' + Start(Bytes({0x67, 0x64, 0, 0x0A, 0xAC})) +
         Start(Bytes({0x68, 0xEB, 0xE3, 0xCB})) + information + more +
         Start(Bytes({0x65, 0x88, 0x84, 0, 0, 3, 1, 0x9F})) + Start(Bytes({0x41, 0x9A, 0x24}));
}

std::string Hevc(const std::string& messages, const std::string& more = "") {
  const std::string information =
      messages.empty() ? "" : Start(Bytes({0x4E, 1}) + messages + Bytes({0x80}));
  return '\0' + Start(Bytes({0x40, 1, 0x0C, 1})) + Start(Bytes({0x42, 1, 1, 1})) +
         Start(Bytes({0x44, 1, 0xC1, 0x73})) + information + more +
         Start(Bytes({0x26, 1, 0xAF, 0x13}));
}

struct Hiding {
  const char* what;
  std::string_view syntax;
  std::string with;
};

std::vector<Hiding> Hidings() {
  const std::string name = "Castorp";
  const std::string wide = std::string("C\0a\0s\0t\0o\0r\0p\0\0\3\1", 17);
  return {{"MPEG-2 user data", kMpeg2, Mpeg2(name)},
          {"behind a sequence header", kMpeg2, Mpeg2("", name)},
          {"copyright extension", kMpeg2, Mpeg2("", Start('\xB5' + ("L" + name)))},
          {"behind the end of the sequence", kMpeg2, Mpeg2("") + name},
          {"H.264 user data", kH264, H264(Message(5, kUuid + name))},
          {"H.264 registered user data", kH264, H264(Message(4, name) + Message(6, Bytes({0xC4})))},
          {"H.264 wide user data", kH264, H264(Message(5, wide.substr(0, 14) + name))},
          {"H.264 message of unknown type", kH264, H264(Bytes({0xFF, 0xFF, 7, 7}) + name)},
          {"H.264 recovery point that is too long", kH264, H264(Message(6, "12345678" + name))},
          {"H.264 unspecified unit", kH264, H264("", Start('\x18' + name))},
          {"H.264 filler", kH264, H264("", Start('\x0C' + name))},
          {"behind a delimiter", kH264, H264("", Start("\x09\xF0" + name))},
          {"behind the end of the stream", kH264, H264("") + Start("\x0B" + name)},
          {"HEVC user data", kHevc, Hevc(Message(5, kUuid + name))},
          {"HEVC time code", kHevc, Hevc(Message(136, name))},
          {"HEVC reserved unit", kHevc, Hevc("", Start(Bytes({0x54, 1}) + name))}};
}

// Where start codes are, and what kind of unit each begins.
std::vector<std::pair<size_t, char>> Units(const std::string& bytes) {
  std::vector<std::pair<size_t, char>> units;
  const std::string code("\0\0\1", 3);
  for (size_t at = bytes.find(code); at != bytes.npos; at = bytes.find(code, at + 3)) {
    units.emplace_back(at, at + 3 < bytes.size() ? bytes[at + 3] : '\0');
  }
  return units;
}

TEST(FilmCleaner, BlanksTextInPiecesOfAnySize) {
  for (const Hiding& hiding : Hidings()) {
    const std::string whole = CleanedFilm(hiding.syntax, hiding.with, hiding.with.size());
    EXPECT_EQ(whole.find("storp"), std::string::npos) << hiding.what;
    EXPECT_EQ(ProblemOf(hiding.syntax, hiding.with), "") << hiding.what;
    EXPECT_EQ(Units(whole).size(), Units(hiding.with).size()) << hiding.what;
    EXPECT_EQ(CleanedFilm(hiding.syntax, whole, 5), whole) << hiding.what << " is stable";
    for (size_t step = 0; step < 40; ++step) {
      EXPECT_EQ(CleanedFilm(hiding.syntax, hiding.with, step), whole) << hiding.what << ' ' << step;
    }
  }
}

// As many bits as 32 bits can count, behind a group header: once they were counted from the start
// again, beyond the end of what is known of a group.
TEST(FilmCleaner, BlanksWhatStandsBehindAHeaderHoweverLongItIs) {
  FilmCleaner cleaner(kMpeg2);
  std::string film = Start('\xB8' + Bytes({0, 8, 0, 0x40}));
  cleaner.Clean(film.data(), film.size());
  const std::string hidden(1 << 20, 'C');
  std::string piece;
  for (int i = 0; i <= 1 << 9; ++i) {
    piece = hidden;
    cleaner.Clean(piece.data(), piece.size());
  }
  EXPECT_EQ(piece.find_first_not_of('\0'), std::string::npos);
}

TEST(FilmCleaner, DoesNotReckonWithScalesThatNoSetMayHave) {
  // High profile, 4:2:0, one scaling list whose first step is the largest number that can be
  // written; then nothing but ones, which is a set like any other.
  const auto set = [](const std::string& step) {
    const std::string bits = "01100100" + std::string(16, '0') + "1010110" + "11" + step;
    std::string bytes;
    for (size_t at = 0; at < bits.size() + 512; at += 8) {
      int value = 0;
      for (size_t i = at; i < at + 8; ++i)
        value = value << 1 | (i >= bits.size() || bits[i] == '1');
      bytes += static_cast<char>(value);
    }
    return bytes;
  };
  EXPECT_TRUE(ReadTimingShape(set("1")));
  EXPECT_FALSE(ReadTimingShape(set(std::string(31, '0') + std::string(31, '1') + '0')));
}

TEST(FilmCleaner, LeavesPicturesAndWhatPlayingNeedsAlone) {
  const std::string plain = Mpeg2("", "", Bytes({0, 8, 0, 0x40}));
  EXPECT_EQ(CleanedFilm(kMpeg2, plain, 3), plain);
  const std::string h264 =
      H264(Bytes({0, 4, 0x80, 0, 0, 3, 1}) + Message(6, Bytes({0xC4})), Start("\x0C\xFF\xFF\x80"));
  EXPECT_EQ(CleanedFilm(kH264, h264, 3), h264);
  const std::string hevc = Hevc(Message(1, Bytes({7})) + Message(6, Bytes({0xC4})));
  EXPECT_EQ(CleanedFilm(kHevc, hevc, 3), hevc);
}

TEST(FilmCleaner, TakesTheTimeOfDayFromAGroupOfPictures) {
  const std::string bytes = Mpeg2("");
  const std::string clean = CleanedFilm(kMpeg2, bytes, 4);
  EXPECT_EQ(clean, Mpeg2("", "", Bytes({0, 8, 0, 0x40})));
}

// H.264 7.4.1: 00 00 03 keeps its meaning, and 00 00 01 neither appears nor is lost.
TEST(FilmCleaner, KeepsTheBytesThatPreventStartCodes) {
  const std::string payload = kUuid + Bytes({0, 0, 3, 1, 'x', 0, 0, 3, 0, 0, 3, 2, 'y'});
  const std::string bytes = H264(Bytes({5, 26}) + payload + Message(6, Bytes({0xC4})));
  const std::string clean = CleanedFilm(kH264, bytes, 1);
  const std::string blanked =
      std::string(kUuidBytes, '\xFF') + Bytes({0, 0, 3, 0xFF, 0xFF, 0, 0, 3, 0, 0, 3, 0xFF, 0xFF});
  EXPECT_EQ(clean, H264(Bytes({5, 26}) + blanked + Message(6, Bytes({0xC4}))));
}

TEST(FilmCleaner, TakesTheTimeOfDayFromTheTimingOfAPictureAndLeavesTheRest) {
  // A set of x264: 20 bits of delays, and the order of fields.
  const auto film = [](const std::string& payload) {
    const std::string tail = H264("").substr(H264("").find(Start(Bytes({0x68}))));
    return Start(Bytes({0x67, 0x64, 0x00, 0x15, 0xAC, 0xD9, 0x46, 0x4D, 0x80, 0x88, 0x00, 0x00,
                        0x03, 0x00, 0x08, 0x00, 0x00, 0x03, 0x01, 0x93, 0x02, 0x00, 0x18, 0x6A,
                        0x00, 0x30, 0xD5, 0x26, 0x18, 0x07, 0xC5, 0x0A, 0x65, 0x80})) +
           Start('\6' + Message(1, payload) + Bytes({0x80})) + tail;
  };
  // Delays, one time (pic_struct 0), its flag, and the time.
  const std::string timed = film(Bytes({0xAB, 0xCD, 0xE0, 0x9A, 0xBC, 0xDE, 0xF1, 0x23}));
  const std::string clean = film(Bytes({0xAB, 0xCD, 0xE0, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF}));
  EXPECT_EQ(ProblemOf(kH264, timed), "");
  EXPECT_EQ(CleanedFilm(kH264, timed, 3), clean);
  EXPECT_EQ(CleanedFilm(kH264, clean, 2), clean);
  const std::string without = film(Bytes({0xAB, 0xCD, 0xE3, 0x20}));
  EXPECT_EQ(CleanedFilm(kH264, without, 3), without);
  const std::string unknown = H264(Message(1, Bytes({0xAB, 0xCD, 0xE0, 0x9A})));
  EXPECT_EQ(CleanedFilm(kH264, unknown, 3), H264(Message(3, std::string(4, '\xFF'))));
}

// Of three flags two stood in one byte, and one in the next, which was zero and became 0x7F: where
// that was the first byte of the next start code, the unit behind it was lost (found by fuzzing).
TEST(FilmCleaner, LeavesZerosInTheTimingOfAPictureSinceAStartCodeMayBeginThere) {
  TimingMessage message;
  message.Begin({.delays = 26, .has_structure = true});
  std::string out;
  for (const int byte : {0xAB, 0xCD, 0xEF, 0x17, 0x00, 0x12}) {
    out += static_cast<char>(message.Byte(static_cast<uint8_t>(byte)));
  }
  EXPECT_EQ(out, Bytes({0xAB, 0xCD, 0xEF, 0x14, 0x00, 0xFF}));
}

TEST(FilmCleaner, RefusesWhatItDoesNotKnow) {
  const std::pair<std::string_view, std::string> films[] = {
      {kMpeg2, ""},
      {kMpeg2, "Castorp was here"},
      {kMpeg2, Start(Bytes({0xB3, 4, 0, 0x30}))},                           // no picture
      {kMpeg2, Mpeg2("") + Start("\xBD" + std::string("private stream"))},  // of systems
      {kMpeg2, Mpeg2("") + Start(Bytes({1, 0x17, 0xFF, 0xFF}))},            // extra data in a slice
      {kH264, H264("") + Start(Bytes({0xE5, 1}))},                          // forbidden bit
      {kH264, H264("") + Start('\x67' + std::string(9000, 'x'))},
      {kHevc, Hevc("") + Start(Bytes({0x27, 1, 2}))},  // another layer
      {kHevc, H264("")}};
  for (const auto& [syntax, bytes] : films) {
    EXPECT_EQ(ProblemOf(syntax, bytes), reasons::kBitstream) << syntax << ' ' << bytes.size();
  }
}

TEST(FilmCleaner, HidesNothingBehindWhatItRefuses) {
  const std::string clean = CleanedFilm(kH264, H264("") + Start("\xE5x") + "Castorp", 2);
  EXPECT_EQ(clean.find("storp"), std::string::npos);
}

// PS3.5 A.4.6: a fragmentable film is one stream, cut at any even byte.
TEST(PixelStream, CleansAFilmOverTheEndsOfItsFragments) {
  const auto& syntax = *dicom::FindTransferSyntax(kH264);
  std::string film = H264(Message(5, kUuid + "Castorp and some more of it"));
  film.resize(film.size() + film.size() % 2);
  for (size_t cut = 2; cut < film.size(); cut += 2) {
    DataSet head = CtHead();
    dicom::Element pixels;
    pixels.tag = tags::PixelData;
    pixels.vr = Vr::OB;
    pixels.encapsulated = true;
    pixels.fragments = {"", film.substr(0, cut), film.substr(cut)};
    head.Put(pixels);
    const std::string bytes = dicom::Write(head, syntax);
    dicom::HeadScanner scanner(syntax);
    ASSERT_EQ(scanner.Scan(bytes), dicom::HeadScanner::State::kAtPixelData);
    PixelStream stream(head, syntax);
    std::string out = bytes.substr(0, scanner.head_size());
    stream.Write(std::string_view(bytes).substr(scanner.head_size()), out);
    EXPECT_EQ(stream.problem(), "");
    const auto fragments = dicom::Read(out, syntax).Find(tags::PixelData)->fragments;
    EXPECT_EQ(fragments[1] + fragments[2], CleanedFilm(kH264, film, film.size())) << cut;
  }
}

TEST(Films, AreTheVideoSyntaxesAndNoOthers) {
  for (const auto& syntax : dicom::AllTransferSyntaxes()) {
    const bool video = syntax.uid.starts_with("1.2.840.10008.1.2.4.10");
    EXPECT_EQ(IsFilm(syntax.uid), video) << syntax.uid;
  }
  EXPECT_FALSE(IsFilm("1.2.840.10008.1.2.4.109"));
}

}  // namespace
}  // namespace glossator::deid
