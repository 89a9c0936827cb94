// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <cstdint>

namespace glossator::spool {

// Where a record's commit frame lies. `segment` is unique for ever: the file's slot is in its low
// 16 bits, above it the generation (which use of that file), which only grows. Order is log order.
struct Place {
  uint64_t segment = 0;
  uint64_t offset = 0;  // bytes from the start of the file

  auto operator<=>(const Place&) const = default;
};

}  // namespace glossator::spool
