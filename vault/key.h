// SPDX-License-Identifier: GPL-3.0-or-later
// A 256-bit key in memory that is locked (never swapped), left out of core dumps and wiped when the
// key goes. It cannot be copied, printed or logged.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <ostream>
#include <span>
#include <string>
#include <string_view>

#include "model/ports.h"

namespace glossator::vault {

class Key {
 public:
  static constexpr size_t kSize = 32;

  // Copies 32 bytes; the caller wipes its own. Throws Invalid for any other size, Unavailable when
  // the kernel refuses to lock another page (RLIMIT_MEMLOCK): a key is never kept unlocked.
  explicit Key(std::string_view bytes);
  Key(Key&& other) noexcept;
  Key& operator=(Key&& other) noexcept;
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;
  ~Key();

  // A second key with the same bytes; explicit, so that nobody copies by accident.
  Key Clone() const;
  std::span<const uint8_t, kSize> bytes() const;
  // For handing a study's data key to the other process; the text is the caller's to wipe.
  std::string RevealHex() const;

  bool operator==(const Key& other) const;  // constant time

 private:
  uint8_t* slot_;  // in the locked arena; nullptr after a move
};

std::ostream& operator<<(std::ostream&, const Key&) = delete;

// 64 hexadecimal digits and at most one newline, in a regular file that belongs to the effective
// user or root and has no permission for group and others. Every refusal is Error{kInvalid} (or
// kUnavailable when it cannot be opened) and names the path, never the content.
Key ReadKeyFile(const std::filesystem::path& path);
Key KeyFromHex(std::string_view hex);  // throws Invalid
Key RandomKey(Entropy& entropy);
// HKDF-SHA256 (RFC 5869) without salt; info is label, a zero byte, context. The label has no zero.
Key Derive(const Key& key, std::string_view label, std::string_view context = "");

// Overwrites and empties; for texts that held a key or an identity.
void Wipe(std::string& text);

}  // namespace glossator::vault
