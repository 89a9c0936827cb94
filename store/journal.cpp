// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/journal.h"

#include "dicom/error.h"
#include "dicom/json.h"
#include "store/digest.h"

namespace glossator::store {

const Migration kJournalMigration{1, "journal", R"sql(
CREATE TABLE event (
  seq INTEGER PRIMARY KEY,
  time TEXT NOT NULL,
  type TEXT NOT NULL,
  actor TEXT NOT NULL,
  previous TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  record TEXT NOT NULL
) STRICT;
CREATE TABLE journal_head (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  seq INTEGER NOT NULL,
  hash TEXT NOT NULL
) STRICT;
INSERT INTO journal_head VALUES
  (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');
CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
  BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event
  BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
CREATE TRIGGER journal_head_stays BEFORE DELETE ON journal_head
  BEGIN SELECT RAISE(ABORT, 'the head of the journal stays'); END;
CREATE TRIGGER journal_head_moves_by_one BEFORE UPDATE ON journal_head WHEN NEW.seq <> OLD.seq + 1
  BEGIN SELECT RAISE(ABORT, 'the head of the journal moves by one'); END;
)sql"};

namespace {

constexpr int kDepthMax = 16;

// Canonical JSON stays simple because there is no fraction in it.
void RequireCanonical(const Json::Value& value, int depth) {
  const bool plain = value.isNull() || value.isBool() || value.isIntegral() || value.isString() ||
                     value.isArray() || value.isObject();
  if (!plain || depth > kDepthMax) {
    throw Error(ErrorKind::kInternal, "a journal event holds strings and integers only");
  }
  for (const Json::Value& child : value) RequireCanonical(child, depth + 1);
}

std::string RecordOf(const Event& event) {
  Json::Value json(Json::objectValue);
  json["seq"] = Json::Int64(event.seq);
  json["time"] = event.time;
  json["type"] = event.type;
  json["actor"] = event.actor;
  json["fields"] = event.fields;
  json["previous"] = event.previous;
  return dicom::WriteJson(json);
}

}  // namespace

std::string HashOf(std::string_view record) {
  std::string leaf(1, '\0');
  leaf += record;
  return Sha256Hex(leaf);
}

JournalAnchor HeadOf(const Reader& reader) {
  Rows head = reader.Query("SELECT seq, hash FROM journal_head WHERE one = 1");
  if (!head.Next()) throw Error(ErrorKind::kInternal, "the journal has no head");
  return {head.Int64(0), head.Text(1)};
}

Event Append(Transaction& transaction, std::string_view type, std::string_view actor,
             const Json::Value& fields) {
  RequireCanonical(fields, 0);
  Event event;
  event.time = ToIso8601(transaction.now());
  event.type = type;
  event.actor = actor;
  event.fields = fields.isNull() ? Json::Value(Json::objectValue) : fields;
  const JournalAnchor head = HeadOf(transaction);
  event.seq = head.seq + 1;
  event.previous = head.hash;
  event.record = RecordOf(event);
  event.hash = HashOf(event.record);
  transaction.Execute(
      "INSERT INTO event (seq, time, type, actor, previous, hash, record) VALUES (?,?,?,?,?,?,?)",
      {event.seq, event.time, event.type, event.actor, event.previous, event.hash, event.record});
  transaction.Execute("UPDATE journal_head SET seq = ?, hash = ? WHERE one = 1",
                      {event.seq, event.hash});
  return event;
}

std::vector<Event> Events(const Reader& reader, int64_t after, size_t limit) {
  std::vector<Event> events;
  Rows rows = reader.Query(
      "SELECT seq, time, type, actor, previous, hash, record FROM event WHERE seq > ?"
      " ORDER BY seq LIMIT ?",
      {after, limit});
  while (rows.Next()) {
    Event event{rows.Int64(0), rows.Text(1), rows.Text(2), rows.Text(3), {},
                rows.Text(4),  rows.Text(5), rows.Text(6)};
    event.fields = dicom::ParseJson(event.record)["fields"];
    events.push_back(std::move(event));
  }
  return events;
}

}  // namespace glossator::store
