// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/gate_object.h"

namespace glossator::store {
namespace {

constexpr std::string_view kInstanceColumns =
    "SELECT number, study, identity_index, sop_instance_uid, series_instance_uid, sop_class_uid, "
    "transfer_syntax_uid, digest, identity_digest, seal, size, head_size, identity, segment, "
    "offset, state, batch, facts FROM instance ";
constexpr std::string_view kQuarantineColumns =
    "SELECT number, place, project, study, identity_index, digest, identity_digest, reason, path, "
    "sop_class_uid, transfer_syntax_uid, size, key, state, since, pixel_tries, series, "
    "text_decided, "
    "face_tries, face_cut FROM quarantine ";

std::string Select(std::string_view columns, std::string_view where) {
  return std::string(columns).append(where);
}

InstanceRow ToInstance(const Rows& rows) {
  return {rows.Int64(0),
          rows.Int64(1),
          rows.Text(2),
          rows.Text(3),
          rows.Text(4),
          rows.Text(5),
          rows.Text(6),
          rows.Text(7),
          rows.Text(8),
          rows.Text(9),
          rows.Int64(10),
          rows.Int64(11),
          rows.Blob(12),
          static_cast<uint64_t>(rows.Int64(13)),
          static_cast<uint64_t>(rows.Int64(14)),
          rows.Text(15),
          rows.OptionalInt64(16),
          rows.Text(17)};
}

std::vector<InstanceRow> Instances(Rows rows) {
  std::vector<InstanceRow> instances;
  while (rows.Next()) instances.push_back(ToInstance(rows));
  return instances;
}

QuarantineRow ToQuarantine(const Rows& rows) {
  return {rows.Int64(0), rows.Text(1),        rows.Text(2),   rows.OptionalInt64(3),
          rows.Text(4),  rows.Text(5),        rows.Text(6),   rows.Text(7),
          rows.Text(8),  rows.Text(9),        rows.Text(10),  rows.Int64(11),
          rows.Blob(12), rows.Text(13),       rows.Text(14),  rows.Int64(15),
          rows.Text(16), rows.Int64(17) != 0, rows.Int64(18), rows.Int64(19) != 0};
}

}  // namespace

std::optional<InstanceRow> FindInstance(const Reader& reader, std::string_view identity_index) {
  auto rows = reader.Query(Select(kInstanceColumns, "WHERE identity_index = ?"), {identity_index});
  if (!rows.Next()) return std::nullopt;
  return ToInstance(rows);
}

std::vector<IndexRow> InstanceIndexes(const Reader& reader, int64_t after, size_t limit) {
  auto rows = reader.Query(
      "SELECT number, identity_index FROM instance WHERE number > ? ORDER BY number LIMIT ?",
      {after, static_cast<int64_t>(limit)});
  std::vector<IndexRow> found;
  while (rows.Next()) found.push_back({rows.Int64(0), rows.Text(1)});
  return found;
}

std::vector<InstanceRow> InstancesOf(const Reader& reader, int64_t study) {
  return Instances(
      reader.Query(Select(kInstanceColumns, "WHERE study = ? ORDER BY number"), {study}));
}

std::vector<InstanceRow> InstancesOf(const Reader& reader, int64_t study, std::string_view state) {
  return Instances(reader.Query(
      Select(kInstanceColumns, "WHERE study = ? AND state = ? ORDER BY number"), {study, state}));
}

std::vector<InstanceRow> InstancesOfBatch(const Reader& reader, int64_t batch) {
  return Instances(
      reader.Query(Select(kInstanceColumns, "WHERE batch = ? ORDER BY number"), {batch}));
}

void InsertInstance(Transaction& transaction, const InstanceRow& instance) {
  transaction.Execute(
      "INSERT INTO instance(study, identity_index, sop_instance_uid, series_instance_uid, "
      "sop_class_uid, transfer_syntax_uid, digest, identity_digest, seal, size, head_size, "
      "identity, segment, offset, facts, state) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'HELD')",
      {instance.study, instance.identity_index, instance.sop_instance_uid,
       instance.series_instance_uid, instance.sop_class_uid, instance.transfer_syntax_uid,
       instance.digest, instance.identity_digest, instance.seal, instance.size, instance.head_size,
       Blob{instance.identity}, instance.segment, instance.offset, instance.facts});
}

void MoveInstance(Transaction& transaction, const InstanceRow& instance) {
  transaction.Execute(
      "UPDATE instance SET segment = ?, offset = ?, seal = ?, size = ?, head_size = ? "
      "WHERE number = ? AND state = 'HELD'",
      {instance.segment, instance.offset, instance.seal, instance.size, instance.head_size,
       instance.number});
}

int64_t InsertBatch(Transaction& transaction, int64_t study, int64_t revision) {
  const int64_t number = transaction.Insert(
      "INSERT INTO batch(study, revision, state) VALUES (?, ?, 'RELEASED')", {study, revision});
  transaction.Execute(
      "UPDATE instance SET state = 'BATCHED', batch = ? WHERE study = ? AND state = 'HELD'",
      {number, study});
  return number;
}

std::vector<BatchRow> OpenBatches(const Reader& reader, size_t limit) {
  std::vector<BatchRow> batches;
  auto rows = reader.Query(
      "SELECT number, study, revision FROM batch WHERE state = 'RELEASED' ORDER BY number LIMIT ?",
      {limit});
  while (rows.Next()) batches.push_back({rows.Int64(0), rows.Int64(1), rows.Int64(2)});
  return batches;
}

std::optional<BatchRow> FindBatch(const Reader& reader, int64_t number) {
  auto rows = reader.Query("SELECT number, study, revision FROM batch WHERE number = ?", {number});
  if (!rows.Next()) return std::nullopt;
  return BatchRow{rows.Int64(0), rows.Int64(1), rows.Int64(2)};
}

void SetBatchImported(Transaction& transaction, int64_t number) {
  transaction.Execute("UPDATE batch SET state = 'IMPORTED' WHERE number = ?", {number});
  transaction.Execute("UPDATE instance SET state = 'IMPORTED' WHERE batch = ?", {number});
}

std::optional<int64_t> InsertQuarantine(Transaction& transaction, const QuarantineRow& row) {
  auto rows = transaction.Query("SELECT number FROM quarantine WHERE place = ?", {row.place});
  if (rows.Next()) return std::nullopt;
  return transaction.Insert(
      "INSERT INTO quarantine(place, project, study, identity_index, digest, identity_digest, "
      "reason, path, sop_class_uid, transfer_syntax_uid, size, key, state, since, pixel_tries, "
      "series, face_tries) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'OPEN', ?, ?, ?, ?)",
      {row.place, row.project, row.study, row.identity_index, row.digest, row.identity_digest,
       row.reason, row.path, row.sop_class_uid, row.transfer_syntax_uid, row.size, Blob{row.key},
       transaction.now(), row.pixel_tries, row.series, row.face_tries});
}

std::optional<QuarantineRow> FindQuarantine(const Reader& reader, int64_t number) {
  auto rows = reader.Query(Select(kQuarantineColumns, "WHERE number = ?"), {number});
  if (!rows.Next()) return std::nullopt;
  return ToQuarantine(rows);
}

void SetInstanceIdentity(Transaction& transaction, int64_t number,
                         std::string_view identity_digest) {
  transaction.Execute("UPDATE instance SET identity_digest = ? WHERE number = ?",
                      {identity_digest, number});
}

bool IsQuarantined(const Reader& reader, std::string_view identity_index, std::string_view digest,
                   std::string_view identity_digest) {
  return reader
      .Query(
          "SELECT 1 FROM quarantine WHERE identity_index = ? AND digest = ? "
          "AND identity_digest = ?",
          {identity_index, digest, identity_digest})
      .Next();
}

std::vector<QuarantineRow> Quarantined(const Reader& reader, int64_t after, size_t limit) {
  std::vector<QuarantineRow> result;
  auto rows = reader.Query(Select(kQuarantineColumns, "WHERE number > ? ORDER BY number LIMIT ?"),
                           {after, limit});
  while (rows.Next()) result.push_back(ToQuarantine(rows));
  return result;
}

std::vector<QuarantineRow> OpenOfSeries(const Reader& reader, int64_t study,
                                        std::string_view series) {
  std::vector<QuarantineRow> result;
  auto rows =
      reader.Query(Select(kQuarantineColumns, "WHERE study = ? AND series = ? AND state = 'OPEN'"),
                   {study, series});
  while (rows.Next()) result.push_back(ToQuarantine(rows));
  return result;
}

void SetQuarantineState(Transaction& transaction, int64_t number, std::string_view state) {
  transaction.Execute("UPDATE quarantine SET state = ? WHERE number = ?", {state, number});
}

void SetQuarantineReason(Transaction& transaction, int64_t number, std::string_view reason,
                         std::string_view path) {
  transaction.Execute("UPDATE quarantine SET reason = ?, path = ? WHERE number = ?",
                      {reason, path, number});
}

void SetPixelTries(Transaction& transaction, int64_t number, int64_t tries) {
  transaction.Execute("UPDATE quarantine SET pixel_tries = ? WHERE number = ?", {tries, number});
}

std::vector<QuarantineRow> WaitingForPixels(const Reader& reader, size_t limit) {
  std::vector<QuarantineRow> result;
  auto rows =
      reader.Query(Select(kQuarantineColumns,
                          "WHERE pixel_tries > 0 AND state = 'OPEN' ORDER BY number LIMIT ?"),
                   {limit});
  while (rows.Next()) result.push_back(ToQuarantine(rows));
  return result;
}

bool HasWaitingForPixels(const Reader& reader, int64_t study) {
  return reader
      .Query("SELECT 1 FROM quarantine WHERE pixel_tries > 0 AND state = 'OPEN' AND study = ?",
             {study})
      .Next();
}

void TryPixelsAgain(Transaction& transaction, std::string_view project, int64_t tries) {
  transaction.Execute(
      "UPDATE quarantine SET pixel_tries = ? "
      "WHERE project = ? AND state = 'OPEN' AND reason = 'BURNED_IN_RISK'",
      {tries, project});
}

int64_t InsertPixelRule(Transaction& transaction, const PixelRuleRow& row) {
  return transaction.Insert("INSERT INTO pixel_rule(project, rule, since) VALUES (?, ?, ?)",
                            {row.project, Blob{row.rule}, transaction.now()});
}

std::vector<PixelRuleRow> PixelRules(const Reader& reader) {
  std::vector<PixelRuleRow> result;
  auto rows = reader.Query("SELECT number, project, rule, since FROM pixel_rule ORDER BY number");
  while (rows.Next()) {
    result.push_back({rows.Int64(0), rows.Text(1), rows.Blob(2), rows.Text(3)});
  }
  return result;
}

bool DeletePixelRule(Transaction& transaction, int64_t number) {
  if (!transaction.Query("SELECT 1 FROM pixel_rule WHERE number = ?", {number}).Next()) {
    return false;
  }
  transaction.Execute("DELETE FROM pixel_rule WHERE number = ?", {number});
  return true;
}

bool HasOpenQuarantine(const Reader& reader, int64_t study, std::string_view reason) {
  return reader
      .Query("SELECT 1 FROM quarantine WHERE study = ? AND reason = ? AND state = 'OPEN'",
             {study, reason})
      .Next();
}

}  // namespace glossator::store
