// SPDX-License-Identifier: GPL-3.0-or-later
// Units behind their lengths instead of behind start codes (ISO/IEC 14496-15). Only for films in
// boxes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "deid/video_unit.h"

namespace glossator::deid {

// One unit of known length after the other.
class CountedUnit {
 public:
  explicit CountedUnit(VideoUnit& unit) : unit_(unit) {}
  void Begin(uint64_t size);
  void Byte(char& byte);
  size_t Skip(size_t size);  // how many of these bytes need no look
  bool done() const { return left_ == 0; }

 private:
  VideoUnit& unit_;
  uint64_t left_ = 0;
  uint32_t zeros_ = 0;
};

// 5.3.4.2: samples, each unit behind four bytes of length.
class Samples {
 public:
  explicit Samples(VideoUnit& unit) : unit_(unit) {}
  void Byte(char& byte);
  size_t Skip(size_t size) { return unit_.Skip(size); }
  // Nothing is begun but, at most, a length of zeros.
  bool at_end() const { return unit_.done() && length_ == 0; }

 private:
  CountedUnit unit_;
  uint32_t length_ = 0;
  uint32_t length_bytes_ = 0;
};

// 5.3.3.1 and 8.3.3.1: the records avcC and hvcC. Units in them are cleaned like any other.
class ParameterSets {
 public:
  ParameterSets(VideoUnit& unit, bool hevc) : unit_(unit), hevc_(hevc) {}
  void Byte(char& byte);
  // All sets were there, and lengths in the samples have four bytes.
  bool complete() const { return part_ == Part::kTail && four_bytes_; }

 private:
  enum class Part { kFixed, kLists, kUnits, kLength, kUnit, kTail };
  void Next(Part part);
  void AfterUnit();
  void OnFixed(uint8_t value);
  void OnUnits();

  CountedUnit unit_;
  bool hevc_;
  bool four_bytes_ = false;
  Part part_ = Part::kFixed;
  uint32_t position_ = 0;  // in the part
  uint32_t number_ = 0;
  uint32_t lists_ = 0;  // still to come
  uint32_t units_ = 0;  // of this list
};

}  // namespace glossator::deid
