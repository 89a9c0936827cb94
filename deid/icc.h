// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace glossator::deid {

// An ICC profile (ISO 15076-1) with its numbers and without its texts, dates and private tags: the
// size and all offsets stay, what is not a known numeric type becomes zeros. nullopt when the
// bytes are not a profile.
std::optional<std::string> ScrubIccProfile(std::string_view profile);

}  // namespace glossator::deid
