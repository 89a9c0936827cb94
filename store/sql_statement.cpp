// SPDX-License-Identifier: GPL-3.0-or-later
// Parameters, rows and what a transaction can do.
#include "dicom/error.h"
#include "store/sql_session.h"

namespace glossator::store {

Parameter::Parameter(Time time) : value_(ToIso8601(time)) {}

struct Rows::State {
  Session& session;
  std::string sql;
  sqlite3_stmt* statement;

  ~State() { session.GiveBack(sql, statement); }
  void Expect(int column, int type) const {
    if (column < sqlite3_data_count(statement) && sqlite3_column_type(statement, column) == type) {
      return;
    }
    throw Error(ErrorKind::kInternal,
                "database: column " + std::to_string(column) + " has another type");
  }
};

Rows::Rows(std::unique_ptr<State> state) : state_(std::move(state)) {}
Rows::Rows(Rows&&) noexcept = default;
Rows::~Rows() = default;

bool Rows::Next() { return state_->session.Step(state_->statement); }

bool Rows::IsNull(int column) const {
  return sqlite3_column_type(state_->statement, column) == SQLITE_NULL;
}

int64_t Rows::Int64(int column) const {
  state_->Expect(column, SQLITE_INTEGER);
  return sqlite3_column_int64(state_->statement, column);
}

double Rows::Double(int column) const {
  state_->Expect(column, SQLITE_FLOAT);
  return sqlite3_column_double(state_->statement, column);
}

std::string Rows::Text(int column) const {
  state_->Expect(column, SQLITE_TEXT);
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(state_->statement, column));
  return {text, static_cast<size_t>(sqlite3_column_bytes(state_->statement, column))};
}

std::string Rows::Blob(int column) const {
  state_->Expect(column, SQLITE_BLOB);
  const void* bytes = sqlite3_column_blob(state_->statement, column);
  const auto size = static_cast<size_t>(sqlite3_column_bytes(state_->statement, column));
  return size == 0 ? std::string() : std::string(static_cast<const char*>(bytes), size);
}

std::optional<int64_t> Rows::OptionalInt64(int column) const {
  return IsNull(column) ? std::nullopt : std::optional(Int64(column));
}

std::optional<std::string> Rows::OptionalText(int column) const {
  return IsNull(column) ? std::nullopt : std::optional(Text(column));
}

Rows Reader::Query(std::string_view sql, std::initializer_list<Parameter> parameters) const {
  sqlite3_stmt* statement = session_->Take(sql, parameters.begin(), parameters.size());
  return Rows(
      std::unique_ptr<Rows::State>(new Rows::State{*session_, std::string(sql), statement}));
}

Rows Reader::Query(std::string_view sql, const std::vector<Parameter>& parameters) const {
  sqlite3_stmt* statement = session_->Take(sql, parameters.data(), parameters.size());
  return Rows(
      std::unique_ptr<Rows::State>(new Rows::State{*session_, std::string(sql), statement}));
}

int64_t Transaction::Execute(std::string_view sql, std::initializer_list<Parameter> parameters) {
  Rows rows = Query(sql, parameters);
  while (rows.Next()) {
  }
  return sqlite3_changes64(session_->handle());
}

int64_t Transaction::Insert(std::string_view sql, std::initializer_list<Parameter> parameters) {
  Execute(sql, parameters);
  return sqlite3_last_insert_rowid(session_->handle());
}

}  // namespace glossator::store
