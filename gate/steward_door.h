// SPDX-License-Identifier: GPL-3.0-or-later
// steward.sock: what a person of the hospital may ask and decide. Identified values are shown here
// and nowhere else; every look is a journal event.
#pragma once

#include <json/value.h>

#include "gate/courier.h"
#include "gate/face_rounds.h"
#include "gate/intake.h"
#include "gate/keys.h"
#include "gate/ledger.h"
#include "gate/pixel_rounds.h"
#include "store/gate_object.h"

namespace glossator::gate {

struct StewardDoorParts {
  const Config& config;
  store::Database& database;
  Intake& intake;
  Ledger& ledger;
  Courier& courier;
  ProductReleases& products;
  Readmission& readmission;
  PixelRules& pixel_rules;
  PixelRounds& pixel_rounds;
  FaceRounds& face_rounds;
  const Keys& keys;
  UidSource& uids;
  const Clock& clock;
};

class StewardDoor {
 public:
  explicit StewardDoor(StewardDoorParts parts) : parts_(std::move(parts)) {}

  // Of several threads.
  Json::Value Handle(const Json::Value& request);
  // Opens a whole object, of 512 MiB perhaps, or decides about one that such a call may hold.
  static bool TakesLong(const Json::Value& request);

 private:
  using Call = Json::Value (StewardDoor::*)(const Json::Value&);
  struct Entry {
    const char* name;
    Call call;
    bool takes_long = false;
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

  Json::Value RulesList(const Json::Value&);
  Json::Value RulesAdd(const Json::Value&);
  Json::Value RulesRemove(const Json::Value&);
  Json::Value FaceMask(const Json::Value&);

  // steward_quarantine.cpp
  std::vector<store::QuarantineRow> Asked(const Json::Value& request) const;
  Json::Value ReleaseOne(const Json::Value& request, const store::QuarantineRow& row);
  void Reject(store::Transaction& transaction, const store::QuarantineRow& row,
              const std::string& why) const;
  Json::Value Settle(const Json::Value& request, const store::QuarantineRow& row,
                     const char* released, const std::optional<deid::Reason>& reason);
  // steward_pixels.cpp
  void ShowPicture(const Json::Value& request, const store::QuarantineRow& row, Json::Value& reply);
  void AddRuleFor(const store::QuarantineRow& row, std::vector<pixels::Rectangle> rectangles);

  std::string PatientIndex(const Json::Value& request, const char* id, const char* issuer) const;
  void Note(const std::string& type, const Json::Value& fields);

  StewardDoorParts parts_;
};

}  // namespace glossator::gate
