// SPDX-License-Identifier: GPL-3.0-or-later
// ITU-T H.264 7.3.1 and H.265 7.3.1. What is not needed becomes filler: bytes of 0xFF where there
// was no zero. Zeros and the bytes that prevent start codes (H.264 7.4.1) stay, so that nothing
// moves and no start code appears or is lost.
#include <algorithm>
#include <iterator>
#include <optional>
#include <span>
#include <string>

#include "deid/picture_timing.h"
#include "deid/video_unit.h"

namespace glossator::deid {
namespace {

enum class Use {
  kPicture,  // coded pictures
  kSets,     // parameter sets; longer than the limit: broken
  kShort,    // stays up to the limit
  kMessages  // supplemental enhancement information
};

struct UnitRule {
  uint8_t first, last;  // nal_unit_type
  Use use;
  uint32_t bytes_max = 0;
};
constexpr uint32_t kSetBytesMax = 8192;
// H.264 Table 7-1 with H.7.4.1 for two views. Filler data (12) and all others become filler.
constexpr UnitRule kH264Units[] = {{1, 1, Use::kPicture},
                                   {5, 5, Use::kPicture},
                                   {6, 6, Use::kMessages},
                                   {7, 8, Use::kSets, kSetBytesMax},
                                   {9, 9, Use::kShort, 1},
                                   {10, 11, Use::kShort, 0},
                                   {13, 13, Use::kSets, kSetBytesMax},
                                   {14, 14, Use::kShort, 4},
                                   {15, 15, Use::kSets, kSetBytesMax},
                                   {20, 20, Use::kPicture}};
// H.265 Table 7-1.
constexpr UnitRule kHevcUnits[] = {
    {0, 9, Use::kPicture},    {16, 21, Use::kPicture},  {32, 34, Use::kSets, kSetBytesMax},
    {35, 35, Use::kShort, 1}, {36, 37, Use::kShort, 0}, {39, 40, Use::kMessages}};

// Messages that playing needs, with the most bytes they have. H.264's picture timing is apart: it
// may hold a time of day (D.1.3).
struct MessageRule {
  uint32_t type;
  uint32_t bytes_max;
};
constexpr MessageRule kH264Messages[] = {{0, 64}, {6, 8}, {45, 32}};
constexpr MessageRule kHevcMessages[] = {{0, 128},  {1, 64},   {6, 8},  {45, 32},
                                         {129, 32}, {130, 16}, {147, 1}};
constexpr char kFillerPayload = 3;  // H.264 D.1.4
constexpr uint32_t kPictureTiming = 1, kTimingBytesMax = 64;
constexpr uint32_t kUserData = 5;  // any bytes: it stays what it is, without its words
constexpr uint32_t kSequenceSet = 7;
constexpr uint8_t kStop = 0x80;  // rbsp_trailing_bits

struct Family {
  std::span<const UnitRule> units;
  std::span<const MessageRule> messages;
  uint32_t header_bytes;
  uint32_t type_shift, type_mask;
  uint8_t filler;  // the first byte of a unit of filler data
  bool has_times;  // in its picture timing
};
constexpr Family kH264{kH264Units, kH264Messages, 1, 0, 0x1F, 0x0C, true};
constexpr Family kHevc{kHevcUnits, kHevcMessages, 2, 1, 0x3F, 0x4C, false};

// H.264 D.1: type, size and payload of each message.
class Messages {
 public:
  explicit Messages(std::span<const MessageRule> rules) : rules_(rules) {}

  void Begin() {
    part_ = Part::kType;
    type_ = size_ = 0;
  }

  // What the sequence's picture timing is like; nullopt: not known.
  void Know(const std::optional<TimingShape>& shape) { shape_ = shape; }
  bool broken() const { return broken_; }

  // True: the byte stays, or is what it has to be already.
  bool Keeps(char& byte, uint32_t zeros) {
    const auto value = static_cast<uint8_t>(byte);
    if (part_ == Part::kType) return OnType(byte, value, zeros);
    if (part_ == Part::kSize) return OnSize(value);
    const bool kept = size_ <= bytes_max_;
    if (kept && timing_) Time(byte, zeros);
    if (--left_ == 0) Begin();
    return kept;
  }

 private:
  enum class Part { kType, kSize, kPayload };

  // The stop bit looks like type 128, which nobody needs either.
  bool OnType(char& byte, uint8_t value, uint32_t zeros) {
    type_ += value;
    if (value == 0xFF) return true;
    const auto* rule = std::ranges::find(rules_, type_, &MessageRule::type).base();
    const bool known = rule != rules_.data() + rules_.size();
    timing_ = shape_ && type_ == kPictureTiming;
    if (timing_) message_.Begin(*shape_);
    bytes_max_ = timing_ ? kTimingBytesMax : known ? rule->bytes_max : 0;
    const bool other = !known && !timing_ && type_ != kUserData;
    if (other && value != 0 && value != kStop && zeros < 2) byte = kFillerPayload;
    part_ = Part::kSize;
    return true;
  }

  bool OnSize(uint8_t value) {
    size_ += value;
    if (value == 0xFF) return true;
    left_ = size_;
    part_ = Part::kPayload;
    if (left_ == 0) Begin();
    return true;
  }

  // Never a zero, or a byte that would have to be kept from being a start code, where none was.
  void Time(char& byte, uint32_t zeros) {
    const auto value = static_cast<uint8_t>(byte), out = message_.Byte(value);
    broken_ |= out != value && (out == 0 || (zeros >= 2 && out <= 3));
    byte = static_cast<char>(out);
  }

  std::span<const MessageRule> rules_;
  std::optional<TimingShape> shape_;
  TimingMessage message_;
  bool timing_ = false;
  bool broken_ = false;
  Part part_ = Part::kType;
  uint32_t type_ = 0, size_ = 0;
  uint32_t left_ = 0;
  uint32_t bytes_max_ = 0;
};

class Unit final : public VideoUnit {
 public:
  explicit Unit(const Family& family) : family_(family), messages_(family.messages) {}

  void Begin() override {
    if (in_set_) EndSet();
    position_ = 0;
    rule_ = nullptr;
  }

  void Byte(char& byte, uint32_t zeros) override {
    const bool prevention = zeros >= 2 && byte == 3;
    if (position_ < family_.header_bytes) {
      OnHeader(byte);
      ++position_;
    } else if (!prevention) {
      ++position_;
      if (in_set_ && set_.size() < kSetBytesMax) set_ += byte;  // zeros may go on for ever
      if (!Keeps(byte, zeros) && byte != 0) byte = '\xFF';
    }
  }

  bool plain() const override {
    return rule_ != nullptr && rule_->use == Use::kPicture && position_ >= family_.header_bytes;
  }
  bool broken() const override { return broken_ || messages_.broken(); }
  bool has_pictures() const override { return has_pictures_; }

 private:
  // Sets that say different things make the timing unknown, for good.
  void EndSet() {
    in_set_ = false;
    const auto shape = ReadTimingShape(set_);
    if (knows_set_ && shape != shape_) unsure_ = true;
    knows_set_ = true;
    shape_ = shape;
    messages_.Know(unsure_ ? std::nullopt : shape_);
  }

  void OnHeader(char& byte) {
    const auto value = static_cast<uint8_t>(byte);
    if (position_ == 1) {  // H.265 7.3.1.2: the rest of nuh_layer_id is 0, the temporal one is not
      broken_ |= (value & 0xF8) != 0 || (value & 0x07) == 0;
      return;
    }
    broken_ |= (value & 0x80) != 0;  // forbidden_zero_bit
    broken_ |= family_.header_bytes == 2 && (value & 1) != 0;
    const uint32_t type = value >> family_.type_shift & family_.type_mask;
    const auto* found = std::ranges::find_if(family_.units, [&](const UnitRule& rule) {
                          return type >= rule.first && type <= rule.last;
                        }).base();
    rule_ = found == family_.units.data() + family_.units.size() ? nullptr : found;
    if (rule_ == nullptr && value != 0) byte = static_cast<char>(family_.filler);
    has_pictures_ |= rule_ != nullptr && rule_->use == Use::kPicture;
    in_set_ = family_.has_times && type == kSequenceSet;
    set_.clear();
    messages_.Begin();
  }

  bool Keeps(char& byte, uint32_t zeros) {
    if (rule_ == nullptr) return static_cast<uint8_t>(byte) == kStop;
    const bool within = position_ - family_.header_bytes <= rule_->bytes_max;
    switch (rule_->use) {
      case Use::kPicture:
        return true;
      case Use::kMessages:
        return messages_.Keeps(byte, zeros);
      case Use::kSets:
        broken_ |= !within && byte != 0;
        return within;
      case Use::kShort:
        return within;
    }
    return false;
  }

  const Family& family_;
  const UnitRule* rule_ = nullptr;  // of the unit; nullptr: filler
  Messages messages_;
  bool in_set_ = false, knows_set_ = false, unsure_ = false;
  std::string set_;  // the sequence parameter set that passes
  std::optional<TimingShape> shape_;
  bool broken_ = false;
  bool has_pictures_ = false;
  uint64_t position_ = 0;  // without the bytes that prevent start codes
};

}  // namespace

std::unique_ptr<VideoUnit> H264Unit() { return std::make_unique<Unit>(kH264); }
std::unique_ptr<VideoUnit> HevcUnit() { return std::make_unique<Unit>(kHevc); }

}  // namespace glossator::deid
