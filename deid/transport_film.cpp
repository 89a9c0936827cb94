// SPDX-License-Identifier: GPL-3.0-or-later
// ISO/IEC 13818-1 2.4: packets of 188 bytes. One program with one video stream; its tables, clock
// and times stay. Descriptors, private data, packets of all other kinds become stuffing. A table
// must fit into one packet, as that of one stream does.
#include <algorithm>
#include <array>
#include <bitset>
#include <iterator>

#include "deid/film_container.h"
#include "deid/pes_header.h"
#include "deid/reason.h"
#include "deid/video_unit.h"

namespace glossator::deid {
namespace {

constexpr uint32_t kPacket = 188, kHeader = 4;
constexpr char kSync = 0x47;
constexpr uint32_t kAssociation = 0, kNull = 0x1FFF, kNone = 0x2000;
constexpr char kStuffing = '\xFF';
constexpr uint8_t kOtherDescriptor = 0xFF;  // user private (Table 2-45): it is passed over

// Table 2-34, and what ATSC and Blu-ray use for sound.
constexpr uint8_t kSounds[] = {0x03, 0x04, 0x0F, 0x11, 0x1C, 0x80, 0x81, 0x82, 0x83,
                               0x84, 0x85, 0x86, 0x87, 0xA1, 0xA2, 0xC1, 0xC2};

bool IsVideo(Coding coding, uint8_t type) {
  if (coding == Coding::kMpeg2) return type == 1 || type == 2;
  return type == (coding == Coding::kH264 ? 0x1B : 0x24);
}

// Annex A: the check of a table, over all of it but itself.
uint32_t NextCheck(uint32_t check, uint8_t value) {
  check ^= uint32_t{value} << 24;
  for (int bit = 0; bit < 8; ++bit) check = check << 1 ^ (check >> 31 != 0 ? 0x04C11DB7u : 0u);
  return check;
}

// A program association or program map section (2.4.4.3, 2.4.4.8) in one packet.
class Table {
 public:
  explicit Table(Coding coding) : coding_(coding) {}

  void Begin(bool map) {
    *this = Table(coding_);
    map_ = map;
  }

  void Byte(char& byte) {
    if (position_ == 0) {
      broken_ |= byte != 0;  // pointer_field: the section begins here
    } else if (position_ > end_) {
      byte = kStuffing;
    } else if (position_ + 4 > end_ && end_ < kEndless) {
      byte = static_cast<char>(check_ >> (8 * (end_ - position_)));
    } else {
      Content(byte, position_ - 1);
      check_ = NextCheck(check_, static_cast<uint8_t>(byte));
    }
    ++position_;
  }

  bool complete() const { return position_ > end_ && entry_ == 0 && descriptors_ == 0; }
  bool broken() const { return broken_; }
  bool sound() const { return sound_; }
  uint32_t found() const { return found_; }  // PID of the map, or of the film

 private:
  static constexpr uint32_t kEndless = 0xFFFF;
  static constexpr uint32_t kAssociationHead = 8, kMapHead = 12;

  void Content(char& byte, uint32_t at) {
    const auto value = static_cast<uint8_t>(byte);
    number_ = number_ << 8 | value;
    if (at == 0) broken_ |= value != (map_ ? 2 : 0);
    if (at == 2) OnLength(static_cast<uint32_t>(number_ & 0xFFF));
    if (at == 6 || at == 7) broken_ |= value != 0;  // one section
    if (at < (map_ ? kMapHead : kAssociationHead)) {
      if (map_ && at + 1 == kMapHead) descriptors_ = number_ & 0xFFF;
      return;
    }
    if (descriptors_ > 0) return Descriptor(byte);
    map_ ? Stream(value) : Program();
  }

  void OnLength(uint32_t length) {
    end_ = 3 + length;  // positions count from the pointer
    broken_ |= length < (map_ ? 13u : 9u) || end_ > kPacket - kHeader - 1;
  }

  void Program() {
    if (++entry_ < 4) return;
    entry_ = 0;
    if ((number_ >> 16 & 0xFFFF) == 0) return;  // of the network: its packets go
    broken_ |= found_ != kNone;
    found_ = static_cast<uint32_t>(number_ & 0x1FFF);
  }

  void Stream(uint8_t value) {
    if (entry_ == 0) type_ = value;
    if (++entry_ < 5) return;
    entry_ = 0;
    descriptors_ = static_cast<uint32_t>(number_ & 0xFFF);
    sound_ |= std::ranges::find(kSounds, type_) != std::end(kSounds);
    broken_ |= !IsVideo(coding_, type_) || found_ != kNone;
    found_ = static_cast<uint32_t>(number_ >> 16 & 0x1FFF);
  }

  // Tag, length, content.
  void Descriptor(char& byte) {
    --descriptors_;
    if (tag_) {
      byte = static_cast<char>(kOtherDescriptor);
      tag_ = false;
      sized_ = false;
    } else if (!sized_) {
      content_ = static_cast<uint8_t>(byte);
      broken_ |= content_ > descriptors_;
      sized_ = true;
      tag_ = content_ == 0;
    } else {
      byte = kStuffing;
      tag_ = --content_ == 0;
    }
    broken_ |= descriptors_ == 0 && !tag_;
  }

  Coding coding_;
  bool map_ = false;
  bool broken_ = false;
  bool sound_ = false;
  bool tag_ = true, sized_ = false;  // what of a descriptor comes
  uint8_t type_ = 0;
  uint32_t position_ = 0;
  uint32_t end_ = kEndless;
  uint32_t entry_ = 0;
  uint32_t descriptors_ = 0, content_ = 0;
  uint32_t found_ = kNone;
  uint32_t check_ = 0xFFFFFFFF;
  uint64_t number_ = 0;
};

// 2.4.3.4. The clock stays, private data and extensions become stuffing.
class Adaptation {
 public:
  void Begin() { *this = Adaptation(); }
  bool done() const { return position_ > length_; }
  bool broken() const { return length_ > kPacket - kHeader - 1; }

  void Byte(char& byte) {
    const auto value = static_cast<uint8_t>(byte);
    if (position_ == 0) {
      length_ = value;
    } else if (position_ == 1) {
      clock_ = (value & 0x10) != 0 ? 6 : 0;
      byte = static_cast<char>(value & 0xF0);
    } else if (position_ > 1 + clock_) {
      byte = kStuffing;
    }
    ++position_;
  }

 private:
  uint32_t position_ = 0;
  uint32_t length_ = 0;
  uint32_t clock_ = 0;
};

class Packets final : public FilmContainer {
 public:
  explicit Packets(Coding coding) : table_(coding), film_(UnitOf(coding)) {}

  void Clean(char* bytes, size_t size) override {
    for (size_t i = 0; i < size;) {
      if (InFilm()) {
        size_t piece = std::min<size_t>(size - i, kPacket - position_);
        if (bounded_) piece = std::min<size_t>(piece, payload_);
        film_.Clean(bytes + i, piece);
        if (bounded_) payload_ -= static_cast<uint32_t>(piece);
        i += piece;
        Advance(static_cast<uint32_t>(piece));
      } else {
        Byte(bytes[i++]);
      }
    }
  }

  std::string_view problem() const override {
    if (sound_) return reasons::kWaveform;
    const bool good = !broken() && position_ == 0 && film_pid_ != kNone && film_.has_pictures();
    return good ? std::string_view() : reasons::kBitstream;
  }

 private:
  enum class Part { kTable, kPes, kStuffing };

  bool broken() const { return broken_ || film_.broken() || pes_.broken(); }

  bool InFilm() const {
    return position_ >= kHeader && adaptation_.done() && part_ == Part::kPes && in_payload_ &&
           (!bounded_ || payload_ > 0) && !broken();
  }

  void Advance(uint32_t count) {
    position_ += count;
    if (position_ < kPacket) return;
    position_ = 0;
    if (part_ == Part::kTable) EndTable();
  }

  void Byte(char& byte) {
    if (broken()) {
      byte = 0;
      return;
    }
    if (position_ < kHeader) {
      HeaderByte(byte);
    } else if (!adaptation_.done()) {
      adaptation_.Byte(byte);
      broken_ |= adaptation_.broken();
    } else {
      Payload(byte);
    }
    Advance(1);
  }

  void HeaderByte(char& byte) {
    const auto value = static_cast<uint8_t>(byte);
    if (position_ == 0) {
      broken_ |= byte != kSync;
    } else if (position_ == 1) {
      broken_ |= (value & 0x80) != 0;  // damaged
      starts_ = (value & 0x40) != 0;
      pid_ = (value & 0x1Fu) << 8;
    } else if (position_ == 2) {
      pid_ |= value;
    } else {
      broken_ |= (value & 0xC0) != 0 || (value & 0x30) == 0;  // scrambled, reserved
      adaptation_.Begin();
      if ((value & 0x20) == 0) SkipAdaptation();
      OnPacket((value & 0x10) != 0);
    }
  }

  void SkipAdaptation() {
    char nothing = 0;
    adaptation_.Byte(nothing);  // of no length
  }

  void OnPacket(bool has_payload) {
    const bool table = pid_ == kAssociation || pid_ == map_pid_;
    part_ = table ? Part::kTable : pid_ == film_pid_ ? Part::kPes : Part::kStuffing;
    if (!has_payload) {
      part_ = Part::kStuffing;
    } else if (table) {
      broken_ |= !starts_;
      table_.Begin(pid_ != kAssociation);
    } else if (part_ == Part::kPes && starts_) {
      broken_ |= bounded_ && payload_ != 0;
      start_ = 0;
      in_payload_ = false;
      pes_.Begin();
    } else if (part_ == Part::kStuffing && pid_ != kNull) {
      others_.set(pid_);
    }
  }

  void Payload(char& byte) {
    if (part_ == Part::kTable) return table_.Byte(byte);
    if (part_ == Part::kStuffing) {
      byte = kStuffing;
      return;
    }
    if (start_ < kPesStart) return PesStart(static_cast<uint8_t>(byte));
    broken_ |= in_payload_;  // more than the length of the packet says
    pes_.Byte(byte);
    if (!pes_.done()) return;
    in_payload_ = true;
    payload_ = pes_.payload();
    bounded_ = payload_ != 0;
  }

  // 2.4.3.6: packet_start_code_prefix and a stream_id of video.
  void PesStart(uint8_t value) {
    if (start_ < 3) broken_ |= value != (start_ == 2 ? 1 : 0);
    if (start_ == 3) broken_ |= (value & 0xF0) != 0xE0;
    ++start_;
  }

  void EndTable() {
    broken_ |= table_.broken() || !table_.complete() || table_.found() == kNone;
    sound_ |= table_.sound();
    uint32_t& known = pid_ == kAssociation ? map_pid_ : film_pid_;
    broken_ |= known != kNone && known != table_.found();
    // What came before it was known is blanked already.
    broken_ |= known == kNone && table_.found() < kNull && others_.test(table_.found());
    known = table_.found();
    broken_ |= known == kNull || known == kAssociation || map_pid_ == film_pid_;
  }

  static constexpr uint32_t kPesStart = 4;

  Table table_;
  StartCodes film_;
  PesHeader pes_;
  Adaptation adaptation_;
  std::bitset<kNull> others_;
  bool broken_ = false;
  bool sound_ = false;
  bool starts_ = false;
  bool in_payload_ = false;
  bool bounded_ = false;
  Part part_ = Part::kStuffing;
  uint32_t position_ = 0;  // in the packet
  uint32_t pid_ = 0;
  uint32_t map_pid_ = kNone, film_pid_ = kNone;
  uint32_t start_ = 0;
  uint32_t payload_ = 0;  // still to come, when bounded
};

}  // namespace

std::unique_ptr<FilmContainer> TransportFilm(Coding coding) {
  return std::make_unique<Packets>(coding);
}

}  // namespace glossator::deid
