// SPDX-License-Identifier: GPL-3.0-or-later
// Private to store/sql*.cpp.
#pragma once

#include <span>

#include "store/sql.h"

namespace glossator::store {

void Migrate(Session& session, Transaction& transaction, std::span<const Migration> migrations);

}  // namespace glossator::store
