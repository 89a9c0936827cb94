// SPDX-License-Identifier: GPL-3.0-or-later
// A draft as somebody else on the lab side may read it: when it was drawn is near the day on which
// its images came, and that day tells by how much their dates were moved (ADR 99).
#pragma once

#include <string>
#include <string_view>

namespace glossator::node {

// The same object, a Part 10 file of ours; its own dates and times are those of the study it is
// about, in the study's moved dates. Throws Error{kInvalid} when it is none.
std::string WithoutRealTimes(std::string_view file);

}  // namespace glossator::node
