// SPDX-License-Identifier: GPL-3.0-or-later
// Which destinations have taken a test object. The proof is of one AE title, address and port: when
// one of them changes it is gone.
#pragma once

#include <string>

#include "model/config.h"
#include "store/sql.h"

namespace glossator::gate {

bool IsTested(const store::Reader& reader, const std::string& name,
              const DestinationConfig& destination);
void NoteTested(store::Transaction& transaction, const std::string& name,
                const DestinationConfig& destination);

}  // namespace glossator::gate
