// SPDX-License-Identifier: GPL-3.0-or-later
#include "vault/signature.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>

#include "model/error.h"

namespace glossator::vault {
namespace {

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using Bio = std::unique_ptr<BIO, Freed<BIO_free>>;
using PKey = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Context = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;

// Without it OpenSSL would ask at the terminal.
int NoPassword(char*, int, int, void*) { return 0; }

template <auto Read>
PKey ReadKey(std::string_view pem, const char* what) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  PKey key(Read(bio.get(), nullptr, NoPassword, nullptr));
  if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_ED25519) {
    throw Error(ErrorKind::kInvalid, std::string("not an Ed25519 ") + what + " key in PEM");
  }
  return key;
}

const unsigned char* AsBytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string Sign(std::string_view private_pem, std::string_view message) {
  const PKey key = ReadKey<PEM_read_bio_PrivateKey>(private_pem, "private");
  const Context context(EVP_MD_CTX_new());
  std::string signature(64, '\0');
  size_t size = signature.size();
  const bool done =
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     AsBytes(message), message.size()) == 1;
  if (!done) throw Error(ErrorKind::kInternal, "the signature could not be made");
  return signature;
}

bool IsSigned(std::string_view public_pem, std::string_view message, std::string_view signature) {
  const PKey key = ReadKey<PEM_read_bio_PUBKEY>(public_pem, "public");
  const Context context(EVP_MD_CTX_new());
  return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), AsBytes(signature), signature.size(), AsBytes(message),
                          message.size()) == 1;
}

}  // namespace glossator::vault
