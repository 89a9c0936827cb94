// SPDX-License-Identifier: GPL-3.0-or-later
// Big-endian numbers of the upper layer (PS3.8 9.3.1).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dimse/pdu.h"

namespace glossator::dimse {

inline void Put8(std::string& out, unsigned value) { out.push_back(static_cast<char>(value)); }
inline void Put16(std::string& out, unsigned value) {
  Put8(out, value >> 8);
  Put8(out, value);
}
inline void Put32(std::string& out, uint32_t value) {
  Put16(out, value >> 16);
  Put16(out, value);
}
// A 16-bit length in front of `text`.
inline void PutText16(std::string& out, std::string_view text) {
  Put16(out, static_cast<unsigned>(text.size()));
  out += text;
}

// Reads forward; running over the end is the peer's fault.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : bytes_(bytes) {}

  bool at_end() const { return bytes_.empty(); }
  std::string_view Take(size_t size) {
    if (size > bytes_.size()) {
      throw MalformedPdu(AbortReason::kInvalidParameterValue, "length beyond the end of the PDU");
    }
    std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  uint8_t U8() { return static_cast<uint8_t>(Take(1)[0]); }
  uint16_t U16() {
    const unsigned high = U8();
    return static_cast<uint16_t>(high << 8 | U8());
  }
  uint32_t U32() {
    const uint32_t high = U16();
    return high << 16 | U16();
  }
  std::string_view Text16() { return Take(U16()); }

 private:
  std::string_view bytes_;
};

}  // namespace glossator::dimse
