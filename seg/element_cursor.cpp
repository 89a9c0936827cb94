// SPDX-License-Identifier: GPL-3.0-or-later
#include "seg/element_cursor.h"

#include <array>
#include <cstring>

#include "dicom/error.h"
#include "dicom/vr.h"

namespace glossator::seg {
namespace {

constexpr uint32_t kUndefined = 0xFFFFFFFF;
constexpr dicom::Tag kItem{0xFFFE, 0xE000};
constexpr dicom::Tag kItemEnd{0xFFFE, 0xE00D};
constexpr dicom::Tag kSequenceEnd{0xFFFE, 0xE0DD};

[[noreturn]] void Invalid(const char* text) {
  throw Error(ErrorKind::kInvalid, std::string("functional groups: ") + text);
}

template <class Number>
Number Load(std::string_view bytes, size_t at) {
  Number number;
  std::memcpy(&number, bytes.data() + at, sizeof(number));
  return number;
}

struct Header {
  dicom::Tag tag;
  std::string_view vr;
  uint32_t length = 0;
  size_t size = 8;
};

// PS3.5 7.1.2: which explicit VRs have a 16-bit length.
bool HasShortLength(std::string_view vr) {
  const auto known = dicom::ParseVr(vr);
  if (!known) Invalid("a VR that is not known");
  return !dicom::HasLongLength(*known);
}

Header HeaderAt(std::string_view bytes, size_t at, bool implicit_vr) {
  if (bytes.size() < 8 || at > bytes.size() - 8) Invalid("cut short");
  Header header;
  header.tag = {Load<uint16_t>(bytes, at), Load<uint16_t>(bytes, at + 2)};
  header.length = Load<uint32_t>(bytes, at + 4);
  if (implicit_vr || header.tag.group == 0xFFFE) return header;
  header.vr = bytes.substr(at + 4, 2);
  if (HasShortLength(header.vr)) {
    header.length = Load<uint16_t>(bytes, at + 6);
    return header;
  }
  header.size = 12;
  if (bytes.size() - at < 12) Invalid("cut short");
  header.length = Load<uint32_t>(bytes, at + 8);
  return header;
}

// Content in UN of undefined length is encoded implicitly (PS3.5 6.2.2): the general reader's.
void RequireSequence(const Header& header, bool implicit_vr) {
  if (!implicit_vr && header.vr != "SQ") Invalid("undefined length");
}

struct Extent {
  size_t content = 0;  // where the delimiter is
  size_t end = 0;      // behind it
};

// Looks for the delimiter of what begins at `at`.
class DelimiterFinder {
 public:
  DelimiterFinder(std::string_view bytes, size_t at, bool implicit_vr)
      : bytes_(bytes), at_(at), implicit_vr_(implicit_vr) {}

  Extent Find(bool in_sequence) {
    Open(in_sequence);
    while (true) {
      const Header header = HeaderAt(bytes_, at_, implicit_vr_);
      if (header.tag == (is_sequence_[depth_ - 1] ? kSequenceEnd : kItemEnd)) {
        at_ += 8;
        if (--depth_ == 0) return {at_ - 8, at_};
      } else {
        Step(header);
      }
    }
  }

 private:
  void Open(bool is_sequence) {
    if (depth_ == is_sequence_.size()) Invalid("nested too deeply");
    is_sequence_[depth_++] = is_sequence;
  }

  void Step(const Header& header) {
    const bool item_wanted = is_sequence_[depth_ - 1];
    if ((header.tag == kItem) != item_wanted || (header.tag.group == 0xFFFE && !item_wanted)) {
      Invalid("an item where none may be, or none where one must be");
    }
    at_ += header.size;
    if (header.length != kUndefined) {
      if (header.length > bytes_.size() - at_) Invalid("a length beyond the end");
      at_ += header.length;
      return;
    }
    if (!item_wanted) RequireSequence(header, implicit_vr_);
    Open(!item_wanted);
  }

  std::string_view bytes_;
  size_t at_;
  bool implicit_vr_;
  std::array<bool, size_t{2} * ElementCursor::kDepthMax> is_sequence_{};
  size_t depth_ = 0;
};

// Content behind the header at `position`, which moves behind it.
std::string_view Take(std::string_view bytes, size_t& position, const Header& header,
                      bool is_sequence, bool implicit_vr) {
  const size_t start = position + header.size;
  if (header.length != kUndefined) {
    if (header.length > bytes.size() - start) Invalid("a length beyond the end");
    position = start + header.length;
    return bytes.substr(start, header.length);
  }
  const Extent extent = DelimiterFinder(bytes, start, implicit_vr).Find(is_sequence);
  position = extent.end;
  return bytes.substr(start, extent.content - start);
}

}  // namespace

bool ElementCursor::Next(RawElement& element) {
  if (position_ >= bytes_.size()) return false;
  const Header header = HeaderAt(bytes_, position_, implicit_vr_);
  if (header.tag.group == 0xFFFE) Invalid("an item where none may be");
  if (header.length == kUndefined) RequireSequence(header, implicit_vr_);
  element.tag = header.tag;
  element.vr = header.vr;
  element.value = Take(bytes_, position_, header, true, implicit_vr_);
  return true;
}

bool ItemCursor::Next(std::string_view& item) {
  if (position_ >= bytes_.size()) return false;
  const Header header = HeaderAt(bytes_, position_, implicit_vr_);
  if (header.tag != kItem) Invalid("no item where one must be");
  item = Take(bytes_, position_, header, false, implicit_vr_);
  return true;
}

}  // namespace glossator::seg
