// SPDX-License-Identifier: GPL-3.0-or-later
// What the gate's one key file opens. Rotation re-wraps; nothing derived from patients changes.
#pragma once

#include <string>

#include "vault/hmac.h"
#include "vault/key.h"

namespace glossator::gate {

struct Keys {
  explicit Keys(const vault::Key& master)
      : index(vault::Derive(master, "glossator index")),
        wrap(vault::Derive(master, "glossator wrap")),
        seal(vault::Derive(master, "glossator seal")),
        digest(vault::Derive(master, "glossator digest")),
        content(vault::Derive(master, "glossator content")),
        check(vault::KeyCheck(master)) {}

  vault::MacKey index;   // keyed indexes of patients, studies, instances
  vault::Key wrap;       // over patient secrets, study keys, quarantine keys
  vault::Key seal;       // over spool trailers and study dictionaries
  vault::MacKey digest;  // content digests
  vault::Key content;    // the hash inside them
  std::string check;     // recognizes the key, tells nothing about it
};

}  // namespace glossator::gate
