// SPDX-License-Identifier: GPL-3.0-or-later
// Tables of the hospital side (gate.db). Identified values stand in sealed blobs or behind keyed
// indexes only; whoever reads the file without the key learns counts and states.
#pragma once

#include <span>

#include "store/sql.h"

namespace glossator::store {

std::span<const Migration> GateMigrations();

// The next number of the change feeds (studies, deliveries).
int64_t NextChange(Transaction& transaction);

}  // namespace glossator::store
