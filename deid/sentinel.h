// SPDX-License-Identifier: GPL-3.0-or-later
// The last look: every identifier of the study searched in every byte outside the pixels, in ASCII
// and UTF-8 (case folded), UTF-16 in both orders, and the single- and multi-byte sets of PS3.3
// C.12.1.1.2. One pass, about one byte a nanosecond; immutable and thread-safe.
//
// Word rule: an identifier of fewer than six characters, or one of digits only, counts only where
// no letter or digit continues it (nor a dot between digits: UIDs and decimals). Numbers under six
// digits are left to the text cleaner, which knows the VR.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "deid/dictionary.h"

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

  // At most hits_max hits, in order of their ends.
  std::vector<Hit> Search(std::string_view bytes, size_t hits_max = 16) const;
  bool Finds(std::string_view bytes) const { return !Search(bytes, 1).empty(); }
  size_t pattern_count() const;

 private:
  class Automaton;
  std::unique_ptr<const Automaton> automaton_;
};

}  // namespace glossator::deid
