// SPDX-License-Identifier: GPL-3.0-or-later
// gate.sock: what the plugin may ask. Only pseudonymous UIDs, opaque numbers, states and reasons
// leave here, and the key of a study that was released.
#pragma once

#include <json/value.h>

#include <atomic>
#include <string>

#include "dimse/server.h"
#include "gate/courier.h"
#include "gate/intake.h"
#include "gate/release.h"

namespace glossator::gate {

struct LabDoorParts {
  const Config& config;
  std::string config_digest;
  store::Database& database;
  Identities& identities;
  Intake& intake;
  Releaser& releaser;
  Courier& courier;
  spool::Spool& spool;
  dimse::Server& server;
  const Clock& clock;
};

class LabDoor {
 public:
  explicit LabDoor(LabDoorParts parts) : parts_(std::move(parts)), last_call_(Now()) {}

  Json::Value Handle(const Json::Value& request);
  bool stop_requested() const { return stop_requested_; }
  double seconds_since_last_call() const { return static_cast<double>(Now() - last_call_) / 1e6; }

 private:
  using Call = Json::Value (LabDoor::*)(const Json::Value&);
  struct Entry {
    const char* name;
    Call call;
  };
  static const Entry kCalls[];

  Json::Value Hello(const Json::Value&);
  Json::Value Status(const Json::Value&);
  Json::Value Studies(const Json::Value& request);
  Json::Value Release(const Json::Value& request);
  Json::Value Batches(const Json::Value&);
  Json::Value Imported(const Json::Value& request);
  Json::Value ReturnedReady(const Json::Value&);
  Json::Value Deliveries(const Json::Value& request);
  Json::Value Quarantine(const Json::Value& request);
  Json::Value Events(const Json::Value& request);
  Json::Value Stop(const Json::Value&);

  Json::Value BatchJson(const store::Reader& reader, const store::BatchRow& batch);
  int64_t Now() const { return parts_.clock.Now().time_since_epoch().count(); }

  LabDoorParts parts_;
  std::atomic<int64_t> last_call_;
  std::atomic<bool> stop_requested_{false};
};

}  // namespace glossator::gate
