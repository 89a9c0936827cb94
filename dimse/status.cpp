// SPDX-License-Identifier: GPL-3.0-or-later
#include "dimse/status.h"

#include <array>

namespace glossator::dimse {
namespace {

// Exact codes first: the first row that matches is taken.
constexpr std::array kStatuses = {
    StatusEntry{0x0000, 0xFFFF, "Success", "PS3.7 C.1.1"},
    StatusEntry{0x0001, 0xFFFF, "Requested optional attributes are not supported", "PS3.4 F.4"},
    StatusEntry{0x0105, 0xFFFF, "No such attribute", "PS3.7 C.5.14"},
    StatusEntry{0x0106, 0xFFFF, "Invalid attribute value", "PS3.7 C.5.11"},
    StatusEntry{0x0107, 0xFFFF, "Attribute list error", "PS3.7 C.4.2"},
    StatusEntry{0x0110, 0xFFFF, "Processing failure", "PS3.7 C.5.21"},
    StatusEntry{0x0111, 0xFFFF, "Duplicate SOP instance", "PS3.7 C.5.6"},
    StatusEntry{0x0112, 0xFFFF, "No such SOP instance", "PS3.7 C.5.18"},
    StatusEntry{0x0113, 0xFFFF, "No such event type", "PS3.7 C.5.16"},
    StatusEntry{0x0114, 0xFFFF, "No such argument", "PS3.7 C.5.15"},
    StatusEntry{0x0115, 0xFFFF, "Invalid argument value", "PS3.7 C.5.10"},
    StatusEntry{0x0116, 0xFFFF, "Attribute value out of range", "PS3.7 C.4.3"},
    StatusEntry{0x0117, 0xFFFF, "Invalid SOP instance", "PS3.7 C.5.12"},
    StatusEntry{0x0118, 0xFFFF, "No such SOP class", "PS3.7 C.5.17"},
    StatusEntry{0x0119, 0xFFFF, "Class-instance conflict", "PS3.7 C.5.5"},
    StatusEntry{0x0120, 0xFFFF, "Missing attribute", "PS3.7 C.5.13"},
    StatusEntry{0x0121, 0xFFFF, "Missing attribute value", "PS3.7 C.5.22"},
    StatusEntry{0x0122, 0xFFFF, "SOP class not supported", "PS3.7 C.5.24"},
    StatusEntry{0x0123, 0xFFFF, "No such action type", "PS3.7 C.5.23"},
    StatusEntry{0x0124, 0xFFFF, "Not authorized", "PS3.7 C.5.25"},
    StatusEntry{0x0210, 0xFFFF, "Duplicate invocation", "PS3.7 C.5.7"},
    StatusEntry{0x0211, 0xFFFF, "Unrecognized operation", "PS3.7 C.5.26"},
    StatusEntry{0x0212, 0xFFFF, "Mistyped argument", "PS3.7 C.5.19"},
    StatusEntry{0x0213, 0xFFFF, "Resource limitation", "PS3.7 C.5.27"},
    StatusEntry{0xFE00, 0xFFFF, "Cancel", "PS3.7 C.3.1"},
    StatusEntry{0xFF00, 0xFFFF, "Pending", "PS3.4 C.4.1.1.4"},
    StatusEntry{0xFF01, 0xFFFF, "Pending, optional keys not supported", "PS3.4 C.4.1.1.4"},
    StatusEntry{0xB000, 0xFFFF, "Coercion of data elements", "PS3.4 B.2.3"},
    StatusEntry{0xB006, 0xFFFF, "Elements discarded", "PS3.4 B.2.3"},
    StatusEntry{0xB007, 0xFFFF, "Data set does not match SOP class", "PS3.4 B.2.3"},
    StatusEntry{0xA700, 0xFF00, "Out of resources", "PS3.4 B.2.3"},
    StatusEntry{0xA900, 0xFF00, "Data set does not match SOP class", "PS3.4 B.2.3"},
    StatusEntry{0xA800, 0xFF00, "SOP class not supported", "PS3.4 C.4.2.1.5"},
    StatusEntry{0xC000, 0xF000, "Cannot understand", "PS3.4 B.2.3"},
    StatusEntry{0xB000, 0xF000, "Warning", "PS3.7 C.2"},
};

// PS3.7 C.2 (warnings 0001, Bxxx, 0107, 0116), C.3 (cancel), C.6 (pending).
struct KindRow {
  uint16_t code;
  uint16_t mask;
  StatusKind kind;
};
constexpr std::array kKinds = {
    KindRow{0x0000, 0xFFFF, StatusKind::kSucceeded}, KindRow{0x0001, 0xFFFF, StatusKind::kWarned},
    KindRow{0x0107, 0xFFFF, StatusKind::kWarned},    KindRow{0x0116, 0xFFFF, StatusKind::kWarned},
    KindRow{0xB000, 0xF000, StatusKind::kWarned},    KindRow{0xFE00, 0xFFFF, StatusKind::kCanceled},
    KindRow{0xFF00, 0xFFFE, StatusKind::kContinues},
};

template <class Table>
auto FirstMatch(const Table& table, uint16_t code) -> decltype(table.data()) {
  for (const auto& row : table) {
    if ((code & row.mask) == row.code) return &row;
  }
  return nullptr;
}

}  // namespace

StatusKind KindOf(uint16_t code) {
  const KindRow* row = FirstMatch(kKinds, code);
  return row ? row->kind : StatusKind::kFailed;
}

const StatusEntry* FindStatus(uint16_t code) { return FirstMatch(kStatuses, code); }

std::string_view NameOf(uint16_t code) {
  const StatusEntry* entry = FindStatus(code);
  return entry ? entry->name : "Unknown";
}

}  // namespace glossator::dimse
