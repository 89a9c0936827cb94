// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/workitem.h"
#include "store/sql.h"

namespace glossator::store {

std::optional<Workitem> FindWorkitem(const Reader& reader, std::string_view uid);
std::vector<Workitem> WorkitemsOf(const Reader& reader, int64_t case_id);  // oldest first
// Oldest first; empty project or state: all.
std::vector<Workitem> ListWorkitems(const Reader& reader, std::string_view project,
                                    std::string_view state);
std::map<std::string, int64_t> CountWorkitems(const Reader& reader);  // state -> number

// Throws kConflict when the UID is taken.
void InsertWorkitem(Transaction& transaction, const Workitem& workitem);
// Everything that changes, by UID, when the workitem is still in `before` (the one UPDATE that
// decides a race); false when it is not. Sets `updated`.
bool UpdateWorkitem(Transaction& transaction, const Workitem& workitem, WorkitemState before);

}  // namespace glossator::store
