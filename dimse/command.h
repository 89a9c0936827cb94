// SPDX-License-Identifier: GPL-3.0-or-later
// DIMSE command sets (PS3.7 6.3, 9.3, 10.3, Annex E) as values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dicom/error.h"
#include "dimse/status.h"

namespace glossator::dimse {

// Command Field (0000,0100), PS3.7 Table E.1-1; a response has bit 8000 set.
enum class Operation : uint16_t {
  kStore = 0x0001,
  kGet = 0x0010,
  kFind = 0x0020,
  kMove = 0x0021,
  kEcho = 0x0030,
  kEventReport = 0x0100,
  kGetN = 0x0110,
  kSetN = 0x0120,
  kAction = 0x0130,
  kCreate = 0x0140,
  kDelete = 0x0150,
  kCancelFind = 0x0FFF,
};
inline constexpr uint16_t kResponseBit = 0x8000;

struct Command {
  uint16_t field = 0;
  uint16_t message_id = 0;    // of a request; of the request that a response or cancel is about
  std::string sop_class_uid;  // Affected or Requested, as the operation asks
  std::string sop_instance_uid;
  bool has_data_set = false;
  uint16_t type = 0;      // Event Type ID or Action Type ID
  uint16_t priority = 0;  // 0 medium, 1 high, 2 low
  std::string move_originator_aet;
  uint16_t move_originator_message_id = 0;
  Status status{};  // responses

  bool is_response() const { return (field & kResponseBit) != 0; }
  Operation operation() const { return static_cast<Operation>(field & ~kResponseBit); }
  static Command Request(Operation operation, uint16_t message_id);
  // Echoes message ID, class, instance and type of `request`.
  static Command Response(const Command& request, const Status& status);
};

inline constexpr size_t kCommandBytesMax = 64 * 1024;

// Implicit VR Little Endian with Command Group Length.
std::string Encode(const Command& command);
// Throws Error{kInvalid}: not a command set, or without Command Field or message ID.
Command ParseCommand(std::string_view bytes);
std::string_view NameOf(Operation operation);  // "C-STORE", "" when unknown

}  // namespace glossator::dimse
