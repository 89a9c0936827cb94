// SPDX-License-Identifier: GPL-3.0-or-later
// SHA-256, and a faster hash under a key.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "vault/key.h"

namespace glossator::vault {

// Streaming SHA-256.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void Add(std::string_view bytes);
  std::string Finish();  // 32 bytes; the object then starts anew
  std::string FinishHex() { return ToHex(Finish()); }

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

std::string Sha256Hex(std::string_view bytes);

// GMAC under one key and a constant nonce: a universal hash, eight times as fast as SHA-256. Tells
// contents apart as long as nobody sees the tags: put them through Hmac before they are kept.
class UniversalHash {
 public:
  explicit UniversalHash(const Key& key);
  ~UniversalHash();
  UniversalHash(UniversalHash&&) noexcept;
  UniversalHash& operator=(UniversalHash&&) noexcept;

  void Add(std::string_view bytes);
  std::string Finish();  // 16 bytes; once

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace glossator::vault
