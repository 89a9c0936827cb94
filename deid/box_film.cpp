// SPDX-License-Identifier: GPL-3.0-or-later
// Films in boxes: ISO/IEC 14496-12 and -15, and QuickTime, of which they are made. One track of
// H.264 or HEVC, its samples in mdat, nothing else. Boxes that playing does not need become empty
// ones of an unknown type; tables of offsets hold since nothing moves.
#include <algorithm>
#include <array>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "deid/film_container.h"
#include "deid/nal_list.h"
#include "deid/reason.h"

namespace glossator::deid {
namespace {

constexpr size_t kDepthMax = 8;
constexpr size_t kNumbersMax = 8192;  // bytes of a box that is no table and no media

constexpr uint32_t Name(std::string_view letters) {
  uint32_t name = 0;
  for (const char letter : letters) name = name << 8 | static_cast<uint8_t>(letter);
  return name;
}

enum class Kind {
  kInside,         // boxes, behind a head of bytes
  kNumbers,        // a known number of bytes
  kTable,          // entries, as many as the head says
  kHandler,        // what kind of track
  kReference,      // where the samples are: in this film
  kColor,          // numbers, not a profile
  kConfiguration,  // parameter sets
  kMedia,          // the samples
  kNothing,        // room for something
  kRefused,        // another form of film, or encrypted
  kUnknown
};

// Bytes that stay and bytes that become zero, in turn; behind them all become zero.
using Runs = std::array<uint8_t, 9>;

struct Rule {
  std::string_view parent, name;  // parent "": outermost
  Kind kind;
  uint32_t head = 0;   // kInside: in front of the boxes; kTable: in front of the entries
  uint32_t entry = 0;  // kTable: bytes each
  Runs runs{};         // of version 0, or of the head
  Runs later{};        // of version 1: times have 64 bits
};
// 14496-12 section 8, 14496-15 5.4 and 8.4. Times of creation and modification, reserved bytes,
// names of handlers and compressors go.
constexpr Rule kRules[] = {
    {"", "ftyp", Kind::kNumbers, 0, 0, {64}, {64}},
    {"", "mdat", Kind::kMedia},
    {"", "moov", Kind::kInside},
    {"moov", "mvhd", Kind::kNumbers, 0, 0, {4, 8, 14, 10, 36, 24, 4}, {4, 16, 18, 10, 36, 24, 4}},
    {"moov", "trak", Kind::kInside},
    {"trak",
     "tkhd",
     Kind::kNumbers,
     0,
     0,
     {4, 8, 4, 4, 4, 8, 6, 2, 44},
     {4, 16, 4, 4, 8, 8, 6, 2, 44}},
    {"trak", "edts", Kind::kInside},
    {"edts", "elst", Kind::kTable, 8, 12},
    {"trak", "mdia", Kind::kInside},
    {"mdia", "mdhd", Kind::kNumbers, 0, 0, {4, 8, 10}, {4, 16, 14}},
    {"mdia", "hdlr", Kind::kHandler, 0, 0, {12}, {12}},
    {"mdia", "minf", Kind::kInside},
    {"minf", "vmhd", Kind::kNumbers, 0, 0, {12}, {12}},
    {"minf", "hdlr", Kind::kNumbers, 0, 0, {12}, {12}},
    {"minf", "dinf", Kind::kInside},
    {"dinf", "dref", Kind::kReference},
    {"minf", "stbl", Kind::kInside},
    {"stbl", "stsd", Kind::kInside, 8, 0, {8}},
    {"stbl", "stts", Kind::kTable, 8, 8},
    {"stbl", "ctts", Kind::kTable, 8, 8},
    {"stbl", "stss", Kind::kTable, 8, 4},
    {"stbl", "stsc", Kind::kTable, 8, 12},
    {"stbl", "stsz", Kind::kTable, 12, 4},
    {"stbl", "stco", Kind::kTable, 8, 4},
    {"stbl", "co64", Kind::kTable, 8, 8},
    {"stsd", "avc1", Kind::kInside, 78, 0, {0, 6, 2, 16, 12, 4, 2, 32, 4}},
    {"avc1", "avcC", Kind::kConfiguration},
    {"avc1", "hvcC", Kind::kConfiguration},
    {"avc1", "pasp", Kind::kNumbers, 0, 0, {8}, {8}},
    {"avc1", "colr", Kind::kColor, 0, 0, {11}, {11}}};
// Entries of the same shape as avc1.
constexpr std::string_view kEntries[] = {"avc3", "hvc1", "hev1"};
constexpr std::string_view kNothings[] = {"free", "skip", "wide"};
// Fragments, encryption, a compressed head.
constexpr std::string_view kRefusals[] = {"moof", "mvex", "sinf", "pssh", "cmov"};

// 8.7.2 with one entry that says "in this file"; QuickTime's word for it.
constexpr std::string_view kHere("\0\0\0\0\0\0\0\1\0\0\0\x0Curl \0\0\0\1", 20);
constexpr std::string_view kHereToo(
    "\0\0\0\0\0\0\0\1\0\0\0\x0C"
    "alis\0\0\0\1",
    20);

bool IsOneOf(std::span<const std::string_view> names, uint32_t name) {
  return std::ranges::any_of(names, [&](std::string_view one) { return Name(one) == name; });
}

const Rule* Find(uint32_t parent, uint32_t name) {
  if (IsOneOf(kEntries, parent)) parent = Name("avc1");
  if (IsOneOf(kEntries, name)) name = Name("avc1");
  const auto* found = std::ranges::find_if(kRules, [&](const Rule& rule) {
    return Name(rule.parent) == parent && Name(rule.name) == name;
  });
  return found == std::end(kRules) ? nullptr : found;
}

bool Stays(const Runs& runs, uint64_t at) {
  bool stays = true;
  for (const uint8_t run : runs) {
    if (at < run) return stays;
    at -= run;
    stays = !stays;
  }
  return false;
}

struct Box {
  uint32_t name = 0;
  Kind kind = Kind::kUnknown;
  const Rule* rule = nullptr;
  uint64_t size = 0;  // behind the header
  uint64_t at = 0;
  uint64_t number = 0;  // the last four bytes, as far as the head goes
  uint64_t kept = 0;    // kTable: with its entries
  bool later = false;   // version 1

  bool done() const { return at == size; }
};

class Boxes final : public FilmContainer {
 public:
  explicit Boxes(Coding coding)
      : hevc_(coding == Coding::kHevc),
        unit_(UnitOf(coding)),
        samples_(*unit_),
        sets_(*unit_, hevc_),
        broken_(coding == Coding::kMpeg2) {}

  void Clean(char* bytes, size_t size) override {
    for (size_t i = 0; i < size;) {
      i += Skip(size - i);
      if (i < size) Byte(bytes[i++]);
    }
  }

  std::string_view problem() const override {
    if (sound_) return reasons::kWaveform;
    const bool zeros = header_.find_first_not_of('\0') == header_.npos;
    const bool ended = boxes_.empty() || (boxes_.size() == 1 && endless_);
    const bool good = !broken() && zeros && ended && films_ == 1 && configured_ &&
                      samples_.at_end() && unit_->has_pictures();
    return good ? std::string_view() : reasons::kBitstream;
  }

 private:
  bool broken() const { return broken_ || media_broken_ || unit_->broken(); }

  size_t Skip(size_t size) {
    if (boxes_.empty() || boxes_.back().kind != Kind::kMedia || broken()) return 0;
    Box& box = boxes_.back();
    const uint64_t room = std::min<uint64_t>(size, box.size - box.at);
    const size_t skipped = samples_.Skip(static_cast<size_t>(room));
    box.at += skipped;
    CloseBoxes();
    return skipped;
  }

  void Byte(char& byte) {
    if (broken_) {
      byte = 0;
      return;
    }
    if (InHeader()) return HeaderByte(byte);
    Box& box = boxes_.back();
    Content(box, byte);
    ++box.at;
    CloseBoxes();
  }

  // Between boxes: outermost, or in a box of boxes behind its head with room for one more.
  bool InHeader() const {
    if (boxes_.empty() || !header_.empty()) return true;
    const Box& box = boxes_.back();
    return box.kind == Kind::kInside && box.at >= box.rule->head && box.size - box.at >= 8;
  }

  uint64_t Number(size_t at, size_t size) const {
    uint64_t number = 0;
    for (size_t i = 0; i < size; ++i) number = number << 8 | static_cast<uint8_t>(header_[at + i]);
    return number;
  }

  // 4.2: size and type; a size of 1 has eight bytes more.
  void HeaderByte(char& byte) {
    header_ += byte;
    if (!boxes_.empty()) ++boxes_.back().at;
    if (header_.size() == 8) {
      box_ = Opened(static_cast<uint32_t>(Number(4, 4)));
      if (box_.kind == Kind::kUnknown) byte = '0';
    }
    const bool large = header_.size() >= 8 && Number(0, 4) == 1;
    if (header_.size() == (large ? 16u : 8u)) OnHeader(large ? Number(8, 8) : Number(0, 4));
  }

  Box Opened(uint32_t name) const {
    Box box;
    box.name = name;
    box.rule = Find(boxes_.empty() ? 0 : boxes_.back().name, name);
    if (box.rule != nullptr) box.kind = box.rule->kind;
    if (IsOneOf(kNothings, name) || name == 0) box.kind = Kind::kNothing;
    if (IsOneOf(kRefusals, name)) box.kind = Kind::kRefused;
    return box;
  }

  void OnHeader(uint64_t size) {
    const uint64_t header = header_.size();
    header_.clear();
    // A size of 64 bits may have led out of the box around it.
    broken_ |= !boxes_.empty() && boxes_.back().at > boxes_.back().size;
    const uint64_t room = boxes_.empty() ? UINT64_MAX : boxes_.back().size - boxes_.back().at;
    const bool to_the_end = size == 0 && boxes_.empty();
    endless_ |= to_the_end;
    if (to_the_end) size = UINT64_MAX;
    broken_ |= size < header || size - header > room || boxes_.size() >= kDepthMax ||
               box_.kind == Kind::kRefused;
    if (broken_) return;
    box_.size = size - header;
    broken_ |= to_the_end && box_.kind != Kind::kMedia && box_.kind != Kind::kNothing;
    boxes_.push_back(box_);
    Begin(boxes_.back());
    CloseBoxes();
  }

  void Begin(const Box& box) {
    const bool small = box.kind == Kind::kNumbers || box.kind == Kind::kConfiguration;
    broken_ |= small && box.size > kNumbersMax;
    if (box.kind != Kind::kConfiguration) return;
    broken_ |= configured_ || (box.name == Name("hvcC")) != hevc_;
    configured_ = true;
  }

  void Content(Box& box, char& byte) {
    const auto value = static_cast<uint8_t>(byte);
    switch (box.kind) {
      case Kind::kInside:
        if (!Stays(box.rule->runs, box.at)) byte = 0;
        if (box.name == Name("stsd") && box.at == 7) broken_ |= value != 1;
        return;
      case Kind::kTable:
        return TableByte(box, byte);
      case Kind::kHandler:
      case Kind::kColor:
      case Kind::kNumbers:
        return NumberByte(box, byte);
      case Kind::kReference:
        broken_ |= box.size != kHere.size() || (byte != kHere[box.at] && byte != kHereToo[box.at]);
        return;
      case Kind::kConfiguration:
        return sets_.Byte(byte);
      case Kind::kMedia:
        return MediaByte(byte);
      default:
        byte = 0;
    }
  }

  void MediaByte(char& byte) {
    if (broken()) {
      byte = 0;
      return;
    }
    samples_.Byte(byte);
  }

  void NumberByte(Box& box, char& byte) {
    const auto value = static_cast<uint8_t>(byte);
    if (box.at == 0) box.later = value == 1 && box.kind == Kind::kNumbers;
    if (box.at < 12) box.number = (box.number << 8 | value) & 0xFFFFFFFF;
    if (box.kind == Kind::kHandler && box.at == 11) OnHandler(static_cast<uint32_t>(box.number));
    if (box.kind == Kind::kColor && box.at == 3) {
      broken_ |= box.number != Name("nclx") && box.number != Name("nclc");
    }
    if (!Stays(box.later ? box.rule->later : box.rule->runs, box.at)) byte = 0;
  }

  // Sound may be speech; text, time codes and timed metadata say anything.
  void OnHandler(uint32_t handler) {
    sound_ |= handler == Name("soun");
    broken_ |= handler != Name("vide") && handler != Name("soun");
    films_ += handler == Name("vide") ? 1 : 0;
  }

  void TableByte(Box& box, char& byte) {
    const auto value = static_cast<uint8_t>(byte);
    const Rule& rule = *box.rule;
    if (box.at == 0) box.later = value == 1;
    if (box.at < rule.head) {
      box.number = box.number << 8 | value;
      box.kept = rule.head;
      if (box.at + 1 < rule.head) return;
      // stsz: one size for all, or entries. elst: 64 bits in version 1.
      const bool same = box.name == Name("stsz") && (box.number >> 32 & 0xFFFFFFFF) != 0;
      const uint64_t entry =
          same ? 0 : rule.entry + (box.name == Name("elst") && box.later ? 8 : 0);
      box.kept = rule.head + (box.number & 0xFFFFFFFF) * entry;
    } else if (box.at >= box.kept) {
      byte = 0;
    }
  }

  void CloseBoxes() {
    while (!boxes_.empty() && boxes_.back().done()) {
      const Box& box = boxes_.back();
      // A sample that goes on in another box would be one of another track.
      if (box.kind == Kind::kMedia) media_broken_ |= !samples_.at_end();
      if (box.kind == Kind::kConfiguration) broken_ |= !sets_.complete();
      if (box.kind == Kind::kHandler) broken_ |= box.size < 12;
      if (box.kind == Kind::kReference) broken_ |= box.size != kHere.size();
      const uint64_t size = box.size;
      boxes_.pop_back();
      if (!boxes_.empty()) boxes_.back().at += size;
    }
  }

  const bool hevc_;
  const std::unique_ptr<VideoUnit> unit_;
  Samples samples_;
  ParameterSets sets_;
  std::string header_;  // of the box that comes
  Box box_;             // whose header is being read
  std::vector<Box> boxes_;
  bool endless_ = false;
  bool broken_;
  bool media_broken_ = false;
  bool sound_ = false;
  bool configured_ = false;
  uint32_t films_ = 0;
};

}  // namespace

std::unique_ptr<FilmContainer> BoxFilm(Coding coding) { return std::make_unique<Boxes>(coding); }

}  // namespace glossator::deid
