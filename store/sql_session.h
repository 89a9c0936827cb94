// SPDX-License-Identifier: GPL-3.0-or-later
// Private to store/sql*.cpp: one sqlite3 connection and its prepared statements.
#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "store/sql.h"

namespace glossator::store {

enum class Mode { kWriter, kReader };

class Session {
 public:
  Session(const std::filesystem::path& path, Mode mode);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Runs any number of statements that return nothing.
  void Run(const std::string& sql);
  // One statement that returns nothing and comes often: prepared once.
  void RunAgain(std::string_view sql);
  // A prepared, bound statement that nobody else uses until GiveBack.
  sqlite3_stmt* Take(std::string_view sql, const Parameter* parameters, size_t count);
  void GiveBack(std::string_view sql, sqlite3_stmt* statement);

  // True: a row is there.
  bool Step(sqlite3_stmt* statement);
  sqlite3* handle() { return handle_; }

 private:
  void Bind(sqlite3_stmt* statement, const Parameter* parameters, size_t count);
  [[noreturn]] void Fail(const std::string& doing);

  sqlite3* handle_ = nullptr;
  std::map<std::string, std::vector<sqlite3_stmt*>, std::less<>> idle_;
};

}  // namespace glossator::store
