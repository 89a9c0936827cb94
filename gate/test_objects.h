// SPDX-License-Identifier: GPL-3.0-or-later
// The object that an admin sends to a new destination before enabling it: a small image of a
// patient who is plainly none.
#pragma once

#include <json/value.h>

#include "model/config.h"
#include "model/instance.h"
#include "model/ports.h"

namespace glossator::gate {

class TestObjects {
 public:
  TestObjects(const Config& config, UidSource& uids, const Clock& clock)
      : config_(config), uids_(uids), clock_(clock) {}

  // {"status": DIMSE status, "sop_instance_uid", "study_instance_uid"}. Throws Error{kUnavailable}.
  Json::Value Send(const DestinationConfig& destination);

 private:
  Instance<Hospital> Make();

  const Config& config_;
  UidSource& uids_;
  const Clock& clock_;
};

}  // namespace glossator::gate
