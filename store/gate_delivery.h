// SPDX-License-Identifier: GPL-3.0-or-later
// Deliveries of accepted results to the PACS, and the registry of what we returned.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "store/sql.h"

namespace glossator::store {

struct DeliveryRow {
  int64_t number = 0;
  std::string delivery_key;
  std::string result;
  std::string project;
  std::string study_uid;  // pseudonymous
  std::string destination;
  std::string state = "QUEUED";
  std::string reason{};
  int64_t attempts = 0;
  int64_t next_at = 0;            // microseconds since 1970
  bool accept_current = false;    // a steward said: the study's present identity is right
  std::string transaction_uid{};  // of the open storage commitment request
  int64_t requests = 0;           // storage commitment requests so far
  std::string updated{};
  int64_t seq = 0;
};

struct ReturnedRow {
  std::string sop_instance_uid;
  std::string sop_class_uid;
  int64_t delivery = 0;
  std::string state = "QUEUED";
};

std::optional<DeliveryRow> FindDelivery(const Reader& reader, int64_t number);
std::optional<DeliveryRow> FindDeliveryByKey(const Reader& reader, std::string_view delivery_key);
std::optional<DeliveryRow> FindDeliveryByTransaction(const Reader& reader, std::string_view uid);
// Open ones whose time has come: QUEUED, SENDING or STORED.
std::vector<DeliveryRow> DueDeliveries(const Reader& reader, int64_t now);
std::vector<DeliveryRow> DeliveriesInState(const Reader& reader, std::string_view state);
std::map<std::string, int64_t> CountOpenDeliveries(const Reader& reader);  // by state; HELD too
std::vector<DeliveryRow> ChangedDeliveries(const Reader& reader, int64_t after, size_t limit);
int64_t InsertDelivery(Transaction& transaction, const DeliveryRow& delivery);
void UpdateDelivery(Transaction& transaction, const DeliveryRow& delivery);

std::optional<ReturnedRow> FindReturned(const Reader& reader, std::string_view sop_instance_uid);
std::vector<ReturnedRow> ReturnedBy(const Reader& reader, int64_t delivery);
void PutReturned(Transaction& transaction, const ReturnedRow& row);
// Counts an object that the PACS sent back to us; true the first time.
bool CountEcho(Transaction& transaction, std::string_view sop_instance_uid);

}  // namespace glossator::store
