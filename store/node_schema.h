// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

#include "store/sql.h"

namespace glossator::store {

// The lab side's database, `{Directory}/node/node.db`: journal first, then the nouns.
std::span<const Migration> NodeMigrations();

// The nouns' tables: no change of these without an event in the same transaction.
std::span<const std::string_view> NodeNounTables();

}  // namespace glossator::store
