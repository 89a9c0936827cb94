// SPDX-License-Identifier: GPL-3.0-or-later
// The hash-chained journal. Each process that owns a database has one; the format is in
// docs/journal.md. Fields hold opaque numbers, pseudonymous UIDs, codes, states and digests only.
#pragma once

#include <json/value.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/event.h"
#include "store/sql.h"

namespace glossator::store {

// Tables `event` and `journal_head`, with triggers that refuse UPDATE and DELETE of events. Put it
// first into the list of migrations.
extern const Migration kJournalMigration;  // number 1

// Appends after the changes that it tells of, in their transaction. `actor` is a reader's code, or
// "node", "gate", "steward". `fields` is an object of strings, integers, booleans, null, arrays and
// objects (no fractions); throws kInternal otherwise.
Event Append(Transaction& transaction, std::string_view type, std::string_view actor,
             const Json::Value& fields);

// Where the chain ends (seq 0 and zeros before the first event). Noted outside, it is an anchor:
// proof that the journal was not rewritten by somebody who owns the machine.
struct JournalAnchor {
  int64_t seq;
  std::string hash;
};
JournalAnchor HeadOf(const Reader& reader);

// Oldest first, seq > after.
std::vector<Event> Events(const Reader& reader, int64_t after, size_t limit);

// The whole-chain check.
struct JournalReport {
  int64_t events = 0;  // that are in order
  std::string head;    // hex hash of the last of them
  struct Fault {
    int64_t seq;       // the first broken event
    std::string what;  // content, chain, gap, columns, head, truncated or anchor
  };
  std::optional<Fault> fault;
};
// `anchor`, when given, is a head that was noted outside: the chain must contain it.
JournalReport Verify(const std::filesystem::path& database,
                     const std::optional<JournalAnchor>& anchor = {});

// The hash of an event: SHA-256 over a zero byte and the record.
std::string HashOf(std::string_view record);

}  // namespace glossator::store
