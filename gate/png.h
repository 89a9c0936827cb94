// SPDX-License-Identifier: GPL-3.0-or-later
// A picture for a person's eyes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace glossator::gate {

// A PNG of 8 bits gray; `gray` has columns * rows bytes, row by row.
std::string WritePng(uint32_t columns, uint32_t rows, std::string_view gray);

}  // namespace glossator::gate
