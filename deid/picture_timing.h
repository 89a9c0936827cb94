// SPDX-License-Identifier: GPL-3.0-or-later
// H.264's message of picture timing (D.1.3), whose shape the sequence parameter set tells: delays
// and the order of fields stay, a time of day goes. Only for nal_unit.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace glossator::deid {

struct TimingShape {
  uint32_t delays = 0;         // bits in front of the order of fields
  bool has_structure = false;  // pic_struct_present_flag
  bool operator==(const TimingShape&) const = default;
};

// From a whole sequence parameter set without the bytes that prevent start codes, behind its
// header (7.3.2.1.1, Annex E). nullopt: it could not be read to its end.
std::optional<TimingShape> ReadTimingShape(const std::string& set);

// One message, byte by byte.
class TimingMessage {
 public:
  void Begin(const TimingShape& shape);
  // What stands there instead of `value`: the flags of the times are 0, what is behind them ones.
  uint8_t Byte(uint8_t value);

 private:
  TimingShape shape_;
  uint32_t position_ = 0;
  uint32_t structure_ = 0;
  uint32_t times_ = 0;
  bool timed_ = false;
};

}  // namespace glossator::deid
