// SPDX-License-Identifier: GPL-3.0-or-later
#include "spool/crc32c.h"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace glossator::spool {
namespace {

constexpr uint32_t kPolynomial = 0x82F63B78;  // reflected

constexpr std::array<uint32_t, 256> MakeTable() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (crc & 1 ? kPolynomial : 0);
    table[i] = crc;
  }
  return table;
}
constexpr auto kTable = MakeTable();

uint32_t Step(uint32_t state, uint8_t byte) { return kTable[(state ^ byte) & 0xFF] ^ state >> 8; }

#if defined(__x86_64__)

// The instruction gives a result every cycle but takes three to give it: three lanes side by side
// keep it busy. Joining lanes means moving a state over kLane zero bytes, which is linear in the
// state's bits and so four table look-ups.
constexpr size_t kLane = 4096;

class Mover {
 public:
  Mover() {
    for (uint32_t byte = 0; byte < 4; ++byte) {
      for (uint32_t value = 0; value < 256; ++value) {
        table_[byte][value] = OverZeros(value << 8 * byte);
      }
    }
  }
  uint32_t operator()(uint32_t state) const {
    return table_[0][state & 0xFF] ^ table_[1][state >> 8 & 0xFF] ^ table_[2][state >> 16 & 0xFF] ^
           table_[3][state >> 24];
  }

 private:
  static uint32_t OverZeros(uint32_t state) {
    for (size_t i = 0; i < kLane; ++i) state = Step(state, 0);
    return state;
  }
  std::array<std::array<uint32_t, 256>, 4> table_{};
};

uint64_t Load(const char* at) {
  uint64_t word;
  std::memcpy(&word, at, sizeof(word));
  return word;
}

__attribute__((target("sse4.2"))) uint32_t ThreeLanes(const char* at, uint32_t state) {
  static const Mover move;
  uint64_t a = state;
  uint64_t b = 0;
  uint64_t c = 0;
  for (size_t i = 0; i < kLane; i += 8) {
    a = _mm_crc32_u64(a, Load(at + i));
    b = _mm_crc32_u64(b, Load(at + kLane + i));
    c = _mm_crc32_u64(c, Load(at + 2 * kLane + i));
  }
  return move(move(uint32_t(a)) ^ uint32_t(b)) ^ uint32_t(c);
}

__attribute__((target("sse4.2"))) uint32_t ByInstruction(std::string_view bytes, uint32_t state) {
  const char* at = bytes.data();
  size_t left = bytes.size();
  for (; left >= 3 * kLane; left -= 3 * kLane, at += 3 * kLane) state = ThreeLanes(at, state);
  uint64_t wide = state;
  for (; left >= 8; left -= 8, at += 8) wide = _mm_crc32_u64(wide, Load(at));
  state = uint32_t(wide);
  for (; left > 0; --left, ++at) state = _mm_crc32_u8(state, uint8_t(*at));
  return state;
}

#endif

}  // namespace

uint32_t Crc32cByTable(std::string_view bytes, uint32_t crc) {
  uint32_t state = ~crc;
  for (const char byte : bytes) state = Step(state, static_cast<uint8_t>(byte));
  return ~state;
}

uint32_t Crc32c(std::string_view bytes, uint32_t crc) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2")) return ~ByInstruction(bytes, ~crc);
#endif
  return Crc32cByTable(bytes, crc);
}

}  // namespace glossator::spool
