// SPDX-License-Identifier: GPL-3.0-or-later
// A workitem as a Unified Procedure Step (PS3.3 C.30, PS3.4 CC.2.5). Never holds the Transaction
// UID (CC.2.7: it is the lock).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dicom/data_set.h"
#include "model/case.h"
#include "model/protocol.h"
#include "model/submission.h"
#include "model/workitem.h"

namespace glossator::worklist {

inline constexpr const char* kUpsPushSopClassUid = "1.2.840.10008.5.1.4.34.6.1";

// A human as the lab side knows them.
struct Performer {
  std::string code;
  std::string name;
  std::string organization;
};

// Everything that a workitem's representation draws on. What the asker must not see is left empty.
struct UpsContext {
  const Case& the_case;
  const Protocol& protocol;
  std::vector<CaseInstance> inputs;    // empty in searches
  std::optional<Performer> scheduled;  // of a named seat
  std::optional<Performer> actual;     // once claimed
  std::vector<MadeObject> outputs;     // of the submission that completed it
};

dicom::DataSet ToUps(const Workitem& workitem, const UpsContext& context);

// N-CREATE as this node takes it: the study that is to be read once more. Throws kInvalid naming
// the attribute that is missing or of another value than this node can honor.
std::string StudyOfNewUps(const dicom::DataSet& attributes);

// N-SET as this node takes it: Procedure Step Progress of the Progress Information Sequence, as a
// percentage. Throws kInvalid for anything else.
std::string ProgressOf(const dicom::DataSet& changes);

}  // namespace glossator::worklist
