// SPDX-License-Identifier: GPL-3.0-or-later
// The calls of glossator-seg, apart from main so that tests can make them.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "model/ports.h"

namespace glossator::seg {

struct ToolPorts {
  std::ostream& out;  // results
  std::ostream& talk;
  UidSource& uids;
  const Clock& clock;
};

// `words` without the program's name. Exit status: 0 fine, 1 failed, 2 wrong use, 3 findings or
// refused. Never throws.
int RunTool(const std::vector<std::string>& words, const ToolPorts& ports);

}  // namespace glossator::seg
