// SPDX-License-Identifier: GPL-3.0-or-later
#include "codec/huffman.h"

#include <algorithm>

#include "dicom/error.h"

namespace glossator::codec {
namespace {

constexpr size_t kReserved = 256;  // keeps the code of ones only free
constexpr size_t kLongest = 64;

Error Damaged() { return Error(ErrorKind::kInvalid, "the entropy-coded data is damaged"); }

// Figure K.1: lengths by merging the two rarest again and again.
std::array<int, 257> Lengths(std::array<uint64_t, 257> frequency) {
  std::array<int, 257> length{}, other{};
  other.fill(-1);
  while (true) {
    int rarest = -1, second = -1;
    for (int i = 0; i < 257; ++i) {
      if (frequency[i] == 0) continue;
      if (rarest < 0 || frequency[i] <= frequency[rarest]) {
        second = rarest;
        rarest = i;
      } else if (second < 0 || frequency[i] <= frequency[second]) {
        second = i;
      }
    }
    if (second < 0) return length;
    frequency[rarest] += frequency[second];
    frequency[second] = 0;
    int last = rarest;
    for (; other[last] >= 0; last = other[last]) ++length[last];
    ++length[last];
    other[last] = second;
    for (int i = second; i >= 0; i = other[i]) ++length[i];
  }
}

// Figure K.3: nothing longer than 16 bits.
void Shorten(std::array<int, kLongest + 1>& counts) {
  for (size_t i = kLongest; i > 16; --i) {
    while (counts[i] > 0) {
      size_t j = i - 2;
      while (counts[j] == 0) --j;
      counts[i] -= 2;
      counts[i - 1] += 1;
      counts[j + 1] += 2;
      counts[j] -= 1;
    }
  }
  size_t longest = 16;
  while (longest > 0 && counts[longest] == 0) --longest;
  if (longest > 0) --counts[longest];  // the reserved one
}

}  // namespace

std::optional<HuffmanSpec> ReadSpec(std::string_view segment) {
  HuffmanSpec spec;
  const size_t front = spec.size();
  if (segment.size() < front) return std::nullopt;
  size_t total = 0;
  for (size_t i = 1; i <= front; ++i) {
    total += spec.counts[i] = static_cast<uint8_t>(segment[i - 1]);
  }
  if (total > 256 || total > segment.size() - front) return std::nullopt;
  const std::string_view values = segment.substr(front, total);
  spec.values.assign(values.begin(), values.end());
  return spec;
}

void PutSpec(std::string& out, uint32_t what, const HuffmanSpec& spec) {
  const size_t size = 3 + spec.size();
  out += {'\xFF', '\xC4', static_cast<char>(size >> 8), static_cast<char>(size),
          static_cast<char>(what)};
  out.append(spec.counts.begin() + 1, spec.counts.end());
  out.append(spec.values.begin(), spec.values.end());
}

HuffmanSpec BestCode(const std::array<uint64_t, 256>& frequencies) {
  std::array<uint64_t, 257> all{};
  std::copy(frequencies.begin(), frequencies.end(), all.begin());
  all[kReserved] = 1;
  const auto lengths = Lengths(all);
  std::array<int, kLongest + 1> counts{};
  for (const int length : lengths)
    ++counts[std::min<size_t>(static_cast<size_t>(length), kLongest)];
  counts[0] = 0;
  Shorten(counts);
  HuffmanSpec spec;
  for (size_t i = 1; i <= 16; ++i) spec.counts[i] = static_cast<uint8_t>(counts[i]);
  for (int length = 1; length <= static_cast<int>(kLongest); ++length) {
    for (size_t value = 0; value < 256; ++value) {
      if (lengths[value] == length) spec.values.push_back(static_cast<uint8_t>(value));
    }
  }
  return spec;
}

HuffmanDecoder::HuffmanDecoder(const HuffmanSpec& spec) : values(spec.values) {
  largest.fill(-1);
  int32_t code = 0, index = 0;
  for (size_t length = 1; length <= 16; ++length) {
    offset[length] = index - code;
    code += spec.counts[length];
    index += spec.counts[length];
    if (spec.counts[length] > 0) largest[length] = code - 1;
    if (code > 1 << length) throw Damaged();
    code <<= 1;
  }
  if (static_cast<size_t>(index) != values.size()) throw Damaged();
}

HuffmanEncoder::HuffmanEncoder(const HuffmanSpec& spec) {
  uint32_t next = 0;
  size_t index = 0;
  for (uint8_t bits = 1; bits <= 16; ++bits) {
    for (int i = 0; i < spec.counts[bits]; ++i) {
      code[spec.values[index]] = next++;
      length[spec.values[index++]] = bits;
    }
    next <<= 1;
  }
}

uint32_t BitReader::Bit() {
  if (left_ == 0) {
    if (position_ >= bytes_.size()) throw Damaged();
    buffer_ = static_cast<uint8_t>(bytes_[position_]);
    if (buffer_ == 0xFF) {
      if (position_ + 1 >= bytes_.size() || bytes_[position_ + 1] != 0) throw Damaged();
      ++position_;
    }
    ++position_;
    left_ = 8;
  }
  --left_;
  return buffer_ >> left_ & 1;
}

uint32_t BitReader::Bits(uint32_t count) {
  uint32_t value = 0;
  for (uint32_t i = 0; i < count; ++i) value = value << 1 | Bit();
  return value;
}

int32_t BitReader::Value(uint32_t size) {
  if (size == 0) return 0;
  const auto value = static_cast<int32_t>(Bits(size));
  return value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
}

uint8_t BitReader::Symbol(const HuffmanDecoder& decoder) {
  int32_t code = 0;
  for (size_t length = 1; length <= 16; ++length) {
    code = code << 1 | static_cast<int32_t>(Bit());
    if (code <= decoder.largest[length]) {
      return decoder.values[static_cast<size_t>(decoder.offset[length] + code)];
    }
  }
  throw Damaged();
}

void BitReader::Restart() {
  left_ = 0;
  const bool marker = position_ + 2 <= bytes_.size() &&
                      static_cast<uint8_t>(bytes_[position_]) == 0xFF &&
                      (static_cast<uint8_t>(bytes_[position_ + 1]) & 0xF8) == 0xD0;
  if (!marker) throw Damaged();
  position_ += 2;
}

void BitWriter::Put(uint32_t bits, uint32_t count) {
  buffer_ = buffer_ << count | (bits & ((1u << count) - 1));
  used_ += count;
  while (used_ >= 8) {
    used_ -= 8;
    const auto byte = static_cast<uint8_t>(buffer_ >> used_);
    out_ += static_cast<char>(byte);
    if (byte == 0xFF) out_ += '\0';
  }
}

void BitWriter::PutValue(int32_t value) {
  Put(static_cast<uint32_t>(value < 0 ? value - 1 : value), SizeOf(value));
}

void BitWriter::Flush() {
  if (used_ > 0) Put(0xFF, 8 - used_);
}

}  // namespace glossator::codec
