// SPDX-License-Identifier: GPL-3.0-or-later
// What goes out with a result for viewers that know no SEG, and the note that withdraws it.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "model/case.h"
#include "model/ports.h"
#include "model/result.h"
#include "model/submission.h"
#include "node/ports.h"

namespace glossator::node {

struct SentAlong {
  std::vector<MadeObject> objects;
  std::vector<std::string> files;    // Part 10 bytes, in the same order
  std::vector<std::string> skipped;  // kinds that cannot be made of these images
};

struct HelperOrder {
  const std::string& delivery_key;
  const std::string& author;
  const std::vector<MadeObject>& results;      // what the key objects point at
  std::vector<std::string> segmentations;      // Part 10 bytes
  const std::vector<CaseInstance>& instances;  // of the series
  const std::set<std::string>& kinds;          // KO, PR, RTSTRUCT, SC
};

class HelperObjects {
 public:
  HelperObjects(Archive& archive, const Clock& clock) : archive_(archive), clock_(clock) {}

  // UIDs derive from the delivery's key: a repeat names the same objects. Throws kUnavailable when
  // the archive does not give an image: the delivery is tried again.
  SentAlong Make(const HelperOrder& order) const;
  // A Key Object Selection (IHE IOCM) that rejects `objects`. `result_file` is any of theirs.
  SentAlong Reject(const std::string& delivery_key, const Withdrawal& withdrawal,
                   const std::vector<MadeObject>& objects, const std::string& result_file) const;

 private:
  Archive& archive_;
  const Clock& clock_;
};

}  // namespace glossator::node
