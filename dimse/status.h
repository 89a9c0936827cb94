// SPDX-License-Identifier: GPL-3.0-or-later
// DIMSE status codes (PS3.7 Annex C, PS3.4 B.2.3, C.4.1.1.4, J.3) as a table.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace glossator::dimse {

// What goes into (0000,0900) and (0000,0902). The comment is LO: cut to 64 characters, ASCII only;
// never a value out of a data set.
struct Status {
  uint16_t code = 0;
  std::string comment{};
};

inline constexpr uint16_t kSuccess = 0x0000;
inline constexpr uint16_t kAttributeListError = 0x0107;
inline constexpr uint16_t kProcessingFailure = 0x0110;
inline constexpr uint16_t kNoSuchObjectInstance = 0x0112;
inline constexpr uint16_t kInvalidArgumentValue = 0x0115;
inline constexpr uint16_t kInvalidObjectInstance = 0x0117;
inline constexpr uint16_t kNoSuchSopClass = 0x0118;
inline constexpr uint16_t kSopClassNotSupported = 0x0122;
inline constexpr uint16_t kNoSuchActionType = 0x0123;
inline constexpr uint16_t kNotAuthorized = 0x0124;
inline constexpr uint16_t kDuplicateInvocation = 0x0210;
inline constexpr uint16_t kUnrecognizedOperation = 0x0211;
inline constexpr uint16_t kMistypedArgument = 0x0212;
inline constexpr uint16_t kResourceLimitation = 0x0213;
inline constexpr uint16_t kOutOfResources = 0xA700;
inline constexpr uint16_t kDataSetMismatch = 0xA900;
inline constexpr uint16_t kCannotUnderstand = 0xC000;
inline constexpr uint16_t kCancel = 0xFE00;
inline constexpr uint16_t kPending = 0xFF00;

// PS3.7 Table C-1: what a sender should make of a code.
enum class StatusKind { kSucceeded, kWarned, kFailed, kCanceled, kContinues };
StatusKind KindOf(uint16_t code);

struct StatusEntry {
  uint16_t code;
  uint16_t mask;  // code & mask identifies ranges such as A7xx
  std::string_view name;
  std::string_view reference;  // paragraph of the standard
};
// nullptr when the standard has no such code.
const StatusEntry* FindStatus(uint16_t code);
std::string_view NameOf(uint16_t code);  // "Success", "Out of resources", "Unknown"

}  // namespace glossator::dimse
