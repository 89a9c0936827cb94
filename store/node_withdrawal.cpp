// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/node_withdrawal.h"

namespace glossator::store {
namespace {

constexpr int kReplacedMax = 10'000;  // how often a workitem may have been replaced

std::optional<Withdrawal> OneWithdrawal(Rows row) {
  if (!row.Next()) return std::nullopt;
  return Withdrawal{row.Text(0), row.Int64(1), row.Text(2), row.Text(3), row.Text(4), row.Text(5)};
}

std::string Withdrawals(const char* where) {
  return std::string("SELECT uid, result, code, reason, reader, created FROM withdrawal ") + where;
}

std::optional<Amendment> AmendmentAt(const Reader& reader, const std::string& workitem_uid) {
  Rows row = reader.Query(
      "SELECT workitem, result, reason, reader, created FROM amendment WHERE workitem = ?",
      {workitem_uid});
  if (!row.Next()) return std::nullopt;
  return Amendment{row.Text(0), row.Int64(1), row.Text(2), row.Text(3), row.Text(4)};
}

std::optional<Adjudication> AdjudicationAt(const Reader& reader, const std::string& workitem_uid) {
  Rows row =
      reader.Query("SELECT workitem, reason, reader, created FROM adjudication WHERE workitem = ?",
                   {workitem_uid});
  if (!row.Next()) return std::nullopt;
  return Adjudication{row.Text(0), row.Text(1), row.Text(2), row.Text(3)};
}

std::string ReplacedBy(const Reader& reader, const std::string& workitem_uid) {
  Rows row = reader.Query("SELECT replaces FROM workitem WHERE uid = ?", {workitem_uid});
  return row.Next() ? row.Text(0) : "";
}

}  // namespace

std::optional<Withdrawal> FindWithdrawal(const Reader& reader, std::string_view uid) {
  return OneWithdrawal(reader.Query(Withdrawals("WHERE uid = ?"), {uid}));
}

std::optional<Withdrawal> FindWithdrawalOf(const Reader& reader, int64_t result) {
  return OneWithdrawal(reader.Query(Withdrawals("WHERE result = ?"), {result}));
}

void InsertWithdrawal(Transaction& transaction, const Withdrawal& withdrawal) {
  transaction.Execute(
      "INSERT INTO withdrawal (uid, result, code, reason, reader, created) VALUES (?,?,?,?,?,?)",
      {withdrawal.uid, withdrawal.result, withdrawal.code, withdrawal.reason, withdrawal.reader,
       transaction.now()});
}

std::optional<Amendment> FindAmendmentOf(const Reader& reader, const std::string& workitem_uid) {
  std::string uid = workitem_uid;
  for (int i = 0; i < kReplacedMax && !uid.empty(); ++i) {
    if (auto found = AmendmentAt(reader, uid)) return found;
    uid = ReplacedBy(reader, uid);
  }
  return std::nullopt;
}

void InsertAmendment(Transaction& transaction, const Amendment& amendment) {
  transaction.Execute(
      "INSERT INTO amendment (workitem, result, reason, reader, created) VALUES (?,?,?,?,?)",
      {amendment.workitem, amendment.result, amendment.reason, amendment.reader,
       transaction.now()});
}

std::optional<Adjudication> FindAdjudicationOf(const Reader& reader,
                                               const std::string& workitem_uid) {
  std::string uid = workitem_uid;
  for (int i = 0; i < kReplacedMax && !uid.empty(); ++i) {
    if (auto found = AdjudicationAt(reader, uid)) return found;
    if (AmendmentAt(reader, uid)) return std::nullopt;
    uid = ReplacedBy(reader, uid);
  }
  return std::nullopt;
}

void InsertAdjudication(Transaction& transaction, const Adjudication& adjudication) {
  transaction.Execute(
      "INSERT INTO adjudication (workitem, reason, reader, created) VALUES (?,?,?,?)",
      {adjudication.workitem, adjudication.reason, adjudication.reader, transaction.now()});
}

std::vector<MadeObject> ResultObjects(const Reader& reader, int64_t result) {
  std::vector<MadeObject> objects;
  Rows row = reader.Query(
      "SELECT kind, sop_class_uid, sop_instance_uid, series_instance_uid, size, sha256"
      " FROM result_object WHERE result = ? ORDER BY ordinal",
      {result});
  while (row.Next()) {
    objects.push_back(
        {row.Text(0), row.Text(1), row.Text(2), row.Text(3), row.Int64(4), row.Text(5)});
  }
  return objects;
}

void InsertResultObject(Transaction& transaction, int64_t result, int64_t ordinal,
                        const MadeObject& object) {
  transaction.Execute(
      "INSERT INTO result_object (result, ordinal, kind, sop_class_uid, sop_instance_uid,"
      " series_instance_uid, size, sha256) VALUES (?,?,?,?,?,?,?,?)",
      {result, ordinal, object.kind, object.sop_class_uid, object.sop_instance_uid,
       object.series_instance_uid, object.size, object.sha256});
}

std::vector<MadeObject> HelpersOf(const Reader& reader, int64_t delivery) {
  std::vector<MadeObject> helpers;
  Rows row = reader.Query(
      "SELECT kind, sop_class_uid, sop_instance_uid, series_instance_uid FROM delivery_helper"
      " WHERE delivery = ? ORDER BY ordinal",
      {delivery});
  while (row.Next()) {
    helpers.push_back({row.Text(0), row.Text(1), row.Text(2), row.Text(3), 0, ""});
  }
  return helpers;
}

void InsertHelpers(Transaction& transaction, int64_t delivery,
                   const std::vector<MadeObject>& helpers) {
  int64_t ordinal = 0;
  for (const MadeObject& helper : helpers) {
    transaction.Execute(
        "INSERT INTO delivery_helper (delivery, ordinal, kind, sop_class_uid, sop_instance_uid,"
        " series_instance_uid) VALUES (?,?,?,?,?,?)",
        {delivery, ++ordinal, helper.kind, helper.sop_class_uid, helper.sop_instance_uid,
         helper.series_instance_uid});
  }
}

}  // namespace glossator::store
