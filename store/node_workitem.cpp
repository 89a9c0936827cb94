// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/node_workitem.h"

namespace glossator::store {
namespace {

constexpr const char* kSelect =
    "SELECT uid, case_id, w.revision, stage, seat, w.state, transaction_uid, performer,"
    " scheduled_performer, excluded_performer, submission, replaces, reason, progress, w.created,"
    " w.updated, started, ended FROM workitem w ";

Workitem WorkitemFrom(const Rows& row) {
  return {.uid = row.Text(0),
          .case_id = row.Int64(1),
          .revision = row.Int64(2),
          .stage = StageFrom(row.Text(3)),
          .seat = row.Int64(4),
          .state = WorkitemStateFrom(row.Text(5)),
          .transaction_uid = row.Text(6),
          .performer = row.Text(7),
          .scheduled_performer = row.Text(8),
          .excluded_performer = row.Text(9),
          .submission = row.OptionalInt64(10),
          .replaces = row.Text(11),
          .reason = row.Text(12),
          .progress = row.Text(13),
          .created = row.Text(14),
          .updated = row.Text(15),
          .started = row.Text(16),
          .ended = row.Text(17)};
}

std::vector<Workitem> All(Rows rows) {
  std::vector<Workitem> workitems;
  while (rows.Next()) workitems.push_back(WorkitemFrom(rows));
  return workitems;
}

}  // namespace

std::optional<Workitem> FindWorkitem(const Reader& reader, std::string_view uid) {
  Rows rows = reader.Query(std::string(kSelect) + "WHERE uid = ?", {uid});
  return rows.Next() ? std::optional(WorkitemFrom(rows)) : std::nullopt;
}

std::vector<Workitem> WorkitemsOf(const Reader& reader, int64_t case_id) {
  return All(reader.Query(std::string(kSelect) + "WHERE case_id = ? ORDER BY w.rowid", {case_id}));
}

std::vector<Workitem> ListWorkitems(const Reader& reader, std::string_view project,
                                    std::string_view state) {
  // Only what is asked for stands in the text: SQLite takes an index for it.
  std::string sql = std::string(kSelect) + "JOIN study_case c ON c.id = w.case_id WHERE true";
  std::vector<Parameter> parameters;
  const auto match = [&](const char* condition, std::string_view value) {
    if (value.empty()) return;
    sql += condition;
    parameters.emplace_back(value);
  };
  match(" AND c.project = ?", project);
  match(" AND w.state = ?", state);
  return All(reader.Query(sql + " ORDER BY w.rowid", parameters));
}

std::map<std::string, int64_t> CountWorkitems(const Reader& reader) {
  std::map<std::string, int64_t> counts;
  Rows rows = reader.Query("SELECT state, count(*) FROM workitem GROUP BY state");
  while (rows.Next()) counts[rows.Text(0)] = rows.Int64(1);
  return counts;
}

void InsertWorkitem(Transaction& transaction, const Workitem& workitem) {
  transaction.Execute(
      "INSERT INTO workitem (uid, case_id, revision, stage, seat, state, transaction_uid,"
      " performer, scheduled_performer, excluded_performer, submission, replaces, reason, progress,"
      " created, updated, started, ended) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
      {workitem.uid, workitem.case_id, workitem.revision, NameOf(workitem.stage), workitem.seat,
       NameOf(workitem.state), workitem.transaction_uid, workitem.performer,
       workitem.scheduled_performer, workitem.excluded_performer, workitem.submission,
       workitem.replaces, workitem.reason, workitem.progress, transaction.now(), transaction.now(),
       workitem.started, workitem.ended});
}

bool UpdateWorkitem(Transaction& transaction, const Workitem& workitem, WorkitemState before) {
  return transaction.Execute(
             "UPDATE workitem SET state = ?, transaction_uid = ?, performer = ?, submission = ?,"
             " reason = ?, progress = ?, updated = ?, started = ?, ended = ?"
             " WHERE uid = ? AND state = ?",
             {NameOf(workitem.state), workitem.transaction_uid, workitem.performer,
              workitem.submission, workitem.reason, workitem.progress, transaction.now(),
              workitem.started, workitem.ended, workitem.uid, NameOf(before)}) == 1;
}

}  // namespace glossator::store
