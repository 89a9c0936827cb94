// SPDX-License-Identifier: GPL-3.0-or-later
// Everything pseudonymous about a patient of a project follows from one random 256-bit secret. It
// is wrapped in the vault; rotation of the wrapping key changes nothing here, destroying the secret
// ends all links (erasure).
#pragma once

#include <string>
#include <string_view>

#include "vault/hmac.h"
#include "vault/key.h"

namespace glossator::vault {

class PatientSecret {
 public:
  explicit PatientSecret(Key secret) : secret_(std::move(secret)), mac_key_(secret_) {}

  std::string Uid(std::string_view original) const;         // "2.25." and 128 bits of HMAC
  std::string Code() const;                                 // "P-" and 16 base32 characters
  std::string StudyCode(std::string_view study_uid) const;  // "S-" and 12 (fits SH)
  int ShiftDays() const;  // whole weeks, -520*7 to -52*7, for every date of the patient
  const Key& key() const { return secret_; }  // for wrapping

 private:
  Key secret_;
  MacKey mac_key_;
};

}  // namespace glossator::vault
