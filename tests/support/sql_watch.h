// SPDX-License-Identifier: GPL-3.0-or-later
// Every statement that the tests of one program run on SQLite, by whoever: none may read a table
// from its beginning that grows as long as the program is used.
#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include "store/sql.h"
#include "tests/support/fixed_ports.h"
#include "tests/support/temporary_directory.h"

namespace glossator::support {

class SqlWatch {
 public:
  // All connections that are opened after it.
  static void Watch() { sqlite3_auto_extension(reinterpret_cast<void (*)()>(&Opened)); }
  static std::set<std::string> Seen() {
    const std::lock_guard lock(mutex_);
    return seen_;
  }
  static void Clear() {
    const std::lock_guard lock(mutex_);
    steps_.clear();
  }
  // What ran since Clear, with the most steps that one run of it took in SQLite's machine: some for
  // each row that it looked at.
  static std::map<std::string, int> Steps() {
    const std::lock_guard lock(mutex_);
    return steps_;
  }

 private:
  static int Opened(sqlite3* database, char**, const void*) {
    return sqlite3_trace_v2(database, SQLITE_TRACE_PROFILE, &Ran, nullptr);
  }
  static int Ran(unsigned, void*, void* about, void*) {
    auto* statement = static_cast<sqlite3_stmt*>(about);
    const int steps = sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 1);
    const std::lock_guard lock(mutex_);
    const std::string sql = sqlite3_sql(statement);
    seen_.insert(sql);
    int& most = steps_[sql];
    most = std::max(most, steps);
    return 0;
  }

  static inline std::mutex mutex_;
  static inline std::set<std::string> seen_;
  static inline std::map<std::string, int> steps_;
};

// Statements that may read a whole table, by words in them, and why they may.
struct MayScan {
  std::string_view words;
  std::string_view why;
};

struct ScanRules {
  std::span<const store::Migration> migrations;
  std::set<std::string> small;  // tables that do not grow, and what a statement calls its own
  std::set<std::string> open;   // indexes that hold open work only
  std::vector<MayScan> may;
};

// The plans of what was seen, after the last test of the program.
class NoScans final : public testing::Environment {
 public:
  explicit NoScans(ScanRules rules) : rules_(std::move(rules)) {}

  void SetUp() override { SqlWatch::Watch(); }
  void TearDown() override {
    const auto seen = SqlWatch::Seen();
    const TemporaryDirectory directory;
    const auto path = directory.path() / "empty.db";
    { const store::Database made(path, FixedClock(), rules_.migrations); }
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
    for (const auto& sql : seen) {
      if (IsOurs(sql)) Judge(database, sql);
    }
    sqlite3_close(database);
  }

 private:
  // Neither one that a migration consists of nor one that makes or sets something. A test's own
  // begin with a comment.
  bool IsOurs(const std::string& sql) const {
    static const std::set<std::string> kVerbs = {"SELECT", "WITH", "INSERT", "UPDATE", "DELETE"};
    if (!kVerbs.contains(sql.substr(0, sql.find(' ')))) return false;
    const auto holds = [&](const auto& one) { return one.sql.find(sql) != std::string_view::npos; };
    const auto may = [&](const auto& one) { return sql.find(one.words) != std::string::npos; };
    return std::ranges::none_of(rules_.migrations, holds) && std::ranges::none_of(rules_.may, may);
  }

  void Judge(sqlite3* database, const std::string& sql) const {
    sqlite3_stmt* plan = nullptr;
    const std::string explain = "EXPLAIN QUERY PLAN " + sql;
    ASSERT_EQ(sqlite3_prepare_v2(database, explain.c_str(), -1, &plan, nullptr), SQLITE_OK)
        << sqlite3_errmsg(database) << ": " << sql;
    while (sqlite3_step(plan) == SQLITE_ROW) {
      const std::string step = reinterpret_cast<const char*>(sqlite3_column_text(plan, 3));
      EXPECT_FALSE(ReadsAll(step)) << step << "\n  " << sql;
    }
    sqlite3_finalize(plan);
  }

  // "SCAN table", "SCAN table USING COVERING INDEX index", "SEARCH table USING AUTOMATIC ..."
  bool ReadsAll(const std::string& step) const {
    if (step.find(" USING AUTOMATIC ") != std::string::npos) return true;
    std::istringstream words(step);
    std::string verb, table, word, last;
    words >> verb >> table;
    if (verb != "SCAN" || step.starts_with("SCAN CONSTANT ROW")) return false;
    while (words >> word) last = word;
    return !rules_.small.contains(table) && !rules_.open.contains(last);
  }

  ScanRules rules_;
};

}  // namespace glossator::support
