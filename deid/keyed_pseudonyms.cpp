// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/keyed_pseudonyms.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <fstream>
#include <sstream>

#include "deid/fold.h"
#include "dicom/error.h"
#include "dicom/uid.h"
#include "model/ports.h"

namespace glossator::deid {
namespace {

constexpr size_t kKeySize = 32;
constexpr int kWeeksMin = 52, kWeeksMax = 520;

// RFC 4648 letters, five bits each.
std::string Base32(std::string_view bytes, size_t characters) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string out;
  uint32_t bits = 0, count = 0;
  for (size_t i = 0; out.size() < characters; ++i) {
    bits = (bits << 8 | static_cast<uint8_t>(bytes[i])) & 0xFFFF;
    for (count += 8; count >= 5 && out.size() < characters; count -= 5) {
      out += kLetters[bits >> (count - 5) & 31];
    }
  }
  return out;
}

}  // namespace

std::string Keyed(std::string_view key, std::string_view label, std::string_view text) {
  const std::string message = std::string(label) + '\0' + std::string(text);
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(message.data()), message.size(),
       reinterpret_cast<unsigned char*>(digest.data()), &size);
  digest.resize(size);
  return digest;
}

std::string ReadKey(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  std::string hex = text.str();
  while (!hex.empty() && (hex.back() == '\n' || hex.back() == '\r')) hex.pop_back();
  hex = std::string(Trim(hex));
  const bool good = in && hex.size() == 2 * kKeySize &&
                    hex.find_first_not_of("0123456789abcdefABCDEF") == hex.npos;
  if (!good) throw Error(ErrorKind::kInvalid, "key file " + path + ": expected 32 bytes in hex");
  return FromHex(hex);
}

std::string SiteCode(std::string_view key, std::string_view institution) {
  if (institution.empty()) return {};
  return "SITE-" + Base32(Keyed(key, "site", institution), 8);
}

KeyedPseudonyms::KeyedPseudonyms(std::string_view key, std::string_view patient)
    : secret_(Keyed(key, "patient", patient)) {}

std::string KeyedPseudonyms::Uid(std::string_view original) const {
  const std::string digest = Keyed(secret_, "uid", original);
  std::array<uint8_t, 16> number{};
  for (size_t i = 0; i < number.size(); ++i) number[i] = static_cast<uint8_t>(digest[i]);
  return dicom::UidFrom128(number);
}

std::string KeyedPseudonyms::PatientCode() const {
  return "P-" + Base32(Keyed(secret_, "code", ""), 16);
}

std::string KeyedPseudonyms::StudyCode(std::string_view study_uid, std::string_view) const {
  return "S-" + Base32(Keyed(secret_, "study", study_uid), 12);
}

int KeyedPseudonyms::ShiftDays() const {
  const std::string digest = Keyed(secret_, "shift", "");
  uint32_t number = 0;
  for (size_t i = 0; i < 4; ++i) number = number << 8 | static_cast<uint8_t>(digest[i]);
  return -7 * (kWeeksMin + static_cast<int>(number % (kWeeksMax - kWeeksMin + 1)));
}

}  // namespace glossator::deid
