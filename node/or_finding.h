// SPDX-License-Identifier: GPL-3.0-or-later
// Where a fault of the sender's words or bytes becomes a finding.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dicom/error.h"
#include "model/finding.h"

namespace glossator::node {

inline Finding Fault(const char* code, const char* path, const std::string& message) {
  return {"submission", kFindingError, code, path, "", message};
}

template <class Work>
auto OrFinding(std::vector<Finding>& findings, const char* code, const char* path, Work work)
    -> std::optional<decltype(work())> {
  try {
    return work();
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kInternal || error.kind() == ErrorKind::kUnavailable) throw;
    findings.push_back(Fault(code, path, error.what()));
    return std::nullopt;
  }
}

}  // namespace glossator::node
