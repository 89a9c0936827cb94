// SPDX-License-Identifier: GPL-3.0-or-later
// One-bit frames without padding between them, the first pixel in the least significant bit
// (PS3.5 8.1.1, PS3.3 C.8.20.2.1).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace glossator::seg {

class BitWriter {
 public:
  explicit BitWriter(std::function<void(std::string_view)> sink);

  void Zeros(uint64_t count);
  // One bit per value: 1 where it equals `label`.
  void Equal(const uint8_t* values, size_t count, uint8_t label);
  void Equal(const uint16_t* values, size_t count, uint16_t label);
  // Pads the last byte with zeros and hands over what is left.
  void Finish();

 private:
  template <class Value>
  void EqualAny(const Value* values, size_t count, Value label);
  void Put(uint64_t bits, unsigned count);  // count < 64, higher bits are 0
  void Put64(uint64_t bits);
  void Flush();

  std::function<void(std::string_view)> sink_;
  std::string buffer_;
  size_t used_ = 0;
  uint64_t pending_ = 0;  // not yet in the buffer, lowest bits first
  unsigned pending_count_ = 0;
};

// 64 bits from bit `offset`; zeros behind the end.
uint64_t BitsAt(std::string_view bytes, uint64_t offset);

// Sets `values[i]` to `label` for every bit i that is set, i < count. Returns true when such a
// value was neither 0 nor `label` before (segments overlap); it is replaced then.
bool Spread(std::string_view bytes, uint64_t offset, size_t count, uint8_t label, uint8_t* values);
bool Spread(std::string_view bytes, uint64_t offset, size_t count, uint16_t label,
            uint16_t* values);

uint64_t CountBits(std::string_view bytes, uint64_t offset, uint64_t count);

}  // namespace glossator::seg
