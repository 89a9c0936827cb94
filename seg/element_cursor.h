// SPDX-License-Identifier: GPL-3.0-or-later
// Little endian data set bytes, element by element, without building a value: for what an object
// repeats for every frame. Bounded by the bytes it is given and by a nesting of kDepthMax; every
// step moves on, so hostile lengths end in Error{kInvalid}.
#pragma once

#include <cstdint>
#include <string_view>

#include "dicom/tag.h"

namespace glossator::seg {

struct RawElement {
  dicom::Tag tag;
  std::string_view vr;     // two letters; empty in implicit VR
  std::string_view value;  // of a sequence: its items, without the delimiter
};

class ElementCursor {
 public:
  static constexpr unsigned kDepthMax = 64;

  // `bytes`: elements only, without an item's header. They must outlive the cursor.
  ElementCursor(std::string_view bytes, bool implicit_vr)
      : bytes_(bytes), implicit_vr_(implicit_vr) {}
  bool Next(RawElement& element);  // false at the end
  size_t position() const { return position_; }

 private:
  std::string_view bytes_;
  bool implicit_vr_;
  size_t position_ = 0;
};

// The items of a sequence's value.
class ItemCursor {
 public:
  ItemCursor(std::string_view value, bool implicit_vr) : bytes_(value), implicit_vr_(implicit_vr) {}
  bool Next(std::string_view& item);

 private:
  std::string_view bytes_;
  bool implicit_vr_;
  size_t position_ = 0;
};

}  // namespace glossator::seg
