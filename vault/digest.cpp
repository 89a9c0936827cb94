// SPDX-License-Identifier: GPL-3.0-or-later
#include "vault/digest.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include <algorithm>

#include "vault/evp.h"

namespace glossator::vault {
namespace {

constexpr size_t kDigestSize = 32;

using Mac = std::unique_ptr<EVP_MAC, Freer<EVP_MAC_free>>;
using MacContext = std::unique_ptr<EVP_MAC_CTX, Freer<EVP_MAC_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX_free>>;

// One whose algorithms are looked up already, to be copied. The key is no secret.
MacContext MakePattern() {
  const Mac mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
  MacContext context(EVP_MAC_CTX_new(mac.get()));
  char digest[] = "SHA256";
  const std::array<OSSL_PARAM, 2> parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end()};
  const std::array<uint8_t, Key::kSize> key{};
  Must(context != nullptr &&
       EVP_MAC_init(context.get(), key.data(), key.size(), parameters.data()) == 1);
  return context;
}

MacContext StartHmac(const Key& key) {
  static const MacContext pattern = MakePattern();
  MacContext context(EVP_MAC_CTX_dup(pattern.get()));
  Must(context != nullptr &&
       EVP_MAC_init(context.get(), key.bytes().data(), Key::kSize, nullptr) == 1);
  return context;
}

void Add(const MacContext& context, std::string_view piece) {
  Must(EVP_MAC_update(context.get(), Bytes(piece), piece.size()) == 1);
}

std::string Finish(const MacContext& context) {
  std::string mac(kDigestSize, '\0');
  size_t size = 0;
  Must(EVP_MAC_final(context.get(), Bytes(mac), &size, mac.size()) == 1);
  return mac;
}

std::string BigEndian64(uint64_t number) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift & 0xFF);
  return bytes;
}

}  // namespace

struct Sha256::Context {
  DigestContext digest{EVP_MD_CTX_new()};

  void Start() { Must(EVP_DigestInit_ex(digest.get(), Sha256Algorithm(), nullptr) == 1); }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  Must(context_->digest != nullptr);
  context_->Start();
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::Add(std::string_view bytes) {
  Must(EVP_DigestUpdate(context_->digest.get(), bytes.data(), bytes.size()) == 1);
}

std::string Sha256::Finish() {
  std::string digest(kDigestSize, '\0');
  Must(EVP_DigestFinal_ex(context_->digest.get(), Bytes(digest), nullptr) == 1);
  context_->Start();
  return digest;
}

std::string Sha256Hex(std::string_view bytes) {
  Sha256 digest;
  digest.Add(bytes);
  return digest.FinishHex();
}

struct UniversalHash::Context {
  CipherContext cipher{EVP_CIPHER_CTX_new()};
};

UniversalHash::UniversalHash(const Key& key) : context_(std::make_unique<Context>()) {
  Must(context_->cipher != nullptr);
  const Nonce nonce{};
  Must(EVP_EncryptInit_ex(context_->cipher.get(), Aes256Gcm(), nullptr, key.bytes().data(),
                          nonce.data()) == 1);
}
UniversalHash::~UniversalHash() = default;
UniversalHash::UniversalHash(UniversalHash&&) noexcept = default;
UniversalHash& UniversalHash::operator=(UniversalHash&&) noexcept = default;

void UniversalHash::Add(std::string_view bytes) {
  constexpr size_t kMost = 1u << 30;  // OpenSSL counts in int
  for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), kMost))) {
    const auto piece = bytes.substr(0, kMost);
    int size = 0;
    Must(EVP_EncryptUpdate(context_->cipher.get(), nullptr, &size, Bytes(piece),
                           int(piece.size())) == 1);
  }
}

std::string UniversalHash::Finish() {
  std::string tag(kTagSize, '\0');
  int size = 0;
  Must(EVP_EncryptFinal_ex(context_->cipher.get(), Bytes(tag), &size) == 1);
  Must(EVP_CIPHER_CTX_ctrl(context_->cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagSize, Bytes(tag)) ==
       1);
  return tag;
}

std::string Hmac(const Key& key, std::initializer_list<std::string_view> pieces) {
  const auto context = StartHmac(key);
  for (const auto piece : pieces) Add(context, piece);
  return Finish(context);
}

std::string IndexOf(const Key& key, std::initializer_list<std::string_view> parts) {
  const auto context = StartHmac(key);
  Add(context, std::string_view("glossator/index/1\0", 18));
  for (const auto part : parts) {
    Add(context, BigEndian64(part.size()));
    Add(context, part);
  }
  return ToHex(Finish(context));
}

std::string KeyCheck(const Key& key) { return ToHex(Hmac(key, {"glossator/key-check/1"})); }

}  // namespace glossator::vault
