// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/node_result.h"

namespace glossator::store {
namespace {

constexpr const char* kSelectResult =
    "SELECT id, uid, case_id, submission, decision, created FROM result ";
constexpr const char* kSelectDelivery =
    "SELECT d.id, d.result, r.case_id,"
    " CASE WHEN d.withdrawal = '' THEN r.uid ELSE d.withdrawal END, c.project, d.destination,"
    " d.key, d.state, d.reason, d.attempts, d.spooled, d.created, d.updated, d.withdrawal"
    " FROM delivery d JOIN result r ON r.id = d.result JOIN study_case c ON c.id = r.case_id ";

std::optional<Result> OneResult(Rows row) {
  if (!row.Next()) return std::nullopt;
  return Result{row.Int64(0), row.Text(1), row.Int64(2), row.Int64(3), row.Int64(4), row.Text(5)};
}

std::vector<Delivery> All(Rows row) {
  std::vector<Delivery> deliveries;
  while (row.Next()) {
    deliveries.push_back({.id = row.Int64(0),
                          .result = row.Int64(1),
                          .case_id = row.Int64(2),
                          .result_uid = row.Text(3),
                          .project = row.Text(4),
                          .destination = row.Text(5),
                          .key = row.Text(6),
                          .state = row.Text(7),
                          .reason = row.Text(8),
                          .attempts = row.Int64(9),
                          .spooled = row.Int64(10) != 0,
                          .withdrawal = row.Text(13),
                          .created = row.Text(11),
                          .updated = row.Text(12)});
  }
  return deliveries;
}

std::optional<Delivery> One(Rows rows) {
  std::vector<Delivery> all = All(std::move(rows));
  return all.empty() ? std::nullopt : std::optional(std::move(all.front()));
}

std::string Deliveries(const char* where) { return std::string(kSelectDelivery) + where; }

}  // namespace

std::optional<Result> FindResult(const Reader& reader, int64_t id) {
  return OneResult(reader.Query(std::string(kSelectResult) + "WHERE id = ?", {id}));
}

std::optional<Result> FindResultOf(const Reader& reader, int64_t submission) {
  return OneResult(reader.Query(std::string(kSelectResult) + "WHERE submission = ?", {submission}));
}

std::vector<Result> ResultsOfCase(const Reader& reader, int64_t case_id) {
  std::vector<Result> results;
  Rows row = reader.Query(std::string(kSelectResult) + "WHERE case_id = ? ORDER BY id", {case_id});
  while (row.Next()) {
    results.push_back(
        {row.Int64(0), row.Text(1), row.Int64(2), row.Int64(3), row.Int64(4), row.Text(5)});
  }
  return results;
}

int64_t CountResults(const Reader& reader) {
  Rows rows = reader.Query("SELECT count(*) FROM result");
  rows.Next();
  return rows.Int64(0);
}

int64_t InsertResult(Transaction& transaction, const Result& result) {
  return transaction.Insert(
      "INSERT INTO result (uid, case_id, submission, decision, created) VALUES (?,?,?,?,?)",
      {result.uid, result.case_id, result.submission, result.decision, transaction.now()});
}

std::optional<Delivery> FindDeliveryById(const Reader& reader, int64_t id) {
  return One(reader.Query(Deliveries("WHERE d.id = ?"), {id}));
}

std::optional<Delivery> FindDeliveryOf(const Reader& reader, std::string_view result_uid,
                                       std::string_view destination) {
  const std::string key = std::string(result_uid).append("@").append(destination);
  return One(reader.Query(Deliveries("WHERE d.key = ?"), {key}));
}

std::vector<Delivery> ListDeliveries(const Reader& reader, int64_t after, size_t limit) {
  return All(reader.Query(Deliveries("WHERE d.id > ? ORDER BY d.id LIMIT ?"), {after, limit}));
}

std::vector<Delivery> DeliveriesOfCase(const Reader& reader, int64_t case_id) {
  return All(reader.Query(Deliveries("WHERE r.case_id = ? ORDER BY d.id"), {case_id}));
}

std::vector<Delivery> UnspooledDeliveries(const Reader& reader) {
  return All(reader.Query(Deliveries("WHERE d.spooled = 0 ORDER BY d.id LIMIT 100")));
}

std::map<std::string, int64_t> CountDeliveries(const Reader& reader) {
  std::map<std::string, int64_t> counts;
  Rows rows = reader.Query(
      // What was not sent, since its result was withdrawn or replaced before, is no failure.
      "SELECT CASE WHEN reason IN ('WITHDRAWN', 'NOTHING_SENT', 'SUPERSEDED') THEN 'WITHDRAWN'"
      " ELSE state END,"
      " count(*) FROM delivery GROUP BY 1");
  while (rows.Next()) counts[rows.Text(0)] = rows.Int64(1);
  return counts;
}

int64_t InsertDelivery(Transaction& transaction, const Delivery& delivery) {
  return transaction.Insert(
      "INSERT INTO delivery (result, destination, key, state, reason, attempts, spooled, created,"
      " updated, withdrawal) VALUES (?,?,?,?,?,?,?,?,?,?)",
      {delivery.result, delivery.destination, delivery.key, delivery.state, delivery.reason,
       delivery.attempts, delivery.spooled, transaction.now(), transaction.now(),
       delivery.withdrawal});
}

void UpdateDelivery(Transaction& transaction, const Delivery& delivery) {
  transaction.Execute(
      "UPDATE delivery SET state = ?, reason = ?, attempts = ?, spooled = ?, updated = ?"
      " WHERE id = ?",
      {delivery.state, delivery.reason, delivery.attempts, delivery.spooled, transaction.now(),
       delivery.id});
}

}  // namespace glossator::store
