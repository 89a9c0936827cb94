// SPDX-License-Identifier: GPL-3.0-or-later
// Shared by the two formats.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "seg/volume_file.h"

namespace glossator::seg {

inline size_t BytesOf(ValueType type) {
  switch (type) {
    case ValueType::kInt8:
    case ValueType::kUint8:
      return 1;
    case ValueType::kInt16:
    case ValueType::kUint16:
      return 2;
    case ValueType::kInt32:
    case ValueType::kUint32:
    case ValueType::kFloat:
      return 4;
    case ValueType::kDouble:
      return 8;
  }
  return 1;
}

// Throws kInvalid when the product is absurd.
uint64_t DataBytes(const VolumeHeader& volume);
void SwapBytes(std::string& data, size_t size);

}  // namespace glossator::seg
