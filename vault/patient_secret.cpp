// SPDX-License-Identifier: GPL-3.0-or-later
#include "vault/patient_secret.h"

#include <algorithm>

#include "dicom/uid.h"

namespace glossator::vault {
namespace {

constexpr int kWeekMin = 52;
constexpr int kWeekMax = 520;

// HMAC over "label", a zero byte, value: no label holds a zero byte, so domains never meet.
std::string Derived(const MacKey& secret, std::string_view label, std::string_view value = "") {
  return Hmac(secret, {label, std::string_view("\0", 1), value});
}

// RFC 4648 base32, five bits a character, of the first bytes.
std::string Base32(std::string_view bytes, size_t characters) {
  constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string text;
  uint32_t bits = 0;
  unsigned count = 0;
  for (size_t next = 0; text.size() < characters;) {
    if (count < 5) {
      bits = bits << 8 | static_cast<uint8_t>(bytes[next++]);
      count += 8;
    }
    count -= 5;
    text += kAlphabet[bits >> count & 31];
  }
  return text;
}

uint64_t BigEndian64(std::string_view bytes) {
  uint64_t number = 0;
  for (const char byte : bytes.substr(0, 8)) number = number << 8 | static_cast<uint8_t>(byte);
  return number;
}

}  // namespace

std::string PatientSecret::Uid(std::string_view original) const {
  const std::string mac = Derived(mac_key_, "glossator/uid/1", original);
  std::array<uint8_t, 16> number{};
  std::copy_n(mac.begin(), number.size(), number.begin());
  return dicom::UidFrom128(number);
}

std::string PatientSecret::Code() const {
  return "P-" + Base32(Derived(mac_key_, "glossator/patient-code/1"), 16);
}

std::string PatientSecret::StudyCode(std::string_view study_uid) const {
  return "S-" + Base32(Derived(mac_key_, "glossator/study-code/1", study_uid), 12);
}

int PatientSecret::ShiftDays() const {
  const uint64_t number = BigEndian64(Derived(mac_key_, "glossator/date-shift/1"));
  return -7 * (kWeekMin + static_cast<int>(number % (kWeekMax - kWeekMin + 1)));
}

}  // namespace glossator::vault
