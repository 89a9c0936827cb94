// SPDX-License-Identifier: GPL-3.0-or-later
// The only user of sqlite3. One writing session per process, owned by one thread; a pool of
// reading sessions. A second implementation of this header (PostgreSQL) is all that another
// database needs (docs/adr/0020).
//
// Errors: UNIQUE and PRIMARY KEY violations throw Error{kConflict}, a full or failing disk
// kUnavailable, anything else kInternal. Texts name tables and columns, never values.
#pragma once

#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "model/ports.h"

namespace glossator::store {

class Session;  // one sqlite3 connection, in sql_session.h

// Migrations are applied in order of number, each in its own transaction, and recorded with the
// digest of their text. A database that holds an unknown or a changed one refuses to open.
struct Migration {
  int number;
  std::string_view name;
  std::string_view sql;
};

// What goes into a `?`. Text and blobs are borrowed until the call returns.
struct Blob {
  std::string_view bytes;
};
class Parameter {
 public:
  Parameter(std::nullptr_t) {}
  Parameter(std::nullopt_t) {}
  template <class Integer>
  requires std::is_integral_v<Integer> Parameter(Integer value)
      : value_(static_cast<int64_t>(value)) {}
  Parameter(double value) : value_(value) {}
  Parameter(std::string_view text) : value_(text) {}
  Parameter(const std::string& text) : value_(std::string_view(text)) {}
  Parameter(const char* text) : value_(std::string_view(text)) {}
  Parameter(Blob blob) : value_(blob) {}
  Parameter(Time time);  // ISO 8601 text
  template <class T>
  Parameter(const std::optional<T>& value) {
    if (value) *this = Parameter(*value);
  }

  using Holder = std::variant<std::monostate, int64_t, double, std::string_view, Blob, std::string>;
  const Holder& value() const { return value_; }

 private:
  Holder value_;
};

// The rows of one query, read forward. Columns count from 0. A getter of the wrong type throws
// kInternal: SQLite's silent conversions are never used. Lives no longer than its Reader.
class Rows {
 public:
  Rows(Rows&&) noexcept;
  ~Rows();

  bool Next();  // false: no (more) row
  bool IsNull(int column) const;
  int64_t Int64(int column) const;
  double Double(int column) const;
  std::string Text(int column) const;
  std::string Blob(int column) const;
  std::optional<int64_t> OptionalInt64(int column) const;
  std::optional<std::string> OptionalText(int column) const;

 private:
  friend class Reader;
  struct State;
  explicit Rows(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

class Reader;
// Opens an existing database for reading only, whatever its migrations are.
void ReadOnly(const std::filesystem::path& path, const std::function<void(const Reader&)>& work);

// A consistent view. Not thread-safe; lives only inside Read() or Write().
class Reader {
 public:
  // sql has one `?` for each parameter.
  Rows Query(std::string_view sql, std::initializer_list<Parameter> parameters = {}) const;
  Rows Query(std::string_view sql, const std::vector<Parameter>& parameters) const;
  // When the transaction began; the same for everything in it.
  Time now() const { return now_; }

 protected:
  friend class Database;
  friend void ReadOnly(const std::filesystem::path&, const std::function<void(const Reader&)>&);
  Reader(Session& session, Time now) : session_(&session), now_(now) {}
  Session* session_;
  Time now_;
};

class Transaction : public Reader {
 public:
  // Returns the number of changed rows.
  int64_t Execute(std::string_view sql, std::initializer_list<Parameter> parameters = {});
  // INSERT into a table with an INTEGER PRIMARY KEY; returns the new key.
  int64_t Insert(std::string_view sql, std::initializer_list<Parameter> parameters);

 private:
  friend class Database;
  using Reader::Reader;
};

class Database {
 public:
  // Opens or makes the file (mode 0600, its directory must exist): WAL, synchronous FULL, foreign
  // keys on.
  Database(const std::filesystem::path& path, const Clock& clock,
           std::span<const Migration> migrations);
  // Waits for what was given to WriteLater.
  ~Database();

  // Runs `work` on the writer thread and returns when its effects are durable, or rethrows what
  // it threw after undoing its (and only its) effects. Calls of several threads share one COMMIT.
  // Must not be called from inside a `work`.
  void Write(const std::function<void(Transaction&)>& work);
  // The same without waiting; done(nullptr) means durable. `done` runs on the writer thread, must
  // not throw and must not call Write or Read.
  void WriteLater(std::function<void(Transaction&)> work,
                  std::function<void(std::exception_ptr)> done);
  void Read(const std::function<void(const Reader&)>& work) const;

  const std::filesystem::path& path() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace glossator::store
