// SPDX-License-Identifier: GPL-3.0-or-later
// The one place where an exception of the room above becomes a DIMSE status.
#pragma once

#include <optional>

#include "dimse/status.h"
#include "model/error.h"

namespace glossator::dimse {

// nullopt when `call` returned.
template <class Call>
std::optional<Status> Guard(Call call) {
  try {
    call();
    return std::nullopt;
  } catch (const Error& error) {
    return Status{DimseStatusOf(error.kind()), error.what()};
  } catch (...) {
    return Status{kProcessingFailure, "internal error"};
  }
}

}  // namespace glossator::dimse
