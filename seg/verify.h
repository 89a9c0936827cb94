// SPDX-License-Identifier: GPL-3.0-or-later
// Everything that is wrong with a Segmentation object, used on all that we write and on all that
// outside tools submit. Reports all findings, not the first.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "model/finding.h"
#include "seg/source.h"

namespace glossator::seg {

// `source` may be nullptr: then only what the object itself shows is judged. `name` goes into
// Finding::file. Never throws for bad bytes: unreadable is a finding.
std::vector<Finding> Verify(std::string_view part10_bytes, const Source* source = nullptr,
                            const std::string& name = "");
std::vector<Finding> VerifyFile(const std::filesystem::path& path, const Source* source = nullptr);

}  // namespace glossator::seg
