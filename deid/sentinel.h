// SPDX-License-Identifier: GPL-3.0-or-later
// The last look: every identifier of the study searched in every byte outside the pixels, in ASCII
// and UTF-8 (case folded, with and without diacritics), UTF-16 in both orders, and the single- and
// multi-byte sets of PS3.3 C.12.1.1.2. One pass; immutable and thread-safe.
//
// Not every occurrence of the bytes is a hit, or each study with a Mr Head would stop:
//  - words of the trade (vocabulary.txt) and numbers under six digits are left to the text
//    cleaner, which knows the attribute;
//  - an identifier of fewer than six characters, or of digits only, counts only where no letter
//    or digit continues it (nor a dot between digits: UIDs and decimals);
//  - one of fewer than five bytes must stand between separators as text does, in one case.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "deid/dictionary.h"
#include "deid/near_words.h"

namespace glossator::deid {

struct Hit {
  uint64_t offset;  // of the first byte of the identifier
  IdentifierKind kind;
};

class Sentinel {
 public:
  // Identifiers that `options` retain (device, institution) are not searched for.
  explicit Sentinel(const Dictionary& dictionary, const Options& options = {});
  ~Sentinel();

  // At most hits_max hits, in order of their offsets.
  std::vector<Hit> Search(std::string_view bytes, size_t hits_max = 16) const;
  bool Finds(std::string_view bytes) const { return !Search(bytes, 1).empty(); }

  // For the cleaner: in one UTF-8 value, without the other encodings.
  bool FindsInText(std::string_view utf8) const;
  // A whole word (of the trade or not) that the dictionary has; `word` is folded.
  bool IsIdentifier(std::string_view word) const { return words_.contains(std::string(word)); }
  // A name of two letters of ASCII: too short to be searched for.
  bool IsShortName(const std::string& folded) const { return short_names_.contains(folded); }
  // One letter away from an identifier of six characters or more: lost, added, changed, or two
  // swapped. `folded` may be the identifier itself.
  bool IsNear(std::string_view folded) const { return near_.Has(folded); }

 private:
  class Patterns;
  std::unique_ptr<const Patterns> text_;  // UTF-8 spellings
  std::unique_ptr<const Patterns> all_;   // every encoding
  std::unordered_set<std::string> words_;
  std::unordered_set<std::string> short_names_;
  NearWords near_;
};

}  // namespace glossator::deid
