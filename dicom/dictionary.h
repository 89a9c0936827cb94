// SPDX-License-Identifier: GPL-3.0-or-later
// PS3.6 as data: attributes (dictionary.tsv) and registered UIDs (uids.tsv), compiled in.
#pragma once

#include <span>
#include <string_view>

#include "dicom/tag.h"
#include "dicom/vr.h"

namespace glossator::dicom {

struct DictionaryEntry {
  Tag tag;  // repeating groups (50xx, 60xx ...) are found by any of their tags
  Vr vr;    // the first of several, but OW where it is offered; "US or SS" gives US
  std::string_view vm;
  std::string_view keyword;
  bool retired;
  bool us_or_ss;  // signed when Pixel Representation is 1
};

// nullptr for private and unknown tags.
const DictionaryEntry* FindEntry(Tag tag);
const DictionaryEntry* FindEntry(std::string_view keyword);
// VR to write or to assume for implicit VR: UL for group lengths, LO for private creators,
// UN for what is unknown.
Vr VrOf(Tag tag);
std::string_view KeywordOf(Tag tag);  // "" when unknown

enum class UidKind { kTransferSyntax, kStorageSopClass, kSopClass, kWellKnown, kOther };

struct UidEntry {
  std::string_view uid;
  std::string_view name;
  UidKind kind;
  bool retired;
};

const UidEntry* FindUid(std::string_view uid);  // nullptr when not in PS3.6 Annex A
std::span<const UidEntry> AllUids();

}  // namespace glossator::dicom
