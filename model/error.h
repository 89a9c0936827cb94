// SPDX-License-Identifier: GPL-3.0-or-later
// What each kind of error means at the two edges. This is the only table of its sort.
#pragma once

#include <cstdint>

#include "dicom/error.h"

namespace glossator {

// RFC 9110 status.
int HttpStatusOf(ErrorKind kind);
// C-STORE and DIMSE-N status (PS3.4 B.2.3, PS3.7 C): kInvalid 0xA900, kUnsupported 0x0122,
// kBusy and kUnavailable 0xA700, kForbidden 0x0124, kNotFound 0x0112, others 0x0110.
uint16_t DimseStatusOf(ErrorKind kind);
const char* NameOf(ErrorKind kind);  // "invalid", "not-found", ...

}  // namespace glossator
