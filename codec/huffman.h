// SPDX-License-Identifier: GPL-3.0-or-later
// Huffman codes and entropy-coded bits of ISO 10918-1 (Annexes C, F.1.2.3, F.2.2 and K.2).
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace glossator::codec {

// BITS and HUFFVAL as a DHT segment has them.
struct HuffmanSpec {
  std::array<uint8_t, 17> counts{};  // [1..16]: codes of that length
  std::vector<uint8_t> values;

  size_t size() const { return counts.size() - 1 + values.size(); }  // bytes in the segment
};

// The table at the front of `segment` (B.2.4.2), behind its class and number; nullopt: cut off.
std::optional<HuffmanSpec> ReadSpec(std::string_view segment);
// A segment of one table; `what`: its class and number.
void PutSpec(std::string& out, uint32_t what, const HuffmanSpec& spec);

// How many bits a value has in the stream (Table F.1).
inline uint32_t SizeOf(int32_t value) {
  return static_cast<uint32_t>(std::bit_width(static_cast<uint32_t>(std::abs(value))));
}

// The best code of at most 16 bits for these frequencies (K.2); the code of ones only stays unused.
HuffmanSpec BestCode(const std::array<uint64_t, 256>& frequencies);

class HuffmanDecoder {
 public:
  explicit HuffmanDecoder(const HuffmanSpec& spec);  // throws Error{kInvalid}

  std::array<int32_t, 17> largest{};  // code of each length, -1: none
  std::array<int32_t, 17> offset{};   // into values
  std::vector<uint8_t> values;
};

struct HuffmanEncoder {
  explicit HuffmanEncoder(const HuffmanSpec& spec);
  std::array<uint32_t, 256> code{};
  std::array<uint8_t, 256> length{};  // 0: no code
};

// Entropy-coded bytes: 0xFF is followed by 0, or it begins a marker, at which the bits end.
class BitReader {
 public:
  explicit BitReader(std::string_view bytes) : bytes_(bytes) {}

  uint32_t Bits(uint32_t count);  // at most 16; throws Error{kInvalid} behind the end
  int32_t Value(uint32_t size);   // of SizeOf(), at most 16 (F.2.2.1)
  uint8_t Symbol(const HuffmanDecoder& decoder);
  // Skips to the next marker, which must be RSTn; the bits begin anew behind it.
  void Restart();
  size_t position() const { return position_; }

 private:
  uint32_t Bit();

  std::string_view bytes_;
  size_t position_ = 0;
  uint32_t buffer_ = 0;
  uint32_t left_ = 0;
};

class BitWriter {
 public:
  explicit BitWriter(std::string& out) : out_(out) {}

  void Put(uint32_t bits, uint32_t count);  // at most 16
  void PutValue(int32_t value);             // in SizeOf() bits
  void Flush();                             // fills with ones

 private:
  std::string& out_;
  uint64_t buffer_ = 0;
  uint32_t used_ = 0;
};

}  // namespace glossator::codec
