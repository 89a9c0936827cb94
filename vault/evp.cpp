// SPDX-License-Identifier: GPL-3.0-or-later
#include "vault/evp.h"

#include <openssl/crypto.h>

namespace glossator::vault {
namespace {

// OpenSSL counts in int.
constexpr size_t kMost = 1u << 30;

void CheckSize(size_t size) {
  if (size > kMost) throw Error(ErrorKind::kInvalid, "too much for one sealed value");
}

[[noreturn]] void DoesNotOpen() {
  throw Error(ErrorKind::kInvalid, "sealed bytes do not open (other key, other place or changed)");
}

using Cipher = std::unique_ptr<EVP_CIPHER, Freer<EVP_CIPHER_free>>;

}  // namespace

const EVP_CIPHER* Aes256Gcm() {
  static const Cipher cipher(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr));
  Must(cipher != nullptr);
  return cipher.get();
}

Gcm::Gcm(const Key& key, bool encrypt) : context_(EVP_CIPHER_CTX_new()) {
  Must(context_ != nullptr);
  Must(EVP_CipherInit_ex(context_.get(), Aes256Gcm(), nullptr, key.bytes().data(), nullptr,
                         encrypt ? 1 : 0) == 1);
}

void Gcm::Start(const Nonce& nonce, std::string_view associated) {
  int size = 0;
  Must(EVP_EncryptInit_ex(context_.get(), nullptr, nullptr, nullptr, nonce.data()) == 1);
  Must(EVP_EncryptUpdate(context_.get(), nullptr, &size, Bytes(associated),
                         int(associated.size())) == 1);
}

void Gcm::Add(std::string_view plain, char* out) {
  CheckSize(plain.size());
  int size = 0;
  Must(EVP_EncryptUpdate(context_.get(), reinterpret_cast<uint8_t*>(out), &size, Bytes(plain),
                         int(plain.size())) == 1);
}

void Gcm::Finish(char* out) {
  int size = 0;
  Must(EVP_EncryptFinal_ex(context_.get(), reinterpret_cast<uint8_t*>(out), &size) == 1);
  Must(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_GCM_GET_TAG, kTagSize, out) == 1);
}

void Gcm::Seal(const Nonce& nonce, std::string_view associated, std::string_view plain,
               std::string& out) {
  const size_t start = out.size();
  out.resize(start + plain.size() + kTagSize);
  Start(nonce, associated);
  Add(plain, out.data() + start);
  Finish(out.data() + start + plain.size());
}

void Gcm::Open(const Nonce& nonce, std::string_view associated, std::string_view sealed,
               std::string& out) {
  CheckSize(sealed.size());
  if (sealed.size() < kTagSize) DoesNotOpen();
  auto* context = context_.get();
  const size_t start = out.size();
  const size_t plain = sealed.size() - kTagSize;
  std::string tag(sealed.substr(plain));
  int size = 0;
  Must(EVP_DecryptInit_ex(context, nullptr, nullptr, nullptr, nonce.data()) == 1);
  Must(EVP_DecryptUpdate(context, nullptr, &size, Bytes(associated), int(associated.size())) == 1);
  out.resize(start + plain);
  Must(EVP_DecryptUpdate(context, Bytes(out) + start, &size, Bytes(sealed), int(plain)) == 1);
  Must(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, kTagSize, tag.data()) == 1);
  if (EVP_DecryptFinal_ex(context, Bytes(out) + start + plain, &size) == 1) return;
  OPENSSL_cleanse(Bytes(out) + start, plain);
  out.resize(start);
  DoesNotOpen();
}

}  // namespace glossator::vault
