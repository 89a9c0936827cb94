// SPDX-License-Identifier: GPL-3.0-or-later
// ISO/IEC 13818-1 2.5: packs of packets, one video stream among them. Clock and times stay; padding
// and the table of the stream (program stream map) become stuffing.
#include <algorithm>

#include "deid/film_container.h"
#include "deid/pes_header.h"
#include "deid/reason.h"

namespace glossator::deid {
namespace {

// Table 2-22, 2.5.3.
constexpr uint8_t kEnd = 0xB9, kPack = 0xBA, kSystem = 0xBB, kPadding = 0xBE;
constexpr uint32_t kPackBytes = 10;  // behind the start code, then stuffing

class Packs final : public FilmContainer {
 public:
  explicit Packs(Coding coding) : film_(UnitOf(coding)) {}

  void Clean(char* bytes, size_t size) override {
    for (size_t i = 0; i < size;) {
      if (part_ == Part::kFilm && !broken()) {
        const size_t piece = std::min<size_t>(size - i, left_);
        film_.Clean(bytes + i, piece);
        left_ -= static_cast<uint32_t>(piece);
        if (left_ == 0) part_ = Part::kStart;
        i += piece;
      } else {
        Byte(bytes[i++]);
      }
    }
  }

  std::string_view problem() const override {
    if (sound_) return reasons::kWaveform;
    const bool good = !broken() && part_ == Part::kStart && film_.has_pictures();
    return good ? std::string_view() : reasons::kBitstream;
  }

 private:
  enum class Part { kStart, kPack, kSystem, kLength, kStuffing, kPes, kFilm };

  bool broken() const { return broken_ || film_.broken() || pes_.broken(); }

  void Byte(char& byte) {
    if (broken()) {
      byte = 0;
      return;
    }
    const auto value = static_cast<uint8_t>(byte);
    switch (part_) {
      case Part::kStart:
        return StartByte(value);
      case Part::kPack:
        return PackByte(byte);
      case Part::kSystem:
      case Part::kLength:
        return LengthByte(value);
      case Part::kPes:
        return PesByte(byte);
      default:
        byte = part_ == Part::kStuffing ? '\xFF' : '\0';
        Rest();
    }
  }

  void Rest() {
    if (--left_ == 0) part_ = Part::kStart;
  }

  // Zeros may stand between packets, as they do behind the last one.
  void StartByte(uint8_t value) {
    if (zeros_ < 2 || value == 0) {
      broken_ |= value != 0;
      ++zeros_;
    } else if (!prefix_) {
      broken_ |= value != 1;
      prefix_ = true;
    } else {
      zeros_ = 0;
      prefix_ = false;
      OnStart(value);
    }
  }

  void OnStart(uint8_t id) {
    left_ = 0;
    position_ = 0;
    if (id == kEnd) return;
    sound_ |= (id & 0xE0) == 0xC0;
    const bool film = (id & 0xF0) == 0xE0;
    if (film) {
      broken_ |= film_id_ != 0 && film_id_ != id;
      film_id_ = id;
      pes_.Begin();
    }
    broken_ |= !film && id != kPack && id != kSystem && id != kPadding;
    part_ = film            ? Part::kPes
            : id == kPack   ? Part::kPack
            : id == kSystem ? Part::kSystem
                            : Part::kLength;
  }

  // '01', the clock, the rate, and the number of stuffing bytes.
  void PackByte(char& byte) {
    const auto value = static_cast<uint8_t>(byte);
    if (position_ == 0) broken_ |= (value & 0xC0) != 0x40;
    if (position_ >= kPackBytes) byte = '\xFF';
    if (position_ + 1 == kPackBytes) left_ = value & 7u;
    if (++position_ >= kPackBytes + left_) part_ = Part::kStart;
  }

  void LengthByte(uint8_t value) {
    left_ = left_ << 8 | value;
    if (++position_ < 2) return;
    // Rates and buffer sizes, of no use to a player; padding.
    part_ = left_ == 0 ? Part::kStart : Part::kStuffing;
  }

  void PesByte(char& byte) {
    pes_.Byte(byte);
    if (!pes_.done()) return;
    left_ = pes_.payload();
    part_ = left_ == 0 ? Part::kStart : Part::kFilm;
  }

  StartCodes film_;
  PesHeader pes_;
  Part part_ = Part::kStart;
  bool broken_ = false;
  bool sound_ = false;
  bool prefix_ = false;
  uint8_t film_id_ = 0;
  uint32_t zeros_ = 0;
  uint32_t position_ = 0;
  uint32_t left_ = 0;
};

}  // namespace

std::unique_ptr<FilmContainer> ProgramFilm(Coding coding) {
  return std::make_unique<Packs>(coding);
}

}  // namespace glossator::deid
