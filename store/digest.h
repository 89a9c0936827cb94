// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace glossator::store {

// SHA-256, 64 lower-case hexadecimal digits.
std::string Sha256Hex(std::string_view bytes);

}  // namespace glossator::store
