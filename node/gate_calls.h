// SPDX-License-Identifier: GPL-3.0-or-later
// The calls of gate.sock that the lab flow makes, typed. All throw what GateLink::Call throws, and
// Error{kInternal} for a reply that is not as agreed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "node/ports.h"

namespace glossator::node {

struct StudyChange {
  int64_t seq = 0;
  int64_t study = 0;
  std::string project;
  std::string study_uid;
  std::string patient_code;
  std::string state;  // RECEIVING, RELEASED, IMPORTED, QUARANTINED
  int64_t instances = 0;
  int64_t sealed = 0;
  std::vector<std::string> reasons;
  int64_t revision = 0;
  std::vector<std::string> patient_links{};
};

struct DeliveryChange {
  int64_t seq = 0;
  int64_t delivery = 0;
  std::string result;  // uid
  std::string destination;
  std::string state;
  std::string reason;
  int64_t attempts = 0;
  std::string updated;
};

struct GateEvent {
  int64_t seq = 0;
  std::string time;
  std::string type;
  Json::Value fields;
};

template <class Item>
struct Feed {
  std::vector<Item> items;
  int64_t next = 0;  // `after` of the next call
};

class GateCalls {
 public:
  explicit GateCalls(GateLink& link) : link_(link) {}

  Json::Value Status() const;
  Feed<StudyChange> Studies(int64_t after, size_t limit) const;
  void Release(const std::string& study_uid) const;
  std::vector<Batch> Batches() const;
  void Imported(int64_t batch) const;
  void ReturnedReady() const;
  Feed<DeliveryChange> Deliveries(int64_t after, size_t limit) const;
  Json::Value Quarantine(int64_t after, size_t limit) const;  // the reply as it came
  Feed<GateEvent> Events(int64_t after, size_t limit) const;

 private:
  GateLink& link_;
};

}  // namespace glossator::node
