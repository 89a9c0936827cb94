// SPDX-License-Identifier: GPL-3.0-or-later
#include "vault/hmac.h"

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <memory>
#include <random>

#include "dicom/error.h"

namespace glossator::vault {
namespace {

// Shorter keys are the same filled up with zeros (RFC 2104 2).
MacKey Filled(std::string key) {
  key.resize(Key::kSize);
  return MacKey(Key(key));
}

std::string RandomBytes(std::mt19937_64& random, size_t size) {
  std::string bytes(size, '\0');
  for (auto& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

const uint8_t* Bytes(const std::string& text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

TEST(Hmac, KnowsTheStandardsExamples) {
  // RFC 4231 4.2, 4.3, 4.4.
  EXPECT_EQ(ToHex(Hmac(Filled(std::string(20, '\x0b')), {"Hi There"})),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(ToHex(Hmac(Filled("Jefe"), {"what do ya want ", "for nothing?"})),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(ToHex(Hmac(Filled(std::string(20, '\xaa')), {std::string(50, '\xdd')})),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
}

TEST(Hmac, IsTheSameAsOfTheLibraryForEverySize) {
  std::mt19937_64 random(1);
  for (size_t size = 0; size < 200; ++size) {
    const std::string key = RandomBytes(random, Key::kSize);
    const std::string text = RandomBytes(random, size);
    std::string expected(Key::kSize, '\0');
    HMAC(EVP_sha256(), key.data(), int(key.size()), Bytes(text), text.size(),
         reinterpret_cast<uint8_t*>(expected.data()), nullptr);
    const MacKey mac_key{Key(key)};
    ASSERT_EQ(Hmac(mac_key, {text.substr(0, size / 3), text.substr(size / 3)}), expected) << size;
    ASSERT_EQ(Hmac(mac_key, {text}), expected) << "a second time with one key";
  }
}

std::string LibraryHkdf(std::string key, std::string salt, std::string info) {
  const std::unique_ptr<EVP_KDF, decltype(&EVP_KDF_free)> kdf(
      EVP_KDF_fetch(nullptr, "HKDF", nullptr), &EVP_KDF_free);
  const std::unique_ptr<EVP_KDF_CTX, decltype(&EVP_KDF_CTX_free)> context(
      EVP_KDF_CTX_new(kdf.get()), &EVP_KDF_CTX_free);
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, key.data(), key.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, salt.data(), salt.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info.data(), info.size()),
      OSSL_PARAM_construct_end()};
  std::string out(Key::kSize, '\0');
  EVP_KDF_derive(context.get(), reinterpret_cast<uint8_t*>(out.data()), out.size(), parameters);
  return ToHex(out);
}

TEST(Hkdf, IsTheSameAsOfTheLibrary) {
  std::mt19937_64 random(2);
  for (size_t salt_size = 0; salt_size <= Key::kSize; ++salt_size) {
    const std::string key = RandomBytes(random, Key::kSize);
    const std::string salt = RandomBytes(random, salt_size);
    const std::string info = RandomBytes(random, random() % 150);
    ASSERT_EQ(Hkdf(Key(key), salt, info).RevealHex(), LibraryHkdf(key, salt, info)) << salt_size;
  }
}

TEST(Hkdf, RefusesALongSalt) {
  EXPECT_THROW(Hkdf(Key(std::string(32, 'k')), std::string(33, 's'), ""), Error);
}

}  // namespace
}  // namespace glossator::vault
