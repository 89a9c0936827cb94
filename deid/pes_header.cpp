// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/pes_header.h"

namespace glossator::deid {

void PesHeader::Byte(char& byte) {
  const auto value = static_cast<uint8_t>(byte);
  switch (position_++) {
    case 0:
    case 1:
      packet_ = packet_ << 8 | value;
      return;
    case 2:  // '10', and not scrambled
      broken_ |= (value & 0xF0) != 0x80;
      return;
    case 3:  // PTS_DTS_flags; whatever else there is becomes stuffing
      times_ = (value >> 6) == 3 ? 10 : (value >> 6) == 2 ? 5 : 0;
      broken_ |= (value >> 6) == 1;
      byte = static_cast<char>(value & 0xC0);
      return;
    case 4:
      length_ = value;
      broken_ |= length_ < times_ || (packet_ != 0 && packet_ < kFixedCounted + length_);
      return;
    default:
      if (position_ > kFixed + times_) byte = '\xFF';
  }
}

}  // namespace glossator::deid
