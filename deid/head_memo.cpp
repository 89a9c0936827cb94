// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/head_memo.h"

#include <algorithm>
#include <iterator>

namespace glossator::deid {
namespace {

using dicom::Element;
using dicom::Tag;
namespace tags = dicom::tags;

constexpr size_t kElementBytesMax = 8 << 10;
constexpr size_t kMemoBytesMax = 256 << 10;
constexpr int kMissesMax = 8;  // in a row: it is another one in each object

// Codes ask for their scheme, texts for their concept name (Cleaner::Special, DecideText); private
// elements need their creator; pixels are no part of a head.
constexpr Tag kWithNeighbors[] = {tags::CodeValue,
                                  tags::LongCodeValue,
                                  tags::URNCodeValue,
                                  tags::TextValue,
                                  tags::PixelData,
                                  tags::FloatPixelData,
                                  tags::DoubleFloatPixelData,
                                  tags::CodingSchemeDesignator};

bool MayKeep(Tag tag) {
  return !tag.is_private() && std::find(std::begin(kWithNeighbors), std::end(kWithNeighbors),
                                        tag) == std::end(kWithNeighbors);
}

// Roughly what a copy takes; depth is bounded by the reader.
size_t BytesOf(const Element& element) {
  size_t bytes = sizeof(Element) + element.value.size();
  for (const auto& item : element.items) {
    for (const Element& nested : item) {
      bytes += BytesOf(nested);
      if (bytes > kElementBytesMax) return bytes;
    }
  }
  return bytes;
}

// Everything outside of an element that its cleaning depends on (Cleaner's scope and set).
std::string FrameOf(const dicom::DataSet& head) {
  std::string frame;
  if (const Element* set = head.Find(tags::SpecificCharacterSet)) frame = set->value;
  frame += '\n' + head.GetString(tags::SOPClassUID) + '\n' +
           head.GetString(tags::StudyInstanceUID) + '\n';
  for (const Tag tag : {tags::SharedFunctionalGroupsSequence,
                        tags::PerFrameFunctionalGroupsSequence, tags::ContentSequence}) {
    frame += head.Has(tag) ? '1' : '0';
  }
  return frame;
}

}  // namespace

void HeadMemo::Begin(const dicom::DataSet& head) {
  auto frame = FrameOf(head);
  if (frame == frame_) return;
  frame_ = std::move(frame);
  entries_.clear();
  bytes_ = 0;
}

const HeadMemo::Entry* HeadMemo::Find(const Element& element) const {
  const auto found = entries_.find(element.tag);
  return found != entries_.end() && found->second.raw == element ? &found->second : nullptr;
}

void HeadMemo::Use(std::shared_ptr<const Sentinel> identifiers) {
  if (identifiers == identifiers_) return;
  identifiers_ = std::move(identifiers);
  for (auto& [tag, entry] : entries_) entry.result.reset();
}

const HeadMemo::Result* HeadMemo::ResultOf(const Element& element) const {
  const Entry* entry = Find(element);
  if (entry == nullptr || !entry->result) return nullptr;
  entry->misses = 0;
  return &*entry->result;
}

void HeadMemo::Keep(const Element& element, Result result) {
  if (!MayKeep(element.tag)) return;
  const size_t bytes = BytesOf(element);
  Entry& entry = entries_[element.tag];
  if (bytes > kElementBytesMax || ++entry.misses > kMissesMax) return;
  if (bytes_ + bytes - entry.bytes > kMemoBytesMax) return;
  bytes_ += bytes - entry.bytes;
  entry.bytes = bytes;
  entry.raw = element;
  entry.result = std::move(result);
}

}  // namespace glossator::deid
