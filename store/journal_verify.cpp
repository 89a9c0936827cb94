// SPDX-License-Identifier: GPL-3.0-or-later
// Walks the whole chain and names the first event that is not what was once appended.
#include "dicom/error.h"
#include "dicom/json.h"
#include "store/journal.h"

namespace glossator::store {
namespace {

const std::string kBeforeTheFirst(64, '0');

// What the record says must be what the columns say.
bool SameAsColumns(const Rows& row, const std::string& record) {
  try {
    const Json::Value json = dicom::ParseJson(record);
    return dicom::WriteJson(json) == record && json.size() == 6 &&
           json["seq"] == Json::Value(Json::Int64(row.Int64(0))) && json["time"] == row.Text(1) &&
           json["type"] == row.Text(2) && json["actor"] == row.Text(3) &&
           json["previous"] == row.Text(4);
  } catch (const std::exception&) {
    return false;  // not even JSON, or a column of another type
  }
}

class Walk {
 public:
  explicit Walk(const std::optional<JournalAnchor>& anchor) : anchor_(anchor) {
    report_.head = kBeforeTheFirst;
  }

  JournalReport Run(const Reader& reader) {
    Rows rows = reader.Query(
        "SELECT seq, time, type, actor, previous, hash, record FROM event ORDER BY seq");
    while (!report_.fault && rows.Next()) Check(rows);
    if (!report_.fault) CheckHead(reader);
    if (!report_.fault && anchor_ && anchor_->seq > report_.events) {
      Fail(report_.events + 1, "truncated");
    }
    return report_;
  }

 private:
  void Fail(int64_t seq, const char* what) { report_.fault = {seq, what}; }

  void Check(const Rows& row) {
    const int64_t expected = report_.events + 1;
    const std::string hash = row.Text(5);
    const std::string record = row.Text(6);
    if (row.Int64(0) != expected) return Fail(expected, "gap");
    if (HashOf(record) != hash) return Fail(expected, "content");
    if (row.Text(4) != report_.head) return Fail(expected, "chain");
    if (!SameAsColumns(row, record)) return Fail(expected, "columns");
    if (anchor_ && anchor_->seq == expected && anchor_->hash != hash) {
      return Fail(expected, "anchor");
    }
    report_.events = expected;
    report_.head = hash;
  }

  void CheckHead(const Reader& reader) {
    Rows head = reader.Query("SELECT seq, hash FROM journal_head WHERE one = 1");
    if (!head.Next()) return Fail(report_.events + 1, "head");
    if (head.Int64(0) > report_.events) return Fail(report_.events + 1, "truncated");
    if (head.Int64(0) != report_.events || head.Text(1) != report_.head) {
      Fail(report_.events, "head");
    }
  }

  const std::optional<JournalAnchor>& anchor_;
  JournalReport report_;
};

}  // namespace

JournalReport Verify(const std::filesystem::path& database,
                     const std::optional<JournalAnchor>& anchor) {
  JournalReport report;
  ReadOnly(database, [&](const Reader& reader) { report = Walk(anchor).Run(reader); });
  return report;
}

}  // namespace glossator::store
