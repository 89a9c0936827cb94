// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/reader.h"

#include <algorithm>

#include "dicom/dictionary.h"
#include "dicom/error.h"

namespace glossator::dicom {
namespace {

// Sorted by tag; of elements with the same tag the last one is kept.
void SortElements(std::vector<Element>& elements) {
  std::stable_sort(elements.begin(), elements.end(),
                   [](const Element& a, const Element& b) { return a.tag < b.tag; });
  const auto first_kept =
      std::unique(elements.rbegin(), elements.rend(),
                  [](const Element& a, const Element& b) { return a.tag == b.tag; });
  elements.erase(elements.begin(), first_kept.base());
}

// Group lengths are retired (PS3.5 7.2) and stale after any change; commands and File Meta keep
// theirs.
bool IsStaleGroupLength(Tag tag) { return tag.is_group_length() && tag.group > 0x0002; }

}  // namespace

void SwapBytes(std::string& value, Vr vr) {
  const size_t size = vr == Vr::AT ? 2 : ValueSize(vr);  // AT is a pair of 16-bit numbers
  if (size < 2) return;
  for (size_t at = 0; at + size <= value.size(); at += size) {
    std::reverse(value.begin() + static_cast<std::ptrdiff_t>(at),
                 value.begin() + static_cast<std::ptrdiff_t>(at + size));
  }
}

Reader::Reader(std::string_view bytes, const TransferSyntax& syntax, const Limits& limits)
    : bytes_(bytes), syntax_(syntax), limits_(limits) {
  levels_.push_back({bytes.size(), false, !syntax.explicit_vr});
}

DataSet Reader::Run() {
  if (bytes_.size() > limits_.bytes_max) Fail({}, "more bytes than allowed");
  CloseEnded();
  while (position_ < bytes_.size()) Step();
  if (levels_.size() != 1) Fail({}, "a sequence or item does not end");
  Level& root = levels_.back();
  if (!root.in_order) SortElements(root.data_set.elements());
  return std::move(root.data_set);
}

void Reader::Step() {
  const Level& level = levels_.back();
  const bool big = syntax_.big_endian && !level.implicit_vr;
  const auto header = ParseHeader(bytes_.substr(position_), level.implicit_vr, big);
  if (levels_.size() == 1 && (!header || header->tag == Tag{}) && OnlyZerosRemain()) {
    position_ = bytes_.size();
    return;
  }
  if (!header) Fail({}, "the data set ends within a header");
  if (++elements_ > limits_.elements_max) Fail(header->tag, "too many elements");
  if (header->is_delimiter()) {
    Delimiter(*header);
  } else if (level.is_sequence) {
    Fail(header->tag, "not an item");
  } else {
    ReadElement(*header);
  }
  CloseEnded();
}

void Reader::Delimiter(const ElementHeader& header) {
  const Level& level = levels_.back();
  if (header.tag == kItem) {
    if (!level.is_sequence) Fail({}, "an item outside of a sequence");
    return Open(header, false, level.implicit_vr);
  }
  position_ += header.size;
  // A delimiter where the length already says the end is redundant, not wrong.
  if (level.end != UINT64_MAX) return;
  if (header.tag != (level.is_sequence ? kSequenceDelimitation : kItemDelimitation)) {
    Fail({}, "the wrong delimiter");
  }
  Close();
}

void Reader::ReadElement(const ElementHeader& header) {
  const bool implicit = levels_.back().implicit_vr;
  switch (ContentOf(header, implicit)) {
    case Content::kValue:
      return ReadValue(header);
    case Content::kItems:
      return Open(header, true, implicit);
    case Content::kImplicitItems:
      return Open(header, true, true);
    case Content::kFragments:
      return ReadFragments(header);
    case Content::kFault:
      Fail(header.tag, "undefined length");
  }
}

void Reader::ReadValue(const ElementHeader& header) {
  const Vr vr = ResolveVr(header);
  if (vr == Vr::SQ && header.vr == Vr::UN) return Open(header, true, true);
  const std::string_view bytes = Take(header);
  if (IsStaleGroupLength(header.tag)) return;
  Element element{header.tag, vr, std::string(bytes), {}, {}, false};
  if (syntax_.big_endian && !levels_.back().implicit_vr) SwapBytes(element.value, vr);
  Keep(std::move(element));
}

// UN may hold what the dictionary knows (PS3.5 6.2.2), then little endian; and the sign of
// "US or SS" attributes is told by Pixel Representation (PS3.5 Annex A.1).
Vr Reader::ResolveVr(const ElementHeader& header) const {
  const bool unknown = header.vr == Vr::UN && !syntax_.big_endian;
  if (!unknown && !levels_.back().implicit_vr) return header.vr;
  if (header.tag.is_private()) return header.vr;
  const DictionaryEntry* entry = FindEntry(header.tag);
  if (entry == nullptr) return header.vr;
  if (!entry->us_or_ss || entry->vr != Vr::US) return entry->vr;
  auto sign = levels_.back().data_set.GetInt(tags::PixelRepresentation);
  if (!sign) sign = levels_.front().data_set.GetInt(tags::PixelRepresentation);
  return sign == 1 ? Vr::SS : Vr::US;
}

void Reader::ReadFragments(const ElementHeader& header) {
  const bool big = syntax_.big_endian && !levels_.back().implicit_vr;
  Element element{header.tag, header.vr == Vr::OW ? Vr::OW : Vr::OB, {}, {}, {}, true};
  position_ += header.size;
  while (true) {
    const auto next = ParseHeader(bytes_.substr(position_), true, big);
    if (!next) Fail(header.tag, "the fragments do not end");
    if (++elements_ > limits_.elements_max) Fail(header.tag, "too many fragments");
    if (next->tag == kSequenceDelimitation) {
      position_ += next->size;
      break;
    }
    if (next->tag != kItem || next->undefined()) Fail(header.tag, "not a fragment");
    element.fragments.emplace_back(Take(*next));
  }
  if (position_ > levels_.back().end) Fail(header.tag, "runs over its parent's end");
  Keep(std::move(element));
}

void Reader::Open(const ElementHeader& header, bool is_sequence, bool implicit_vr) {
  // Two levels a sequence, and the root.
  if (is_sequence && levels_.size() / 2 >= limits_.depth_max) {
    Fail(header.tag, "nested too deeply");
  }
  const uint64_t start = position_ + header.size;
  const uint64_t end = header.undefined() ? UINT64_MAX : start + header.length;
  const uint64_t room = std::min<uint64_t>(levels_.back().end, bytes_.size());
  if (start > room || (!header.undefined() && end > room)) {
    Fail(header.tag, "runs over its parent's end");
  }
  position_ = start;
  levels_.push_back({end, is_sequence, implicit_vr});
  if (is_sequence) {
    levels_.back().sequence.tag = header.tag;
    levels_.back().sequence.vr = Vr::SQ;
  }
}

void Reader::Close() {
  Level level = std::move(levels_.back());
  levels_.pop_back();
  if (level.is_sequence) return Keep(std::move(level.sequence));
  if (!level.in_order) SortElements(level.data_set.elements());
  levels_.back().sequence.items.push_back(std::move(level.data_set));
}

void Reader::CloseEnded() {
  while (levels_.size() > 1 && levels_.back().end <= position_) {
    if (levels_.back().end < position_) Fail({}, "runs over its parent's end");
    Close();
  }
}

void Reader::Keep(Element element) {
  Level& level = levels_.back();
  std::vector<Element>& elements = level.data_set.elements();
  if (!elements.empty() && !(elements.back().tag < element.tag)) level.in_order = false;
  elements.push_back(std::move(element));
}

std::string_view Reader::Take(const ElementHeader& header) {
  if (header.length > limits_.element_bytes_max) Fail(header.tag, "longer than allowed");
  const uint64_t start = position_ + header.size;
  const uint64_t room = std::min<uint64_t>(levels_.back().end, bytes_.size());
  if (start > room || header.length > room - start) Fail(header.tag, "runs over its parent's end");
  position_ = start + header.length;
  return bytes_.substr(start, header.length);
}

// Some writers fill their last block with zeros.
bool Reader::OnlyZerosRemain() const {
  return bytes_.find_first_not_of('\0', position_) == bytes_.npos;
}

std::string Reader::Path(Tag tag) const {
  constexpr size_t kShown = 16;  // deeper paths say nothing more
  std::string path;
  for (const Level& level : levels_) {
    if (!level.is_sequence || &level - levels_.data() > static_cast<std::ptrdiff_t>(kShown))
      continue;
    path += ToString(level.sequence.tag) + '[' + std::to_string(level.sequence.items.size() + 1);
    path += "]>";
  }
  if (tag != Tag{}) return path + ToString(tag);
  if (!path.empty()) path.pop_back();
  return path;
}

void Reader::Fail(Tag tag, std::string_view fault) const { ThrowAt(position_, Path(tag), fault); }

DataSet Read(std::string_view bytes, const TransferSyntax& syntax, const Limits& limits) {
  if (!syntax.deflated) return Reader(bytes, syntax, limits).Run();
  return Reader(Inflate(bytes, limits), syntax, limits).Run();
}

}  // namespace glossator::dicom
