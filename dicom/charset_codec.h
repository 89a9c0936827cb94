// SPDX-License-Identifier: GPL-3.0-or-later
// The ISO 2022 state machine behind CharacterSet. Of this room only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dicom/charset_tables.h"
#include "dicom/vr.h"

namespace glossator::dicom {

// The term of one value of (0008,0005); nullptr when unknown. An empty name is ISO_IR 6.
const Term* FindTerm(std::string_view name);

// Whole or single-character conversion by the C library; nullopt when it cannot be said.
std::optional<std::string> Iconv(const char* to, const char* from, std::string_view text);

// Decodes byte by byte what is not one multi-byte set. `first` is what stands at the start of each
// value and component.
std::string DecodeIso2022(std::string_view bytes, const Term& first, Vr vr);

// nullopt when none of the terms has a character. `terms[0]` is what stands at the start.
std::optional<std::string> EncodeIso2022(std::string_view utf8,
                                         const std::vector<const Term*>& terms, Vr vr);

// Length of the well-formed UTF-8 character at `at`, 0 when there is none.
size_t Utf8Length(std::string_view text, size_t at);

// Characters after which the initial sets stand again (PS3.5 6.1.2.5.3).
bool ResetsCodes(char c, Vr vr);

}  // namespace glossator::dicom
