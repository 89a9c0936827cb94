// SPDX-License-Identifier: GPL-3.0-or-later
// The way back: a result of the lab becomes an object of the original patient and study. Fails
// closed: a UID that is in neither vault, result nor registry stops the delivery.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "dicom/data_set.h"
#include "gate/identities.h"
#include "gate/names.h"
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

// A result that was sent before, which the objects may refer to: they amend it, or withdraw it.
struct EarlierResult {
  struct Object {
    std::string sop_instance_uid;  // as the lab knows it
    std::string series_instance_uid;
  };
  // The report that a version before it stands for.
  struct Report {
    std::string result;
    std::string sop_class_uid;
    Object object;
  };
  std::string result;
  bool withdrawn = false;
  std::vector<Object> objects;
  std::vector<Report> before;  // of the versions before, the newest first
};

// What is to go home, and how.
struct RelinkOrder {
  const std::string& study_uid;
  const std::string& result;
  const std::string& destination;
  const ProjectConfig& project;
  const std::vector<dicom::DataSet>& objects;  // the lab's
  const std::vector<Named>& people;            // whom the objects name by code
  const std::optional<EarlierResult>& earlier;
  const std::set<std::string>& staying;  // reports of the lab that do not come along
  bool product = false;  // a signed decision released the project; else the objects say RESEARCH
};

class Relinker {
 public:
  Relinker(Identities& identities, store::Database& database, const Keys& keys)
      : identities_(identities), database_(database), keys_(keys) {}

  // Original Study Instance UID of a pseudonymous one; nullopt: unknown.
  std::optional<std::string> OriginalStudyUid(const std::string& study_uid);

  // `current` is what the PACS answers about the study now; its Patient and General Study
  // attributes win over the vault's. New UIDs derive from result and destination, so that a repeat
  // gives the same objects; tracking UIDs from patient and destination, so that a finding is the
  // same in each version and at each time (ADR 94). Returns Held when it must not go out.
  // Objects of an earlier result keep the UIDs under which they were sent; what was never sent
  // cannot be referred to: the version before it is the predecessor, or none; a note does not go
  // out.
  std::variant<Relinked, Held> Relink(const RelinkOrder& order, const dicom::DataSet& current,
                                      Time now);

 private:
  struct UidMap;

  // `result` may be empty.
  std::string Derive(const std::string& result, const std::string& destination,
                     const std::string& uid) const;
  // Pseudonymous to original, of everything that the study brought.
  std::map<std::string, std::string> OriginalUids(const Study& study) const;
  std::set<std::string> MapEarlier(const RelinkOrder& order, UidMap& map) const;
  // The newest report before the earlier result that was sent; it is added to `map`.
  const EarlierResult::Report* MapBefore(const RelinkOrder& order, UidMap& map) const;

  Identities& identities_;
  store::Database& database_;
  const Keys& keys_;
};

}  // namespace glossator::gate
