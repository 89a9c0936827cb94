// SPDX-License-Identifier: GPL-3.0-or-later
// The units that a coded video is made of, cleaned one after the other while they pass: headers,
// pictures, and the user data between them. Lengths never change and nothing is decoded. Only for
// film.h and the containers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace glossator::deid {

class VideoUnit {
 public:
  virtual ~VideoUnit() = default;
  // The next byte is the first of a unit: the value of a start code, or a header.
  virtual void Begin() = 0;
  // One byte of it; `zeros` bytes of zero came before, in this unit. A byte of zero stays zero: it
  // may belong to the start code that ends the unit.
  virtual void Byte(char& byte, uint32_t zeros) = 0;
  // The rest of this unit needs no look byte by byte.
  virtual bool plain() const = 0;
  virtual bool broken() const = 0;
  virtual bool has_pictures() const = 0;  // so far
};

// ISO/IEC 13818-2 (and 11172-2): start codes and what follows each.
std::unique_ptr<VideoUnit> Mpeg2Unit();
// ITU-T H.264 and H.265: units of the network abstraction layer.
std::unique_ptr<VideoUnit> H264Unit();
std::unique_ptr<VideoUnit> HevcUnit();

// Units that begin with 00 00 01 (13818-2 5.2.3, H.264 Annex B), in pieces of any size.
class StartCodes {
 public:
  explicit StartCodes(std::unique_ptr<VideoUnit> unit) : unit_(std::move(unit)) {}

  void Clean(char* bytes, size_t size);  // in place
  bool broken() const { return broken_ || unit_->broken(); }
  bool has_pictures() const { return unit_->has_pictures(); }

 private:
  void Byte(char& byte);

  std::unique_ptr<VideoUnit> unit_;
  bool inside_ = false;  // a start code has come
  bool broken_ = false;
  uint32_t zeros_ = 0;
};

}  // namespace glossator::deid
