// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/nal_list.h"

#include <algorithm>

namespace glossator::deid {
namespace {

constexpr uint32_t kLengthBytes = 4;
// In front of the first count: version, profile, level and the like.
constexpr uint32_t kAvcFixed = 5, kHevcFixed = 22;
constexpr uint32_t kAvcTail = 3;  // chroma format and bit depths

}  // namespace

void CountedUnit::Begin(uint64_t size) {
  left_ = size;
  zeros_ = 0;
  if (size > 0) unit_.Begin();
}

void CountedUnit::Byte(char& byte) {
  const char value = byte;
  unit_.Byte(byte, zeros_);
  zeros_ = value == 0 ? zeros_ + 1 : 0;
  --left_;
}

size_t CountedUnit::Skip(size_t size) {
  if (left_ == 0 || !unit_.plain()) return 0;
  const size_t skipped = static_cast<size_t>(std::min<uint64_t>(size, left_));
  left_ -= skipped;
  return skipped;
}

void Samples::Byte(char& byte) {
  if (!unit_.done()) return unit_.Byte(byte);
  length_ = length_ << 8 | static_cast<uint8_t>(byte);
  if (++length_bytes_ < kLengthBytes) return;
  unit_.Begin(length_);
  length_ = length_bytes_ = 0;
}

void ParameterSets::Next(Part part) {
  part_ = part;
  position_ = number_ = 0;
}

void ParameterSets::Byte(char& byte) {
  const auto value = static_cast<uint8_t>(byte);
  ++position_;
  number_ = number_ << 8 | value;
  switch (part_) {
    case Part::kFixed:
      return OnFixed(value);
    case Part::kLists:  // H.265 only
      lists_ = value;
      return Next(lists_ == 0 ? Part::kTail : Part::kUnits);
    case Part::kUnits:
      return OnUnits();
    case Part::kLength:
      if (position_ < 2) return;
      unit_.Begin(number_);
      return number_ == 0 ? AfterUnit() : Next(Part::kUnit);
    case Part::kUnit:
      unit_.Byte(byte);
      if (unit_.done()) AfterUnit();
      return;
    case Part::kTail:
      if (hevc_ || position_ > kAvcTail) byte = 0;
  }
}

// lengthSizeMinusOne is in the last byte of them.
void ParameterSets::OnFixed(uint8_t value) {
  if (position_ < (hevc_ ? kHevcFixed : kAvcFixed)) return;
  four_bytes_ = (value & 3) == kLengthBytes - 1;
  lists_ = 2;  // H.264: sequence, then picture parameter sets
  Next(hevc_ ? Part::kLists : Part::kUnits);
}

void ParameterSets::OnUnits() {
  if (position_ < (hevc_ ? 3 : 1)) return;
  units_ = hevc_ ? number_ & 0xFFFF : lists_ == 2 ? number_ & 0x1F : number_;
  ++units_;
  AfterUnit();
}

void ParameterSets::AfterUnit() {
  if (--units_ > 0) return Next(Part::kLength);
  Next(--lists_ == 0 ? Part::kTail : Part::kUnits);
}

}  // namespace glossator::deid
