// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>

namespace glossator::spool {

// CRC-32C (Castagnoli, RFC 3720 B.4); `crc` continues an earlier result. Uses the processor's
// instruction where there is one.
uint32_t Crc32c(std::string_view bytes, uint32_t crc = 0);

// The same by table, for other processors and as the test's reference.
uint32_t Crc32cByTable(std::string_view bytes, uint32_t crc = 0);

}  // namespace glossator::spool
