// SPDX-License-Identifier: GPL-3.0-or-later
// steward.sock: what a person of the hospital may ask and decide. Identified values are shown here
// and nowhere else; every look is a journal event.
#pragma once

#include <json/value.h>

#include "gate/courier.h"
#include "gate/intake.h"
#include "gate/keys.h"
#include "gate/ledger.h"
#include "store/gate_object.h"

namespace glossator::gate {

struct StewardDoorParts {
  const Config& config;
  store::Database& database;
  Intake& intake;
  Ledger& ledger;
  Courier& courier;
  ProductReleases& products;
  const Keys& keys;
  UidSource& uids;
  const Clock& clock;
};

class StewardDoor {
 public:
  explicit StewardDoor(StewardDoorParts parts) : parts_(std::move(parts)) {}

  Json::Value Handle(const Json::Value& request);

 private:
  using Call = Json::Value (StewardDoor::*)(const Json::Value&);
  struct Entry {
    const char* name;
    Call call;
  };
  static const Entry kCalls[];

  Json::Value QuarantineList(const Json::Value&);
  Json::Value QuarantineShow(const Json::Value&);
  Json::Value QuarantineRelease(const Json::Value&);
  Json::Value QuarantineRedact(const Json::Value&);
  Json::Value QuarantineReject(const Json::Value&);
  Json::Value Conflicts(const Json::Value&);
  Json::Value HeldList(const Json::Value&);
  Json::Value HeldShow(const Json::Value&);
  Json::Value HeldResolve(const Json::Value&);
  Json::Value IdentityMerge(const Json::Value&);
  Json::Value IdentitySplit(const Json::Value&);
  Json::Value RoutesMatch(const Json::Value&);
  Json::Value DestinationTest(const Json::Value&);
  Json::Value ProductList(const Json::Value&);
  Json::Value ProductPrepare(const Json::Value&);
  Json::Value ProductRelease(const Json::Value&);
  Json::Value ProductRevoke(const Json::Value&);

  // steward_quarantine.cpp
  store::QuarantineRow OpenRow(const Json::Value& request);
  std::optional<deid::Reason> CleanSealed(const store::QuarantineRow& row,
                                          const ProjectConfig& project);
  std::optional<deid::Reason> WriteCleaned(ObjectWriter& writer, std::string_view pixels);
  Json::Value KeepSealed(const Json::Value& request, const store::QuarantineRow& row,
                         const deid::Reason& reason);

  std::string PatientIndex(const Json::Value& request, const char* id, const char* issuer) const;
  void Note(const std::string& type, const Json::Value& fields);

  StewardDoorParts parts_;
};

}  // namespace glossator::gate
