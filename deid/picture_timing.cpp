// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/picture_timing.h"

#include <algorithm>
#include <array>

namespace glossator::deid {
namespace {

constexpr uint32_t kStructureBits = 4;
// Table D-1: how many times each order of fields has.
constexpr std::array<uint8_t, 9> kTimes{1, 1, 1, 2, 2, 3, 3, 2, 3};
// 7.3.2.1.1: the profiles that say their color format.
constexpr std::array<uint32_t, 13> kHighProfiles{100, 110, 122, 244, 44,  83, 86,
                                                 118, 128, 138, 139, 134, 135};
constexpr uint32_t kCountMax = 256;  // of anything that is counted in a set

class SetReader {
 public:
  explicit SetReader(const std::string& set) : set_(set) {}

  std::optional<TimingShape> Read() {
    const uint32_t profile = Bits(8);
    Bits(16);
    Number();
    if (std::ranges::find(kHighProfiles, profile) != kHighProfiles.end()) HighProfile();
    Number();
    PictureOrder();
    Number();
    Bits(1);
    Number();
    Number();
    if (Bits(1) == 0) Bits(1);  // frame_mbs_only_flag
    Bits(1);
    if (Bits(1) == 1) Numbers(4);
    if (Bits(1) == 1) Usability();
    return good_ ? std::optional(shape_) : std::nullopt;
  }

 private:
  uint32_t Bits(uint32_t count) {
    uint32_t value = 0;
    for (; count > 0; --count, ++at_) {
      good_ = good_ && at_ / 8 < set_.size();
      if (!good_) return 0;
      value = value << 1 | (static_cast<uint8_t>(set_[at_ / 8]) >> (7 - at_ % 8) & 1);
    }
    return value;
  }

  // 9.1; signed ones are as long.
  uint32_t Number() {
    uint32_t zeros = 0;
    while (good_ && zeros < 32 && Bits(1) == 0) ++zeros;
    good_ = good_ && zeros < 32;
    return (1u << (zeros & 31)) - 1 + Bits(zeros & 31);
  }
  int32_t Signed() {
    const uint32_t code = Number();
    return code % 2 == 0 ? -static_cast<int32_t>(code / 2) : static_cast<int32_t>(code / 2) + 1;
  }
  // 7.4.2.1.1.1: delta_scale.
  int32_t ScaleStep() {
    const int32_t step = Signed();
    good_ = good_ && step >= -128 && step <= 127;
    return good_ ? step : 0;
  }
  void Numbers(uint32_t count) {
    good_ = good_ && count <= kCountMax;
    for (uint32_t i = 0; good_ && i < count; ++i) Number();
  }

  void HighProfile() {
    const uint32_t color = Number();
    if (color == 3) Bits(1);
    Numbers(2);
    Bits(1);
    if (Bits(1) == 0) return;
    for (uint32_t i = 0; i < (color == 3 ? 12 : 8); ++i) {
      if (Bits(1) == 1) ScalingList(i < 6 ? 16 : 64);
    }
  }

  // 7.3.2.1.1.1: nothing follows a scale of 0.
  void ScalingList(uint32_t size) {
    int32_t last = 8, next = 8;
    for (uint32_t i = 0; good_ && i < size; ++i) {
      if (next != 0) next = (last + ScaleStep() + 256) % 256;
      if (next != 0) last = next;
    }
  }

  void PictureOrder() {
    const uint32_t kind = Number();
    if (kind == 0) Number();
    if (kind != 1) return;
    Bits(1);
    Numbers(2);
    Numbers(Number());
  }

  // E.1.1.
  void Usability() {
    if (Bits(1) == 1 && Bits(8) == 255) Bits(32);
    if (Bits(1) == 1) Bits(1);
    if (Bits(1) == 1) {
      Bits(4);
      if (Bits(1) == 1) Bits(24);
    }
    if (Bits(1) == 1) Numbers(2);
    if (Bits(1) == 1) {
      Bits(32);
      Bits(32);
      Bits(1);
    }
    const bool units = Buffering(), coded = Buffering();
    if (units || coded) Bits(1);
    shape_.has_structure = Bits(1) == 1;
  }

  // E.1.2, when it is there.
  bool Buffering() {
    if (Bits(1) == 0) return false;
    const uint32_t count = Number() + 1;
    good_ = good_ && count <= 32;
    Bits(8);
    for (uint32_t i = 0; good_ && i < count; ++i) {
      Numbers(2);
      Bits(1);
    }
    Bits(5);
    shape_.delays = Bits(5) + 1;
    shape_.delays += Bits(5) + 1;
    Bits(5);
    return true;
  }

  const std::string& set_;
  size_t at_ = 0;
  bool good_ = true;
  TimingShape shape_;
};

}  // namespace

std::optional<TimingShape> ReadTimingShape(const std::string& set) { return SetReader(set).Read(); }

void TimingMessage::Begin(const TimingShape& shape) {
  shape_ = shape;
  position_ = structure_ = times_ = 0;
  timed_ = false;
}

// With no time the next flag follows at once, and behind the last is padding. A byte of zero stays
// one, as everywhere in what goes.
uint8_t TimingMessage::Byte(uint8_t value) {
  const uint32_t flags = shape_.delays + (shape_.has_structure ? kStructureBits : 0);
  if (position_ >= flags + times_) return value == 0 ? 0 : 0xFF;
  uint8_t out = 0;
  for (uint32_t bit = 0; bit < 8; ++bit, ++position_) {
    const uint32_t one = value >> (7 - bit) & 1;
    uint32_t kept = one;
    if (position_ >= shape_.delays && position_ < flags) structure_ = structure_ << 1 | one;
    if (position_ + 1 == flags && shape_.has_structure) {
      times_ = structure_ < kTimes.size() ? kTimes[structure_] : 0;
    }
    if (position_ >= flags) {
      const bool flag = position_ < flags + times_;
      timed_ |= flag && one == 1;
      kept = flag ? 0 : timed_ ? 1 : one;
    }
    out = static_cast<uint8_t>(out << 1 | kept);
  }
  return value == 0 ? 0 : out;
}

}  // namespace glossator::deid
