// SPDX-License-Identifier: GPL-3.0-or-later
// ISO/IEC 13818-2 6.2. User data become zeros, which are stuffing in front of the next start code
// (5.2.3); so does what a header does not define.
#include <algorithm>
#include <array>
#include <iterator>

#include "deid/video_unit.h"

namespace glossator::deid {
namespace {

// Table 6-1.
constexpr uint8_t kPicture = 0x00, kSliceLast = 0xAF, kUserData = 0xB2, kSequenceHeader = 0xB3;
constexpr uint8_t kExtension = 0xB5, kSequenceEnd = 0xB7, kGroup = 0xB8;

// How many bits a header has: `before` the first flag, and for each flag that is set `each` more.
struct Layout {
  uint8_t id;  // of a start code, or of an extension (Table 6-2)
  uint32_t before;
  uint32_t flags;
  uint32_t each;
  uint32_t after;
};
constexpr Layout kHeaders[] = {{kSequenceHeader, 62, 2, 512, 0},  // quantizer matrices
                               {kGroup, 27, 0, 0, 0},
                               {kPicture, 29, 0, 0, 0}};  // up to extra_bit_picture, which is 0
// Others are reserved, of another profile than Main, or name whose the film is (copyright).
constexpr Layout kExtensions[] = {{1, 48, 0, 0, 0},    // sequence
                                  {2, 7, 1, 24, 29},   // sequence display: color description
                                  {3, 4, 4, 512, 0},   // quantizer matrices
                                  {7, 106, 0, 0, 0},   // picture display: three offsets at most
                                  {8, 33, 1, 20, 0}};  // picture coding: composite display
constexpr Layout kNothing{};

// 6.3.8: time_code is a time of day and not used in decoding. Marker bit and flags stay.
constexpr std::array<uint8_t, 4> kGroupMask{0x00, 0x08, 0x00, 0x60};
// Bits of a picture header by picture_coding_type: I, P and B (6.2.3), D of 11172-2.
constexpr std::array<uint32_t, 5> kPictureBits{0, 29, 33, 37, 29};

template <size_t kCount>
const Layout& Find(const Layout (&layouts)[kCount], uint8_t id) {
  const auto* found = std::ranges::find(layouts, id, &Layout::id);
  return found == std::end(layouts) ? kNothing : *found;
}

class Unit final : public VideoUnit {
 public:
  void Begin() override {
    position_ = 0;
    plain_ = false;
    begun_ = false;
  }

  void Byte(char& byte, uint32_t) override {
    const auto value = static_cast<uint8_t>(byte);
    if (!begun_) return OnCode(value);
    if (code_ == kExtension && position_ == 0) Use(Find(kExtensions, value >> 4));
    if (code_ == kPicture && position_ == 1) OnPictureType(value >> 3 & 7);
    if (IsSlice()) {
      OnSlice(value);
    } else {
      byte = static_cast<char>(value & KeptBits(value));
    }
    ++position_;
  }

  bool plain() const override { return plain_; }
  bool broken() const override { return broken_; }
  bool has_pictures() const override { return has_pictures_; }

 private:
  bool IsSlice() const { return code_ != kPicture && code_ <= kSliceLast; }

  void OnCode(uint8_t code) {
    constexpr uint8_t kKnown[] = {kPicture,   kUserData,    kSequenceHeader,
                                  kExtension, kSequenceEnd, kGroup};
    code_ = code;
    begun_ = true;
    Use(Find(kHeaders, code));
    if (IsSlice()) return;
    // Reserved, of systems (Table 6-1), or said to be damaged.
    broken_ |= std::ranges::find(kKnown, code) == std::end(kKnown);
  }

  void Use(const Layout& layout) {
    bits_ = layout.before + layout.flags + layout.after;
    flag_at_ = layout.before;
    flags_left_ = layout.flags;
    each_ = layout.each;
  }

  void OnPictureType(uint8_t type) {
    broken_ |= type == 0 || type >= kPictureBits.size();
    if (!broken_) bits_ = kPictureBits[type];
  }

  // 6.2.4: quantizer scale (5 bits), intra_slice_flag, 8 bits, extra_bit_slice: none may follow.
  void OnSlice(uint8_t value) {
    if (position_ == 0) intra_slice_ = (value & 0x04) != 0;
    if (position_ == 1 && intra_slice_) broken_ |= (value & 0x02) != 0;
    plain_ = position_ > 0 || !intra_slice_;
    has_pictures_ = true;
  }

  // Which bits of this byte the header defines.
  uint32_t KeptBits(uint8_t value) {
    const uint64_t first = 8 * position_;
    while (flags_left_ > 0 && flag_at_ < first + 8) {
      const bool set = (value >> (7 - flag_at_ % 8) & 1) != 0;
      --flags_left_;
      bits_ += set ? each_ : 0;
      flag_at_ += set ? 1 + each_ : 1;
    }
    const uint64_t kept = bits_ > first ? std::min<uint64_t>(8, bits_ - first) : 0;
    const uint32_t mask = 0xFF00u >> kept & 0xFF;
    return code_ == kGroup && kept > 0 ? mask & kGroupMask[position_] : mask;
  }

  uint8_t code_ = 0;
  bool begun_ = false;
  bool plain_ = false;
  bool broken_ = false;
  bool has_pictures_ = false;
  bool intra_slice_ = false;
  uint64_t position_ = 0;  // behind the start code; a unit has no largest size
  uint32_t bits_ = 0;
  uint32_t flag_at_ = 0;
  uint32_t flags_left_ = 0;
  uint32_t each_ = 0;
};

}  // namespace

std::unique_ptr<VideoUnit> Mpeg2Unit() { return std::make_unique<Unit>(); }

}  // namespace glossator::deid
