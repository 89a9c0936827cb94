// SPDX-License-Identifier: GPL-3.0-or-later
// Whose name stands where: the lab knows people by code, the PACS gets what the project says
// (Names): organization and code, or the name.
#pragma once

#include <json/value.h>

#include <string>
#include <vector>

#include "dicom/data_set.h"
#include "model/config.h"

namespace glossator::gate {

struct Named {
  std::string code;
  std::string name;
  std::string organization;
};

// "people" of a return record, and "reader" and "reviewer" of one that has none.
std::vector<Named> PeopleIn(const Json::Value& manifest);

// The person name (PS3.5 6.2) by which one of them goes home. A person whose name is not
// configured goes by organization and code.
std::string NameFor(const Named& person, const ProjectConfig& project);

// Replaces codes in every PN of the object: content creator, observers, authors, participants,
// operators, verifiers, interpreters. Call it before patient and physicians get their names back.
void PutNames(dicom::DataSet& object, const std::vector<Named>& people,
              const ProjectConfig& project);

// A verifier of the object has no name of a person (PS3.3 C.17.2): it must not go out so.
bool HasNamelessVerifier(const dicom::DataSet& object, const std::vector<Named>& people,
                         const ProjectConfig& project);

}  // namespace glossator::gate
