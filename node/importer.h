// SPDX-License-Identifier: GPL-3.0-or-later
// Out of the released spool into Orthanc.
#pragma once

#include <string>
#include <vector>

#include "model/case.h"
#include "node/ports.h"

namespace glossator::node {

// Known before the records are read: the same batch again has the same name.
std::string NameOf(const Batch& batch);
// SHA-256 over the objects' UIDs and digests, for the journal.
std::string ManifestOf(const std::string& study_uid, const std::vector<CaseInstance>& instances);

class Importer {
 public:
  Importer(BatchSource& source, Archive& archive) : source_(source), archive_(archive) {}

  // Puts every object of the batch that the archive does not hold byte for byte, and returns when
  // all would survive a power cut. Safe to repeat. Throws when a record is not what the gate
  // released, or does not say that it is de-identified: nothing of it is stored.
  std::vector<CaseInstance> Import(const Batch& batch);

 private:
  CaseInstance ImportOne(const Batch& batch, const BatchRecord& record);

  BatchSource& source_;
  Archive& archive_;
};

}  // namespace glossator::node
