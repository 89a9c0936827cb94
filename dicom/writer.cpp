// SPDX-License-Identifier: GPL-3.0-or-later
#include <vector>

#include "dicom/dictionary.h"
#include "dicom/element_header.h"
#include "dicom/error.h"
#include "dicom/io.h"
#include "dicom/reader.h"

namespace glossator::dicom {
namespace {

class Writer {
 public:
  explicit Writer(const TransferSyntax& syntax)
      : implicit_(!syntax.explicit_vr), big_(syntax.big_endian) {}

  std::string Run(const DataSet& data_set) {
    levels_.push_back({data_set.begin(), data_set.end(), nullptr, 0, 0});
    while (!levels_.empty()) Step();
    return std::move(out_);
  }

 private:
  struct Level {
    DataSet::const_iterator next;
    DataSet::const_iterator end;
    const Element* sequence;  // the one being written, with its next item
    size_t next_item;
    size_t length_at;               // where the length of this item goes; 0 for the root
    size_t sequence_length_at = 0;  // 0: undefined length
  };

  void Step() {
    Level& level = levels_.back();
    if (level.sequence != nullptr) return NextItem(level);
    if (level.next == level.end) {
      if (level.length_at != 0) PatchLength(level.length_at);
      levels_.pop_back();
      return;
    }
    const Element& element = *level.next++;
    if (element.vr == Vr::SQ) return OpenSequence(level, element);
    if (element.encapsulated) return PutFragments(element);
    if (!element.tag.is_group_length() || element.tag.group <= 0x0002) PutValue(element);
  }

  void OpenSequence(Level& level, const Element& element) {
    // Without a VR and a dictionary entry only the undefined length says that it is a sequence.
    const bool defined = !implicit_ || VrOf(element.tag) == Vr::SQ;
    PutHeader(element.tag, Vr::SQ, defined ? 0 : kUndefinedLength);
    level.sequence = &element;
    level.next_item = 0;
    level.sequence_length_at = defined ? out_.size() - 4 : 0;
  }

  void NextItem(Level& level) {
    if (level.next_item == level.sequence->items.size()) {
      level.sequence = nullptr;
      if (level.sequence_length_at == 0) return PutDelimiter(kSequenceDelimitation, 0);
      PatchLength(level.sequence_length_at);
      return;
    }
    const DataSet& item = level.sequence->items[level.next_item++];
    PutDelimiter(kItem, 0);
    levels_.push_back({item.begin(), item.end(), nullptr, 0, out_.size() - 4});
  }

  void PutFragments(const Element& element) {
    PutHeader(element.tag, element.vr, kUndefinedLength);
    for (const std::string& fragment : element.fragments) {
      PutDelimiter(kItem, Even(fragment.size(), element.tag));
      out_ += fragment;
      if (fragment.size() % 2 != 0) out_ += '\0';
    }
    PutDelimiter(kSequenceDelimitation, 0);
  }

  void PutValue(const Element& element) {
    const uint32_t length = Even(element.value.size(), element.tag);
    Vr vr = element.vr;
    // A value too long for a 16-bit length goes out as UN (PS3.5 6.2.2), which a reader with a
    // dictionary undoes.
    if (!implicit_ && !HasLongLength(vr) && length > 0xFFFF) vr = Vr::UN;
    PutHeader(element.tag, vr, length);
    const size_t start = out_.size();
    out_ += element.value;
    if (big_ && vr == element.vr) SwapTail(start, vr);
    if (element.value.size() % 2 != 0) out_ += PaddingOf(element.vr);
  }

  void SwapTail(size_t start, Vr vr) {
    if (ValueSize(vr) < 2) return;
    std::string value = out_.substr(start);
    SwapBytes(value, vr);
    out_.replace(start, value.size(), value);
  }

  void PutHeader(Tag tag, Vr vr, uint32_t length) {
    Put16(tag.group);
    Put16(tag.element);
    if (implicit_) return Put32(length);
    out_ += ToString(vr);
    if (!HasLongLength(vr)) return Put16(static_cast<uint16_t>(length));
    Put16(0);
    Put32(length);
  }

  void PutDelimiter(Tag tag, uint32_t length) {
    Put16(tag.group);
    Put16(tag.element);
    Put32(length);
  }

  void Put16(uint16_t number) {
    const char low = static_cast<char>(number & 0xFF);
    const char high = static_cast<char>(number >> 8);
    out_ += big_ ? high : low;
    out_ += big_ ? low : high;
  }

  void Put32(uint32_t number) {
    const auto low = static_cast<uint16_t>(number & 0xFFFF);
    const auto high = static_cast<uint16_t>(number >> 16);
    Put16(big_ ? high : low);
    Put16(big_ ? low : high);
  }

  // Everything written since the length field, into the length field.
  void PatchLength(size_t length_at) {
    const size_t length = out_.size() - length_at - 4;
    if (length >= kUndefinedLength) {
      throw Error(ErrorKind::kInvalid, "a sequence of more than 4 GiB");
    }
    for (size_t i = 0; i < 4; ++i) {
      const size_t shift = 8 * (big_ ? 3 - i : i);
      out_[length_at + i] = static_cast<char>(length >> shift & 0xFF);
    }
  }

  static uint32_t Even(size_t size, Tag tag) {
    if (size >= kUndefinedLength - 1) {
      throw Error(ErrorKind::kInvalid, ToString(tag) + ": a value of more than 4 GiB");
    }
    return static_cast<uint32_t>(size + size % 2);
  }

  bool implicit_;
  bool big_;
  std::string out_;
  std::vector<Level> levels_;
};

}  // namespace

std::string Write(const DataSet& data_set, const TransferSyntax& syntax) {
  std::string bytes = Writer(syntax).Run(data_set);
  return syntax.deflated ? Deflate(bytes) : bytes;
}

}  // namespace glossator::dicom
