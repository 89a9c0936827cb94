// SPDX-License-Identifier: GPL-3.0-or-later
// Films in boxes and in packets, made byte by byte: what is cleaned, what is left alone, and what
// is refused.
#include <gtest/gtest.h>

#include "deid/reason.h"
#include "film_pieces.h"

namespace glossator::deid {
namespace {

constexpr std::string_view kMpeg2 = "1.2.840.10008.1.2.4.100";
constexpr std::string_view kH264 = "1.2.840.10008.1.2.4.102";
constexpr std::string_view kHevc = "1.2.840.10008.1.2.4.107";
const std::string kSecret = "Castorp";

std::string Big(uint64_t value, int bytes) {
  std::string out;
  for (int i = bytes; i > 0; --i) out += static_cast<char>(value >> (8 * (i - 1)));
  return out;
}
std::string Zeros(size_t count) { return std::string(count, '\0'); }

std::string Box(const std::string& name, const std::string& content) {
  return Big(content.size() + 8, 4) + name + content;
}
std::string Counted(const std::string& unit) { return Big(unit.size(), 4) + unit; }

const std::string kSequenceSet("\x67\x64\0\x0A\xAC", 5), kPictureSet("\x68\xEB\xE3\xCB");
const std::string kPicture("\x65\x88\x84\0\0\3\1\x9F", 8);
const std::string kUserData = "\x06\x05\x17" + std::string(16, 'u') + kSecret + "\x80";

struct Parts {
  std::string handler = "vide";
  std::string created = Zeros(4);  // of a film without text
  std::string name;
  std::string more_in_movie, more_in_track, more_in_entry;
  std::string media = Counted(kPicture) + Counted("\x41\x9A\x24");
  std::string reference = Zeros(7) + "\1" + Big(12, 4) + "url " + Big(1, 4);
  char length_size = '\3';
  bool media_first = false;
};

std::string Configuration(char length_size) {
  return Box("avcC", std::string("\1\x64\0\x0A", 4) + static_cast<char>(0xFC | length_size) +
                         "\xE1" + Big(kSequenceSet.size(), 2) + kSequenceSet + "\1" +
                         Big(kPictureSet.size(), 2) + kPictureSet + "\xFD\xF8\xF8" + Zeros(1));
}

std::string Entry(const Parts& parts) {
  std::string name = parts.name;
  name.resize(32);
  return Box("avc1", Zeros(6) + Big(1, 2) + Zeros(16) + Big(48, 2) + Big(32, 2) + Big(0x480000, 4) +
                         Big(0x480000, 4) + Zeros(4) + Big(1, 2) + name + Big(24, 2) +
                         Big(0xFFFF, 2) + Configuration(parts.length_size) +
                         Box("pasp", Big(1, 4) + Big(1, 4)) + parts.more_in_entry);
}

std::string Film(const Parts& parts) {
  const std::string times = Zeros(4) + parts.created + parts.created;
  const std::string matrix(36, '\1');
  const std::string samples = Box("stsd", Zeros(4) + Big(1, 4) + Entry(parts)) +
                              Box("stts", Zeros(4) + Big(1, 4) + Big(2, 4) + Big(1, 4)) +
                              Box("stsz", Zeros(8) + Big(2, 4) + Big(12, 4) + Big(7, 4)) +
                              Box("stco", Zeros(4) + Big(1, 4) + Big(36, 4));
  const std::string media =
      Box("mdhd", times + Big(5, 4) + Big(2, 4) + Big(0x55C4, 2) + Zeros(2)) +
      Box("hdlr", Zeros(8) + parts.handler + Zeros(12) + parts.name + Zeros(1)) +
      Box("minf", Box("vmhd", Big(1, 4) + Zeros(8)) + Box("dinf", Box("dref", parts.reference)) +
                      Box("stbl", samples));
  const std::string track = Box("tkhd", times + Big(1, 4) + Zeros(4) + Big(2, 4) + Zeros(8) +
                                            Zeros(8) + matrix + Big(48, 4) + Big(32, 4)) +
                            Box("mdia", media) + parts.more_in_track;
  const std::string movie =
      Box("moov", Box("mvhd", times + Big(5, 4) + Big(2, 4) + Big(0x10000, 4) + Big(0x100, 2) +
                                  Zeros(10) + matrix + Zeros(24) + Big(2, 4)) +
                      Box("trak", track) + parts.more_in_movie);
  const std::string data = Box("mdat", parts.media);
  const std::string start = Box("ftyp", "isom" + Big(512, 4) + "isomavc1");
  return start + (parts.media_first ? data + movie : movie + data);
}

// Annex A of 13818-1.
uint32_t Check(const std::string& section) {
  uint32_t check = 0xFFFFFFFF;
  for (const char byte : section) {
    check ^= static_cast<uint32_t>(static_cast<uint8_t>(byte)) << 24;
    for (int i = 0; i < 8; ++i) check = check << 1 ^ (check >> 31 != 0 ? 0x04C11DB7u : 0u);
  }
  return check;
}

std::string Section(char id, const std::string& content) {
  const std::string head = id + Big(0xB000 + content.size() + 4, 2) + content;
  return head + Big(Check(head), 4);
}

std::string Packet(uint32_t pid, const std::string& payload, bool start = true,
                   const std::string& private_data = "") {
  std::string field;
  if (payload.size() < 184) {
    field = std::string(1, private_data.empty() ? '\0' : '\2');
    if (!private_data.empty()) field += Big(private_data.size(), 1) + private_data;
    field.resize(std::max<size_t>(183 - payload.size(), 1), '\xFF');
    if (payload.size() == 183) field.clear();
    field = Big(field.size(), 1) + field;
  }
  return "G" + Big((start ? 0x4000u : 0u) | pid, 2) +
         static_cast<char>(field.empty() ? 0x10 : 0x30) + field + payload;
}

std::string TablePacket(uint32_t pid, const std::string& section) {
  std::string payload = Zeros(1) + section;
  payload.resize(184, '\xFF');
  return Packet(pid, payload);
}

std::string Association(uint32_t map = 0x1000) {
  return TablePacket(
      0, Section('\0', Big(1, 2) + "\xC1" + Zeros(2) + Big(1, 2) + Big(0xE000 | map, 2)));
}
std::string Stream(int type, uint32_t pid, const std::string& descriptors = "") {
  return Big(static_cast<uint64_t>(type), 1) + Big(0xE000 | pid, 2) +
         Big(0xF000 | descriptors.size(), 2) + descriptors;
}
std::string Map(const std::string& streams, const std::string& descriptors = "") {
  return TablePacket(
      0x1000, Section('\2', Big(1, 2) + "\xC1" + Zeros(2) + Big(0xE100, 2) +
                                Big(0xF000 | descriptors.size(), 2) + descriptors + streams));
}
std::string Descriptor(char tag, const std::string& text) {
  return tag + Big(text.size(), 1) + text;
}

const std::string kTime("\x21\0\1\0\1", 5);
std::string Pes(const std::string& payload, const std::string& more = "", bool flagged = false) {
  return Zeros(2) + "\1\xE0" + Zeros(2) + "\x80" + static_cast<char>(flagged ? 0x81 : 0x80) +
         Big(5 + more.size(), 1) + kTime + more + payload;
}
std::string Units(const std::string& between = "") {
  const std::string code("\0\0\1", 3);
  return code + kSequenceSet + code + kPictureSet + between + code + kPicture;
}
std::string Hidden() { return std::string("\0\0\1", 3) + kUserData; }

std::string Packets(const std::string& pes, const std::string& more = "") {
  return Association() + Map(Stream(0x1B, 0x100)) + more + Packet(0x100, pes, true);
}

struct Hiding {
  const char* what;
  std::string with;
};

std::vector<Hiding> InBoxes() {
  Parts created, named, user, meta, uuid, coder, sample, late;
  created.created = "Cast";
  named.name = kSecret;
  user.more_in_movie = Box("udta", Box("titl", kSecret));
  meta.more_in_track = Box("meta", Zeros(4) + Box("ilst", kSecret));
  uuid.more_in_track = Box("uuid", std::string(16, 'i') + kSecret);
  coder.more_in_entry = Box("Cast", "orp" + kSecret);
  sample.media = Counted(kUserData) + sample.media;
  late = sample;
  late.media_first = true;
  return {{"times", Film(created)},
          {"names of handler and coder", Film(named)},
          {"user data", Film(user)},
          {"metadata of a track", Film(meta)},
          {"a maker's box", Film(uuid)},
          {"a box of a coder", Film(coder)},
          {"a message in a sample", Film(sample)},
          {"a message in a sample in front of the tables", Film(late)},
          {"room for later", Film({}) + Box("free", kSecret)}};
}

std::vector<Hiding> InPackets() {
  const std::string description = Descriptor('\x0A', kSecret);
  std::string other = "B" + kSecret;
  other.resize(184, 'x');
  const std::string pes = Pes(Units());
  return {
      {"a descriptor of the program",
       Association() + Map(Stream(0x1B, 0x100), description) + Packet(0x100, pes)},
      {"a descriptor of the stream",
       Association() + Map(Stream(0x1B, 0x100, description)) + Packet(0x100, pes)},
      {"another service", Packets(pes, Packet(0x11, other))},
      {"behind a table", Packets(pes, Association() + Packet(0x1FFF, other))},
      {"private data of a packet", Packets(pes) + Packet(0x100, kPicture, false, kSecret)},
      {"private data of a stream", Packets(Pes(Units(), "\x8E" + kSecret + kSecret + "xx", true))},
      {"a message", Packets(Pes(Units(Hidden())))}};
}

void ExpectCleaned(const std::vector<Hiding>& hidings) {
  for (const Hiding& hiding : hidings) {
    const std::string whole = CleanedFilm(kH264, hiding.with, hiding.with.size());
    EXPECT_EQ(ProblemOf(kH264, hiding.with), "") << hiding.what;
    EXPECT_NE(hiding.with.find("Cast"), std::string::npos) << hiding.what;
    EXPECT_EQ(whole.find("Cast"), std::string::npos) << hiding.what;
    EXPECT_EQ(whole.find("storp"), std::string::npos) << hiding.what;
    EXPECT_NE(whole.find(kPicture), std::string::npos) << hiding.what;
    EXPECT_EQ(CleanedFilm(kH264, whole, 7), whole) << hiding.what << " is stable";
    for (const size_t step : {0, 1, 2, 3, 7, 63, 187, 188, 189}) {
      EXPECT_EQ(CleanedFilm(kH264, hiding.with, step), whole) << hiding.what << ' ' << step;
    }
  }
}

TEST(FilmInBoxes, LosesWhatIsNoPictureInPiecesOfAnySize) { ExpectCleaned(InBoxes()); }

TEST(FilmInBoxes, LeavesAFilmWithoutTextAsItIs) {
  const std::string film = Film({});
  EXPECT_EQ(CleanedFilm(kH264, film, 5), film);
}

TEST(FilmInBoxes, SealsSoundAsARecording) {
  Parts parts;
  parts.handler = "soun";
  EXPECT_EQ(ProblemOf(kH264, Film(parts)), reasons::kWaveform);
  parts.media_first = true;
  parts.media = "\x21\x10\x04 spoken words that are no units";
  EXPECT_EQ(ProblemOf(kH264, Film(parts)), reasons::kWaveform);
}

TEST(FilmInBoxes, RefusesWhatItDoesNotKnow) {
  Parts text, elsewhere, short_lengths, fragments, gap, cut, encrypted;
  text.handler = "text";
  elsewhere.reference = Zeros(7) + "\1" + Big(20, 4) + "url " + Zeros(4) + "file:///";
  short_lengths.length_size = '\1';
  fragments.more_in_movie = Box("mvex", "");
  gap.media = Counted(kPicture) + kSecret;
  cut.media = Big(200, 4) + kPicture;
  encrypted.more_in_entry = Box("sinf", "");
  for (const Parts* parts :
       {&text, &elsewhere, &short_lengths, &fragments, &gap, &cut, &encrypted}) {
    EXPECT_EQ(ProblemOf(kH264, Film(*parts)), reasons::kBitstream);
  }
  const std::string film = Film({});
  EXPECT_EQ(ProblemOf(kHevc, film), reasons::kBitstream) << "another coding";
  EXPECT_EQ(ProblemOf(kMpeg2, film), reasons::kBitstream);
  EXPECT_EQ(ProblemOf(kH264, film.substr(0, film.size() - 3)), reasons::kBitstream);
  EXPECT_EQ(ProblemOf(kH264, film + film), reasons::kBitstream) << "two tracks";
}

TEST(FilmInPackets, LosesWhatIsNoPictureInPiecesOfAnySize) { ExpectCleaned(InPackets()); }

TEST(FilmInPackets, LeavesAFilmWithoutTextAsItIs) {
  const std::string film = Packets(Pes(Units()));
  EXPECT_EQ(CleanedFilm(kH264, film, 5), film);
}

TEST(FilmInPackets, KeepsTheCheckOfATableRight) {
  const std::string clean =
      CleanedFilm(kH264,
                  Association() + Map(Stream(0x1B, 0x100), Descriptor('\x0A', kSecret)) +
                      Packet(0x100, Pes(Units())),
                  11);
  const std::string table = clean.substr(188 + 5);
  const size_t size =
      3 + (static_cast<uint8_t>(table[1]) & 15) * 256u + static_cast<uint8_t>(table[2]);
  EXPECT_EQ(Check(table.substr(0, size)), 0u);
}

TEST(FilmInPackets, SealsSoundAndRefusesWhatItDoesNotKnow) {
  const std::string pes = Packet(0x100, Pes(Units()));
  const auto film = [&](const std::string& streams) {
    return ProblemOf(kH264, Association() + Map(streams) + pes);
  };
  EXPECT_EQ(film(Stream(0x1B, 0x100)), "");
  EXPECT_EQ(film(Stream(0x1B, 0x100) + Stream(0x0F, 0x101)), reasons::kWaveform);
  EXPECT_EQ(film(Stream(0x1B, 0x100) + Stream(0x06, 0x101)), reasons::kBitstream);
  EXPECT_EQ(film(Stream(0x24, 0x100)), reasons::kBitstream) << "another coding";
  EXPECT_EQ(ProblemOf(kH264, pes + Association() + Map(Stream(0x1B, 0x100)) + pes),
            reasons::kBitstream)
      << "its first pictures are blanked";
  std::string scrambled = Packets(Pes(Units()));
  scrambled[2 * 188 + 3] = static_cast<char>(scrambled[2 * 188 + 3] | 0x80);
  EXPECT_EQ(ProblemOf(kH264, scrambled), reasons::kBitstream);
  EXPECT_EQ(ProblemOf(kH264, Packets(Pes(Units())).substr(0, 400)), reasons::kBitstream);
}

std::string Pack(const std::string& pes) {
  std::string counted = pes;
  counted.replace(4, 2, Big(pes.size() - 6, 2));
  return Zeros(2) + "\1\xBA" + "\x44" + Zeros(8) + "\xF8" + Zeros(2) + "\1\xBE" +
         Big(kSecret.size(), 2) + kSecret + counted;
}

TEST(FilmInPacks, LosesPaddingAndMessagesAndSealsSound) {
  const std::string film = Pack(Pes(Units(Hidden()))) + Pack(Pes(kPicture)) + Zeros(2) + "\1\xB9";
  EXPECT_EQ(ProblemOf(kH264, film), "");
  const std::string clean = CleanedFilm(kH264, film, 3);
  EXPECT_EQ(clean.find("storp"), std::string::npos);
  EXPECT_NE(clean.find(kPicture), std::string::npos);
  for (const size_t step : {0, 1, 5, 1000}) EXPECT_EQ(CleanedFilm(kH264, film, step), clean);
  std::string sound = film;
  sound[film.find('\xE0')] = '\xC0';
  EXPECT_EQ(ProblemOf(kH264, sound), reasons::kWaveform);
  EXPECT_EQ(ProblemOf(kH264, film + Zeros(2) + "\1\xBC"), reasons::kBitstream);
}

}  // namespace
}  // namespace glossator::deid
