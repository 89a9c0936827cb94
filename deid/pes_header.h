// SPDX-License-Identifier: GPL-3.0-or-later
// The header of a packet of a stream (ISO/IEC 13818-1 2.4.3.6), behind its stream_id. Times of
// presentation and decoding stay; private data, copy information and the rest become stuffing.
#pragma once

#include <cstdint>

namespace glossator::deid {

class PesHeader {
 public:
  void Begin() { *this = PesHeader(); }
  void Byte(char& byte);
  bool done() const { return position_ == kFixed + length_; }
  bool broken() const { return broken_; }
  // Bytes that follow the header; 0: up to the next packet.
  uint32_t payload() const {
    return packet_ > kFixedCounted ? packet_ - kFixedCounted - length_ : 0;
  }

 private:
  static constexpr uint32_t kFixed = 5;         // length of the packet, flags, length of the rest
  static constexpr uint32_t kFixedCounted = 3;  // of them, what the packet's length counts

  uint32_t position_ = 0;
  uint32_t packet_ = 0;
  uint32_t times_ = 0;   // bytes of PTS and DTS
  uint32_t length_ = 0;  // of the rest
  bool broken_ = false;
};

}  // namespace glossator::deid
