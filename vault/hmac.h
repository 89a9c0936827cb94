// SPDX-License-Identifier: GPL-3.0-or-later
// HMAC-SHA256 (RFC 2104, FIPS 198-1) and what the node derives with it.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "vault/key.h"

namespace glossator::vault {

// A key made ready for many HMACs: the two blocks that every HMAC of a key digests first are
// digested already. Their states are as good as the key and lie in locked memory like it.
class MacKey {
 public:
  explicit MacKey(const Key& key);

  const Key& inner() const { return inner_; }
  const Key& outer() const { return outer_; }

 private:
  Key inner_;
  Key outer_;
};

// 32 bytes. The pieces are digested one after another; separate or length-prefix them yourself.
std::string Hmac(const MacKey& key, std::initializer_list<std::string_view> pieces);

// A keyed index: hex of HMAC over the length-prefixed parts, so that ("ab","c") is not ("a","bc").
std::string IndexOf(const MacKey& key, std::initializer_list<std::string_view> parts);

// What a database stores to recognize its key (hex); tells nothing about the key.
std::string KeyCheck(const Key& key);

// HKDF-SHA256 (RFC 5869), 32 bytes of output; the salt has at most 32.
Key Hkdf(const Key& key, std::string_view salt, std::string_view info);

}  // namespace glossator::vault
