// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/dictionary.h"

#include <algorithm>
#include <iterator>

namespace glossator::dicom {
namespace {

// An attribute of a repeating group (PS3.5 7.6): the tag with the digits of `mask` only.
struct RepeatingEntry {
  uint32_t mask;
  DictionaryEntry entry;
};

#include "dicom/dictionary.inc"
#include "dicom/uids.inc"

const DictionaryEntry* FindRepeating(Tag tag) {
  for (const RepeatingEntry& candidate : kRepeating) {
    if ((tag.value() & candidate.mask) == candidate.entry.tag.value()) return &candidate.entry;
  }
  return nullptr;
}

}  // namespace

const DictionaryEntry* FindEntry(Tag tag) {
  if (tag.is_private()) return nullptr;
  const auto* found =
      std::lower_bound(std::begin(kEntries), std::end(kEntries), tag,
                       [](const DictionaryEntry& entry, Tag wanted) { return entry.tag < wanted; });
  if (found != std::end(kEntries) && found->tag == tag) return found;
  return FindRepeating(tag);
}

const DictionaryEntry* FindEntry(std::string_view keyword) {
  const auto* found = std::lower_bound(
      std::begin(kByKeyword), std::end(kByKeyword), keyword,
      [](uint16_t index, std::string_view wanted) { return kEntries[index].keyword < wanted; });
  if (found != std::end(kByKeyword) && kEntries[*found].keyword == keyword) {
    return &kEntries[*found];
  }
  for (const RepeatingEntry& candidate : kRepeating) {
    if (!keyword.empty() && candidate.entry.keyword == keyword) return &candidate.entry;
  }
  return nullptr;
}

Vr VrOf(Tag tag) {
  if (tag.is_group_length()) return Vr::UL;
  if (tag.is_private_creator()) return Vr::LO;
  const DictionaryEntry* entry = FindEntry(tag);
  return entry == nullptr ? Vr::UN : entry->vr;
}

std::string_view KeywordOf(Tag tag) {
  const DictionaryEntry* entry = FindEntry(tag);
  return entry == nullptr ? std::string_view{} : entry->keyword;
}

const UidEntry* FindUid(std::string_view uid) {
  const auto* found = std::lower_bound(
      std::begin(kUids), std::end(kUids), uid,
      [](const UidEntry& entry, std::string_view wanted) { return entry.uid < wanted; });
  return found != std::end(kUids) && found->uid == uid ? found : nullptr;
}

std::span<const UidEntry> AllUids() { return kUids; }

}  // namespace glossator::dicom
