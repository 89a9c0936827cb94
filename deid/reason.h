// SPDX-License-Identifier: GPL-3.0-or-later
// The closed list of why an object is not shown on the lab side. The only table of its sort; other
// rooms (intake routing, store) use these constants and never a string of their own.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace glossator::deid {

struct Reason {
  std::string code;
  std::string path;  // tags and item indices, never a value; may be empty

  bool operator==(const Reason&) const = default;
};

namespace reasons {
inline constexpr std::string_view kSopClass = "SOP_CLASS";
inline constexpr std::string_view kBurnedInRisk = "BURNED_IN_RISK";
inline constexpr std::string_view kDocument = "DOCUMENT";
inline constexpr std::string_view kWaveform = "WAVEFORM";
inline constexpr std::string_view kIdentifierFound = "IDENTIFIER_FOUND";
inline constexpr std::string_view kDictionaryFull = "DICTIONARY_FULL";
inline constexpr std::string_view kCharacterSet = "CHARACTER_SET";
inline constexpr std::string_view kMalformed = "MALFORMED";
inline constexpr std::string_view kBitstream = "BITSTREAM";
inline constexpr std::string_view kTransferSyntax = "TRANSFER_SYNTAX";
inline constexpr std::string_view kSlideLabel = "SLIDE_LABEL";
inline constexpr std::string_view kFace = "RECOGNIZABLE_FACE";
inline constexpr std::string_view kSeveralPatients = "SEVERAL_PATIENTS";
inline constexpr std::string_view kNoRoute = "NO_ROUTE";
inline constexpr std::string_view kConflict = "CONFLICT";
inline constexpr std::string_view kPolicyExpired = "POLICY_EXPIRED";
inline constexpr std::string_view kRejected = "REJECTED";
}  // namespace reasons

struct ReasonEntry {
  std::string_view code;
  std::string_view meaning;
  bool releasable;  // a person who looked at the pixels may set it aside; nothing else can
};
std::span<const ReasonEntry> AllReasons();
bool IsReleasable(std::string_view code);  // false for a code that is not on the list

}  // namespace glossator::deid
