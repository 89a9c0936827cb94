// SPDX-License-Identifier: GPL-3.0-or-later
// Shared by vault/*.cpp only.
#pragma once

#include <openssl/evp.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "dicom/error.h"
#include "vault/key.h"

namespace glossator::vault {

template <auto free_function>
struct Freer {
  template <class T>
  void operator()(T* object) const {
    free_function(object);
  }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Freer<EVP_CIPHER_CTX_free>>;

inline const uint8_t* Bytes(std::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}
inline uint8_t* Bytes(std::string& text) { return reinterpret_cast<uint8_t*>(text.data()); }

// For calls that fail only when memory is gone or OpenSSL is broken.
inline void Must(bool fine) {
  if (!fine) throw Error(ErrorKind::kInternal, "OpenSSL failed");
}

// Looked up once: that takes a lock and more time than sealing a UID.
const EVP_CIPHER* Aes256Gcm();

constexpr size_t kNonceSize = 12;
constexpr size_t kTagSize = 16;
using Nonce = std::array<uint8_t, kNonceSize>;

// AES-256-GCM with one key and many nonces; encrypts or decrypts.
class Gcm {
 public:
  Gcm(const Key& key, bool encrypt);
  // Appends cipher text and tag to `out`.
  void Seal(const Nonce& nonce, std::string_view associated, std::string_view plain,
            std::string& out);
  // The same in pieces: Start, Add*, Finish, each to where the one before ended; as many bytes as
  // `plain` has, and kTagSize.
  void Start(const Nonce& nonce, std::string_view associated);
  void Add(std::string_view plain, char* out);
  void Finish(char* out);
  // `sealed` is cipher text and tag. Appends to `out`. Throws Error{kInvalid}.
  void Open(const Nonce& nonce, std::string_view associated, std::string_view sealed,
            std::string& out);

 private:
  CipherContext context_;
};

}  // namespace glossator::vault
