// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/gate_delivery.h"

#include "store/gate_schema.h"

namespace glossator::store {
namespace {

constexpr std::string_view kColumns =
    "SELECT number, delivery_key, result, project, study_uid, destination, state, reason, "
    "attempts, next_at, accept_current, transaction_uid, requests, updated, seq FROM delivery ";

std::vector<DeliveryRow> Deliveries(const Reader& reader, std::string_view where,
                                    std::initializer_list<Parameter> parameters) {
  std::vector<DeliveryRow> result;
  auto rows = reader.Query(std::string(kColumns).append(where), parameters);
  while (rows.Next()) {
    result.push_back({rows.Int64(0), rows.Text(1), rows.Text(2), rows.Text(3), rows.Text(4),
                      rows.Text(5), rows.Text(6), rows.Text(7), rows.Int64(8), rows.Int64(9),
                      rows.Int64(10) != 0, rows.Text(11), rows.Int64(12), rows.Text(13),
                      rows.Int64(14)});
  }
  return result;
}

std::optional<DeliveryRow> First(std::vector<DeliveryRow> rows) {
  if (rows.empty()) return std::nullopt;
  return std::move(rows.front());
}

}  // namespace

std::optional<DeliveryRow> FindDelivery(const Reader& reader, int64_t number) {
  return First(Deliveries(reader, "WHERE number = ?", {number}));
}

std::optional<DeliveryRow> FindDeliveryByKey(const Reader& reader, std::string_view delivery_key) {
  return First(Deliveries(reader, "WHERE delivery_key = ?", {delivery_key}));
}

std::optional<DeliveryRow> FindDeliveryByTransaction(const Reader& reader, std::string_view uid) {
  if (uid.empty()) return std::nullopt;
  return First(Deliveries(reader, "WHERE transaction_uid = ? AND transaction_uid <> ''", {uid}));
}

std::vector<DeliveryRow> DueDeliveries(const Reader& reader, int64_t now) {
  return Deliveries(reader,
                    "WHERE state IN ('QUEUED','SENDING','STORED') AND next_at <= ? "
                    "ORDER BY next_at LIMIT 32",
                    {now});
}

std::vector<DeliveryRow> DeliveriesInState(const Reader& reader, std::string_view state) {
  return Deliveries(reader, "WHERE state = ? ORDER BY number", {state});
}

std::map<std::string, int64_t> CountOpenDeliveries(const Reader& reader) {
  std::map<std::string, int64_t> counts;
  auto rows = reader.Query(
      "SELECT state, count(*) FROM delivery WHERE state IN ('QUEUED','SENDING','STORED','HELD') "
      "GROUP BY state");
  while (rows.Next()) counts[rows.Text(0)] = rows.Int64(1);
  return counts;
}

std::vector<DeliveryRow> ChangedDeliveries(const Reader& reader, int64_t after, size_t limit) {
  return Deliveries(reader, "WHERE seq > ? ORDER BY seq LIMIT ?", {after, limit});
}

int64_t InsertDelivery(Transaction& transaction, const DeliveryRow& delivery) {
  return transaction.Insert(
      "INSERT INTO delivery(delivery_key, result, project, study_uid, destination, state, reason, "
      "next_at, updated, seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {delivery.delivery_key, delivery.result, delivery.project, delivery.study_uid,
       delivery.destination, delivery.state, delivery.reason, delivery.next_at, transaction.now(),
       NextChange(transaction)});
}

void UpdateDelivery(Transaction& transaction, const DeliveryRow& delivery) {
  transaction.Execute(
      "UPDATE delivery SET state = ?, reason = ?, attempts = ?, next_at = ?, accept_current = ?, "
      "transaction_uid = ?, requests = ?, updated = ?, seq = ? WHERE number = ?",
      {delivery.state, delivery.reason, delivery.attempts, delivery.next_at,
       delivery.accept_current ? 1 : 0, delivery.transaction_uid, delivery.requests,
       transaction.now(), NextChange(transaction), delivery.number});
}

std::optional<ReturnedRow> FindReturned(const Reader& reader, std::string_view sop_instance_uid) {
  auto rows = reader.Query(
      "SELECT sop_instance_uid, sop_class_uid, delivery, state FROM returned "
      "WHERE sop_instance_uid = ?",
      {sop_instance_uid});
  if (!rows.Next()) return std::nullopt;
  return ReturnedRow{rows.Text(0), rows.Text(1), rows.Int64(2), rows.Text(3)};
}

std::vector<ReturnedRow> ReturnedBy(const Reader& reader, int64_t delivery) {
  std::vector<ReturnedRow> result;
  auto rows = reader.Query(
      "SELECT sop_instance_uid, sop_class_uid, delivery, state FROM returned WHERE delivery = ?",
      {delivery});
  while (rows.Next()) {
    result.push_back({rows.Text(0), rows.Text(1), rows.Int64(2), rows.Text(3)});
  }
  return result;
}

void PutReturned(Transaction& transaction, const ReturnedRow& row) {
  transaction.Execute(
      "INSERT INTO returned(sop_instance_uid, sop_class_uid, delivery, state) VALUES (?, ?, ?, ?) "
      "ON CONFLICT(sop_instance_uid) DO UPDATE SET state = excluded.state",
      {row.sop_instance_uid, row.sop_class_uid, row.delivery, row.state});
}

bool CountEcho(Transaction& transaction, std::string_view sop_instance_uid) {
  transaction.Execute("UPDATE returned SET echoes = echoes + 1 WHERE sop_instance_uid = ?",
                      {sop_instance_uid});
  auto rows = transaction.Query("SELECT echoes FROM returned WHERE sop_instance_uid = ?",
                                {sop_instance_uid});
  return rows.Next() && rows.Int64(0) == 1;
}

}  // namespace glossator::store
