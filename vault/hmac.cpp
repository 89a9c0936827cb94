// SPDX-License-Identifier: GPL-3.0-or-later
// SHA-256's own functions, which OpenSSL calls deprecated: no others give the state after a block,
// and it has to lie in locked memory (docs/adr/0114-hmac-keys-are-prepared.md).
#define OPENSSL_SUPPRESS_DEPRECATED
#include "vault/hmac.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "vault/evp.h"

namespace glossator::vault {
namespace {

constexpr uint8_t kInnerPad = 0x36;
constexpr uint8_t kOuterPad = 0x5C;
static_assert(sizeof(SHA256_CTX::h) == Key::kSize && SHA256_DIGEST_LENGTH == Key::kSize);

using Digest = std::array<uint8_t, SHA256_DIGEST_LENGTH>;

std::string_view Text(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

// Wiped when it goes.
class Sha256State {
 public:
  Sha256State() { Must(SHA256_Init(&context_) == 1); }
  // Goes on behind a first block, which left `state`.
  explicit Sha256State(const Key& state) : Sha256State() {
    std::memcpy(context_.h, state.bytes().data(), Key::kSize);
    context_.Nl = 8 * SHA256_CBLOCK;
  }
  ~Sha256State() { OPENSSL_cleanse(&context_, sizeof(context_)); }
  Sha256State(const Sha256State&) = delete;
  Sha256State& operator=(const Sha256State&) = delete;

  void Add(std::string_view bytes) {
    Must(SHA256_Update(&context_, bytes.data(), bytes.size()) == 1);
  }
  Digest Finish() {
    Digest digest;
    Must(SHA256_Final(digest.data(), &context_) == 1);
    return digest;
  }
  // At the end of a block.
  Key State() const { return Key({reinterpret_cast<const char*>(context_.h), Key::kSize}); }

 private:
  SHA256_CTX context_;
};

Key StateAfter(const Key& key, uint8_t pad) {
  std::array<char, SHA256_CBLOCK> block;
  block.fill(static_cast<char>(pad));
  for (size_t i = 0; i < Key::kSize; ++i) block[i] = static_cast<char>(key.bytes()[i] ^ pad);
  Sha256State state;
  state.Add({block.data(), block.size()});
  OPENSSL_cleanse(block.data(), block.size());
  return state.State();
}

class Mac {
 public:
  explicit Mac(const MacKey& key) : inner_(key.inner()), outer_(key.outer()) {}
  void Add(std::string_view piece) { inner_.Add(piece); }
  Digest Finish() {
    outer_.Add(Text(inner_.Finish()));
    return outer_.Finish();
  }

 private:
  Sha256State inner_;
  Sha256State outer_;
};

// One whose result is a key itself.
Key KeyedKey(const MacKey& key, std::string_view text) {
  Mac mac(key);
  mac.Add(text);
  Digest digest = mac.Finish();
  Key result(Text(digest));
  OPENSSL_cleanse(digest.data(), digest.size());
  return result;
}

std::array<char, 8> BigEndian64(uint64_t number) {
  std::array<char, 8> bytes;
  for (int i = 0; i < 8; ++i) bytes[i] = static_cast<char>(number >> (56 - 8 * i));
  return bytes;
}

}  // namespace

MacKey::MacKey(const Key& key)
    : inner_(StateAfter(key, kInnerPad)), outer_(StateAfter(key, kOuterPad)) {}

std::string Hmac(const MacKey& key, std::initializer_list<std::string_view> pieces) {
  Mac mac(key);
  for (const auto piece : pieces) mac.Add(piece);
  return std::string(Text(mac.Finish()));
}

std::string IndexOf(const MacKey& key, std::initializer_list<std::string_view> parts) {
  Mac mac(key);
  mac.Add(std::string_view("glossator/index/1\0", 18));
  for (const auto part : parts) {
    const auto size = BigEndian64(part.size());
    mac.Add({size.data(), size.size()});
    mac.Add(part);
  }
  return ToHex(Text(mac.Finish()));
}

std::string KeyCheck(const Key& key) { return ToHex(Hmac(MacKey(key), {"glossator/key-check/1"})); }

// Extract and expand. An HMAC fills up a short key, and so a salt, with zeros.
Key Hkdf(const Key& key, std::string_view salt, std::string_view info) {
  std::string filled(salt);
  filled.resize(std::max(filled.size(), Key::kSize));
  const auto secret = key.bytes();
  const Key extracted =
      KeyedKey(MacKey(Key(filled)), {reinterpret_cast<const char*>(secret.data()), secret.size()});
  return KeyedKey(MacKey(extracted), std::string(info) + '\x01');
}

}  // namespace glossator::vault
