// SPDX-License-Identifier: GPL-3.0-or-later
// 32-byte slots in pages that are locked into memory and left out of core dumps. An allocator, and
// like malloc one for the process; grows by a page of 128 slots.
#pragma once

#include <cstdint>

namespace glossator::vault {

constexpr unsigned kSlotSize = 32;

uint8_t* TakeSlot();                 // zeroed; throws Error{kUnavailable} when locking is refused
void ReturnSlot(uint8_t*) noexcept;  // wipes it

}  // namespace glossator::vault
