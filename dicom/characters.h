// SPDX-License-Identifier: GPL-3.0-or-later
// Lengths of text are counted in characters, not in bytes (PS3.5 6.2).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace glossator::dicom {

// The first `count` characters of UTF-8 text; never a part of one.
std::string FirstCharacters(std::string_view utf8, size_t count);

}  // namespace glossator::dicom
