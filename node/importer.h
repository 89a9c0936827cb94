// SPDX-License-Identifier: GPL-3.0-or-later
// Out of the released spool into Orthanc.
#pragma once

#include <string>
#include <vector>

#include "model/case.h"
#include "node/ports.h"

namespace glossator::node {

// SHA-256 over the batch's objects and their digests: the same batch again has the same.
std::string ManifestOf(const Batch& batch);

class Importer {
 public:
  Importer(BatchSource& source, Archive& archive) : source_(source), archive_(archive) {}

  // Puts every object of the batch that the archive does not hold byte for byte, and returns when
  // all would survive a power cut. Safe to repeat. Throws kInternal when a record's bytes are not
  // what the gate released, or do not say that they are de-identified: nothing of it is stored.
  std::vector<CaseInstance> Import(const Batch& batch);

 private:
  CaseInstance ImportOne(const Batch& batch, const BatchRecord& record);

  BatchSource& source_;
  Archive& archive_;
};

}  // namespace glossator::node
