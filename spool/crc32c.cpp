// SPDX-License-Identifier: GPL-3.0-or-later
#include "spool/crc32c.h"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
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
// keep it busy. Long lanes make joins rare; short ones leave little of a small chunk to the single
// lane at the end.
constexpr size_t kLongLane = 4096;
constexpr size_t kShortLane = 256;

// x to the power modulo the polynomial, reflected: the highest bit is the coefficient of x^0.
constexpr uint32_t PowerOfX(size_t power) {
  uint32_t value = 0x80000000;
  for (; power > 0; --power) value = (value >> 1) ^ (value & 1 ? kPolynomial : 0);
  return value;
}

// The state after a lane of zero bytes, which is the state times x^(8 kLane). The product of two
// reflected numbers stands one place too low and the instruction multiplies by x^32: hence 33.
template <size_t kLane>
[[gnu::target("sse4.2,pclmul")]] inline uint64_t OverZeros(uint64_t state) {
  constexpr uint32_t kFactor = PowerOfX(8 * kLane - 33);
  const __m128i product =
      _mm_clmulepi64_si128(_mm_cvtsi64_si128(int64_t(state)), _mm_cvtsi64_si128(kFactor), 0);
  return _mm_crc32_u64(0, uint64_t(_mm_cvtsi128_si64(product)));
}

uint64_t Load(const char* at) {
  uint64_t word;
  std::memcpy(&word, at, sizeof(word));
  return word;
}

// Takes what it digests off the front of `bytes`.
template <size_t kLane>
[[gnu::target("sse4.2,pclmul")]] uint64_t ThreeLanes(std::string_view& bytes, uint64_t a) {
  for (; bytes.size() >= 3 * kLane; bytes.remove_prefix(3 * kLane)) {
    const char* at = bytes.data();
    uint64_t b = 0;
    uint64_t c = 0;
    for (size_t i = 0; i < kLane; i += 8) {
      a = _mm_crc32_u64(a, Load(at + i));
      b = _mm_crc32_u64(b, Load(at + kLane + i));
      c = _mm_crc32_u64(c, Load(at + 2 * kLane + i));
    }
    a = OverZeros<kLane>(OverZeros<kLane>(a) ^ b) ^ c;
  }
  return a;
}

[[gnu::target("sse4.2,pclmul")]] uint32_t ByInstruction(std::string_view bytes, uint64_t state) {
  state = ThreeLanes<kLongLane>(bytes, state);
  state = ThreeLanes<kShortLane>(bytes, state);
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    state = _mm_crc32_u64(state, Load(bytes.data()));
  }
  for (const char byte : bytes) state = _mm_crc32_u8(uint32_t(state), uint8_t(byte));
  return uint32_t(state);
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
  if (__builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul")) {
    return ~ByInstruction(bytes, ~crc);
  }
#endif
  return Crc32cByTable(bytes, crc);
}

}  // namespace glossator::spool
