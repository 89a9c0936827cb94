// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstring>

#include "deid/video_unit.h"

namespace glossator::deid {

void StartCodes::Clean(char* bytes, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    if (inside_ && zeros_ == 0 && !broken() && unit_->plain()) {
      const void* zero = std::memchr(bytes + i, 0, size - i);
      if (zero == nullptr) return;
      i = static_cast<size_t>(static_cast<const char*>(zero) - bytes);
    }
    Byte(bytes[i]);
  }
}

void StartCodes::Byte(char& byte) {
  const char value = byte;
  if (broken()) {
    byte = 0;
    return;
  }
  if (zeros_ >= 2 && value == 1) {
    unit_->Begin();
    inside_ = true;
    zeros_ = 0;
    return;
  }
  if (inside_) {
    unit_->Byte(byte, zeros_);
  } else if (value != 0) {
    broken_ = true;
    byte = 0;
  }
  zeros_ = value == 0 ? zeros_ + 1 : 0;
}

}  // namespace glossator::deid
