// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "model/workitem.h"

namespace glossator {

// Which stages a case goes through, and how many seats each has.
struct ProtocolStage {
  Stage stage;
  int seats;
};

struct Protocol {
  std::string id;
  int version;
  std::vector<ProtocolStage> stages;
};

}  // namespace glossator
