// SPDX-License-Identifier: GPL-3.0-or-later
#define OPENSSL_SUPPRESS_DEPRECATED  // as in hmac.cpp: half the price for short texts
#include "vault/digest.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>

#include "vault/evp.h"

namespace glossator::vault {

struct Sha256::Context {
  SHA256_CTX digest;

  Context() { Start(); }
  ~Context() { OPENSSL_cleanse(&digest, sizeof(digest)); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  void Start() { Must(SHA256_Init(&digest) == 1); }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::Add(std::string_view bytes) {
  Must(SHA256_Update(&context_->digest, bytes.data(), bytes.size()) == 1);
}

std::string Sha256::Finish() {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  Must(SHA256_Final(Bytes(digest), &context_->digest) == 1);
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

}  // namespace glossator::vault
