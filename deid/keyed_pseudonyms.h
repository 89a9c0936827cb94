// SPDX-License-Identifier: GPL-3.0-or-later
// Pseudonyms of glossator-deid, where there is no vault: everything derives from one key by HMAC,
// so that the same key gives the same bytes. The node uses vault/patient_secret.h instead.
#pragma once

#include <string>
#include <string_view>

#include "deid/engine.h"

namespace glossator::deid {

// 32 bytes in hex, surrounding blanks allowed. Throws Error{kInvalid} naming the path.
std::string ReadKey(const std::string& path);

// HMAC-SHA-256 over a label and a text: 32 bytes that nobody without the key can tell.
std::string Keyed(std::string_view key, std::string_view label, std::string_view text);

// The same for every patient: "" for no name.
std::string SiteCode(std::string_view key, std::string_view institution);

class KeyedPseudonyms final : public Pseudonyms {
 public:
  // `patient` tells patients apart, e.g. issuer and Patient ID; it is not kept.
  KeyedPseudonyms(std::string_view key, std::string_view patient);

  std::string Uid(std::string_view original) const override;
  std::string PatientCode() const override;
  std::string StudyCode(std::string_view study_uid, std::string_view study_id) const override;
  int ShiftDays() const override;

 private:
  std::string secret_;
};

}  // namespace glossator::deid
