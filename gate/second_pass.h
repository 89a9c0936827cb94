// SPDX-License-Identifier: GPL-3.0-or-later
// Identifiers that arrive late: what was cleaned before they were known, and still waits in the
// spool, is cleaned once more and written anew. The lab has no key of the study before the release,
// so nobody sees the first version.
#pragma once

#include <string>
#include <vector>

#include "deid/sentinel.h"
#include "gate/keys.h"
#include "gate/study.h"
#include "spool/reader.h"
#include "spool/spool.h"
#include "store/gate_identity.h"
#include "store/gate_object.h"

namespace glossator::gate {

// The part of a held record in front of the pixels: file meta and data set; of a deflated one the
// data set, inflated. Throws Error.
std::string HeadOf(const spool::Reader& reader, const Study& study,
                   const store::InstanceRow& instance);

class SecondPass {
 public:
  // All borrowed.
  SecondPass(store::Database& database, spool::Spool& spool, const spool::Reader& reader,
             const Keys& keys, Entropy& entropy)
      : database_(database), spool_(spool), reader_(reader), keys_(keys), entropy_(entropy) {}

  // Rewrites those of `held` in whose head an identifier stands. Returns how many; search again
  // afterwards: what cannot be cleaned stays as it was. Throws kUnavailable when the spool is full.
  size_t Clean(const store::StudyRow& row, const Study& study,
               const std::vector<store::InstanceRow>& held, const deid::Sentinel& identifiers);

 private:
  // False: nothing in it can be cleaned.
  bool Rewrite(const store::StudyRow& row, const Study& study, store::InstanceRow& instance,
               const deid::Sentinel& identifiers);
  spool::Place Commit(class RecordWriter& record, const store::StudyRow& row,
                      const store::InstanceRow& instance);

  store::Database& database_;
  spool::Spool& spool_;
  const spool::Reader& reader_;
  const Keys& keys_;
  Entropy& entropy_;
};

}  // namespace glossator::gate
