// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace glossator::dicom {

std::string ToBase64(std::string_view bytes);
std::optional<std::string> FromBase64(std::string_view text);  // strict RFC 4648, with padding

}  // namespace glossator::dicom
