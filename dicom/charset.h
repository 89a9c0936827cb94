// SPDX-License-Identifier: GPL-3.0-or-later
// Specific Character Set (PS3.3 C.12.1.1.2, PS3.5 6.1), single byte, multi byte and ISO 2022.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dicom/data_set.h"
#include "dicom/vr.h"

namespace glossator::dicom {

class CharacterSet {
 public:
  // From the values of (0008,0005); empty means ISO_IR 6. Unknown terms decode as Latin-1 and
  // make is_known() false.
  explicit CharacterSet(std::vector<std::string> terms = {});
  static CharacterSet Of(const DataSet& data_set);

  bool is_known() const { return known_; }
  const std::vector<std::string>& terms() const { return terms_; }

  // Bytes as in the data set to UTF-8. Never throws; what cannot be decoded becomes U+FFFD.
  std::string Decode(std::string_view bytes, Vr vr = Vr::LO) const;
  // UTF-8 to bytes; nullopt when this set cannot say it.
  std::optional<std::string> Encode(std::string_view utf8, Vr vr = Vr::LO) const;

 private:
  std::vector<std::string> terms_;
  bool known_ = true;
};

// Every character-set dependent element, at every depth, re-encoded to ISO_IR 192, and
// (0008,0005) set; a pure ASCII data set is left without (0008,0005).
void ConvertToUtf8(DataSet& data_set);

// The way back, for a data set in UTF-8 at every depth: re-encoded to `characters` and declared so.
// False, and nothing changed, when a text cannot be said in it.
bool ConvertFromUtf8(DataSet& data_set, const CharacterSet& characters);

}  // namespace glossator::dicom
