// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/migrations.h"

#include <map>

#include "dicom/error.h"
#include "store/digest.h"
#include "store/sql_session.h"

namespace glossator::store {
namespace {

constexpr const char* kTable =
    "CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL,"
    " digest TEXT NOT NULL, applied TEXT NOT NULL) STRICT";

using Applied = std::map<int64_t, std::string>;  // number -> digest

Applied ReadApplied(const Reader& reader) {
  Applied applied;
  Rows rows = reader.Query("SELECT number, digest FROM migration");
  while (rows.Next()) applied[rows.Int64(0)] = rows.Text(1);
  return applied;
}

void Apply(Session& session, Transaction& transaction, const Migration& migration) {
  session.Run("BEGIN IMMEDIATE");
  try {
    session.Run(std::string(migration.sql));
    transaction.Execute(
        "INSERT INTO migration (number, name, digest, applied) VALUES (?,?,?,?)",
        {migration.number, migration.name, Sha256Hex(migration.sql), transaction.now()});
    session.Run("COMMIT");
  } catch (...) {
    sqlite3_exec(session.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
    throw;
  }
}

}  // namespace

void Migrate(Session& session, Transaction& transaction, std::span<const Migration> migrations) {
  session.Run(kTable);
  Applied applied = ReadApplied(transaction);
  for (const Migration& migration : migrations) {
    const auto found = applied.find(migration.number);
    if (found == applied.end()) {
      Apply(session, transaction, migration);
      continue;
    }
    if (found->second != Sha256Hex(migration.sql)) {
      throw Error(ErrorKind::kInternal,
                  "database migration " + std::to_string(migration.number) + " was changed");
    }
    applied.erase(found);
  }
  if (!applied.empty()) {
    throw Error(ErrorKind::kUnsupported, "the database was written by a newer version");
  }
}

}  // namespace glossator::store
