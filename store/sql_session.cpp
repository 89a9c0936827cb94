// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/sql_session.h"

#include <fcntl.h>
#include <unistd.h>

#include <cassert>

#include "dicom/error.h"

namespace glossator::store {
namespace {

constexpr int kBusyMilliseconds = 10'000;

ErrorKind KindOf(int extended) {
  switch (extended) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
      return ErrorKind::kConflict;
    default:
      break;
  }
  switch (extended & 0xFF) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_BUSY:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
      return ErrorKind::kUnavailable;
    default:
      return ErrorKind::kInternal;
  }
}

// Only for its owner, from the first moment on.
void MakeFile(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file >= 0) ::close(file);
}

}  // namespace

Session::Session(const std::filesystem::path& path, Mode mode) {
  if (mode == Mode::kWriter) MakeFile(path);
  const int rc =
      sqlite3_open_v2(path.c_str(), &handle_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  if (rc != SQLITE_OK) {
    sqlite3_close(handle_);
    throw Error(ErrorKind::kUnavailable, "cannot open database " + path.string());
  }
  sqlite3_extended_result_codes(handle_, 1);
  sqlite3_busy_timeout(handle_, kBusyMilliseconds);
  try {
    if (mode == Mode::kWriter) {
      Run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
    } else {
      Run("PRAGMA query_only=ON");
    }
    Run("PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF");
  } catch (const Error&) {
    sqlite3_close_v2(handle_);
    throw;
  }
}

Session::~Session() {
  for (auto& [sql, statements] : idle_) {
    for (sqlite3_stmt* statement : statements) sqlite3_finalize(statement);
  }
  const int rc = sqlite3_close(handle_);
  assert(rc == SQLITE_OK && "a statement outlives its session");
  (void)rc;
}

void Session::Fail(const std::string& doing) {
  throw Error(KindOf(sqlite3_extended_errcode(handle_)),
              "database: " + doing + ": " + sqlite3_errmsg(handle_));
}

void Session::Run(const std::string& sql) {
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) Fail("execute");
}

void Session::RunAgain(std::string_view sql) {
  sqlite3_stmt* statement = Take(sql, nullptr, 0);
  const int rc = sqlite3_step(statement);
  GiveBack(sql, statement);
  if (rc != SQLITE_DONE) Fail("execute");
}

sqlite3_stmt* Session::Take(std::string_view sql, const Parameter* parameters, size_t count) {
  sqlite3_stmt* statement = nullptr;
  auto found = idle_.find(sql);
  if (found != idle_.end() && !found->second.empty()) {
    statement = found->second.back();
    found->second.pop_back();
  } else if (sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK) {
    Fail("prepare");
  }
  Bind(statement, parameters, count);
  return statement;
}

void Session::GiveBack(std::string_view sql, sqlite3_stmt* statement) {
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  auto found = idle_.find(sql);
  if (found == idle_.end()) found = idle_.emplace(std::string(sql), 0).first;
  found->second.push_back(statement);
}

void Session::Bind(sqlite3_stmt* statement, const Parameter* parameters, size_t count) {
  if (sqlite3_bind_parameter_count(statement) != static_cast<int>(count)) {
    throw Error(ErrorKind::kInternal, "database: wrong number of parameters");
  }
  struct Binder {
    sqlite3_stmt* statement;
    int index;
    int Text(std::string_view text) const {
      return sqlite3_bind_text64(statement, index, text.data() ? text.data() : "", text.size(),
                                 SQLITE_TRANSIENT, SQLITE_UTF8);
    }
    int operator()(std::monostate) const { return sqlite3_bind_null(statement, index); }
    int operator()(int64_t value) const { return sqlite3_bind_int64(statement, index, value); }
    int operator()(double value) const { return sqlite3_bind_double(statement, index, value); }
    int operator()(std::string_view text) const { return Text(text); }
    int operator()(const std::string& text) const { return Text(text); }
    int operator()(Blob blob) const {
      return sqlite3_bind_blob64(statement, index, blob.bytes.data() ? blob.bytes.data() : "",
                                 blob.bytes.size(), SQLITE_TRANSIENT);
    }
  };
  for (size_t i = 0; i < count; ++i) {
    const Binder binder{statement, static_cast<int>(i) + 1};
    if (std::visit(binder, parameters[i].value()) != SQLITE_OK) Fail("bind");
  }
}

bool Session::Step(sqlite3_stmt* statement) {
  const int rc = sqlite3_step(statement);
  if (rc == SQLITE_ROW) return true;
  if (rc != SQLITE_DONE) Fail("step");
  return false;
}

}  // namespace glossator::store
