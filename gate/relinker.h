// SPDX-License-Identifier: GPL-3.0-or-later
// The way back: a result of the lab becomes an object of the original patient and study. Fails
// closed: a UID that is in neither vault, result nor registry stops the delivery.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "dicom/data_set.h"
#include "gate/identities.h"
#include "model/config.h"
#include "model/instance.h"

namespace glossator::gate {

// Why a delivery is held; the text is from a closed list (docs/operating.md).
struct Held {
  std::string reason;
};

struct Relinked {
  std::vector<Instance<Hospital>> objects;  // in the order of the lab's
};

class Relinker {
 public:
  Relinker(Identities& identities, store::Database& database, const Keys& keys)
      : identities_(identities), database_(database), keys_(keys) {}

  // Original Study Instance UID of a pseudonymous one; nullopt: unknown.
  std::optional<std::string> OriginalStudyUid(const std::string& study_uid);

  // `current` is what the PACS answers about the study now; its Patient and General Study
  // attributes win over the vault's. New UIDs derive from result and destination, so that a repeat
  // gives the same objects. Returns Held when it must not go out.
  // `product`: a signed decision released the project; else the objects say RESEARCH.
  std::variant<Relinked, Held> Relink(const std::string& study_uid, const std::string& result,
                                      const std::string& destination, const ProjectConfig& project,
                                      const std::vector<dicom::DataSet>& lab_objects,
                                      const dicom::DataSet& current, bool product, Time now);

 private:
  struct UidMap;

  Identities& identities_;
  store::Database& database_;
  const Keys& keys_;
};

}  // namespace glossator::gate
