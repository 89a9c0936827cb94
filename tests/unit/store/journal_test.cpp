// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/journal.h"

#include <gtest/gtest.h>

#include <fstream>

#include "dicom/error.h"
#include "dicom/json.h"
#include "tests/support/fixed_ports.h"
#include "tests/support/temporary_directory.h"

namespace glossator::store {
namespace {

class Journal : public testing::Test {
 protected:
  Event Tell(const std::string& type, int number) {
    Event event;
    database_.Write([&](Transaction& transaction) {
      Json::Value fields;
      fields["number"] = number;
      event = Append(transaction, type, "node", fields);
    });
    return event;
  }
  void Tell(int count) {
    for (int i = 1; i <= count; ++i) Tell("test.happened", i);
  }
  // What somebody with the database file can do.
  void Tamper(const std::string& sql) {
    database_.Write([&](Transaction& transaction) {
      for (const char* trigger : {"event_is_never_changed", "event_is_never_deleted",
                                  "journal_head_stays", "journal_head_moves_by_one"}) {
        transaction.Execute(std::string("DROP TRIGGER IF EXISTS ") + trigger);
      }
      transaction.Execute(sql);
    });
  }
  JournalReport Check(const std::optional<JournalAnchor>& anchor = {}) {
    return Verify(path_, anchor);
  }
  void ExpectBroken(int64_t seq, const std::string& what) {
    const JournalReport report = Check();
    ASSERT_TRUE(report.fault);
    EXPECT_EQ(report.fault->seq, seq);
    EXPECT_EQ(report.fault->what, what);
  }

  support::TemporaryDirectory directory_;
  support::FixedClock clock_;
  std::filesystem::path path_ = directory_.path() / "journal.db";
  const Migration migrations_[1] = {kJournalMigration};
  Database database_{path_, clock_, migrations_};
};

TEST_F(Journal, IsWholeWhenNobodyTouchedIt) {
  EXPECT_FALSE(Check().fault);
  Tell(20);
  const JournalReport report = Check();
  EXPECT_FALSE(report.fault);
  EXPECT_EQ(report.events, 20);
}

TEST_F(Journal, RefusesChangesAndDeletions) {
  Tell(2);
  for (const char* sql : {"UPDATE event SET actor = 'x' WHERE seq = 1", "DELETE FROM event",
                          "DELETE FROM journal_head", "UPDATE journal_head SET seq = 0"}) {
    EXPECT_THROW(database_.Write([&](Transaction& transaction) { transaction.Execute(sql); }),
                 Error)
        << sql;
  }
  EXPECT_FALSE(Check().fault);
}

TEST_F(Journal, NamesTheFirstChangedEvent) {
  Tell(5);
  Tamper("UPDATE event SET record = replace(record, '\"number\":3', '\"number\":4') WHERE seq = 3");
  ExpectBroken(3, "content");
}

TEST_F(Journal, NamesAChangedColumn) {
  Tell(5);
  Tamper("UPDATE event SET actor = 'mallory' WHERE seq = 2");
  ExpectBroken(2, "columns");
}

TEST_F(Journal, NamesAGap) {
  Tell(5);
  Tamper("DELETE FROM event WHERE seq = 4");
  ExpectBroken(4, "gap");
}

TEST_F(Journal, NamesReorderedEvents) {
  Tell(5);
  Tamper("UPDATE event SET seq = CASE seq WHEN 2 THEN -3 WHEN 3 THEN -2 END WHERE seq IN (2, 3)");
  Tamper("UPDATE event SET seq = -seq WHERE seq < 0");
  ExpectBroken(2, "chain");
}

TEST_F(Journal, NamesARewrittenEventWithItsOwnFitHash) {
  Tell(3);
  const std::string record = R"({"forged":true})";
  Tamper("UPDATE event SET record = '" + record + "', hash = '" + HashOf(record) +
         "' WHERE seq = 2");
  ExpectBroken(2, "columns");
}

TEST_F(Journal, NoticesAMissingEndByItsHead) {
  Tell(5);
  Tamper("DELETE FROM event WHERE seq > 3");
  ExpectBroken(4, "truncated");
}

TEST_F(Journal, NoticesACutThatMovedTheHeadOnlyByAnAnchor) {
  Tell(5);
  JournalAnchor anchor{};
  database_.Read([&](const Reader& reader) { anchor = HeadOf(reader); });
  Tamper("DELETE FROM event WHERE seq > 3");
  Tamper("UPDATE journal_head SET seq = 3, hash = (SELECT hash FROM event WHERE seq = 3)");
  EXPECT_FALSE(Check().fault);
  ASSERT_TRUE(Check(anchor).fault);
  EXPECT_EQ(Check(anchor).fault->what, "truncated");
  Tell(5);
  ASSERT_TRUE(Check(anchor).fault);
  EXPECT_EQ(Check(anchor).fault->seq, 5);
}

TEST_F(Journal, NoticesEveryFlippedCharacterOfARecord) {
  Tell(1);
  const std::string record = Tell("test.happened", 2).record;
  for (size_t i = 0; i < record.size(); ++i) {
    std::string changed = record;
    changed[i] = '~';
    Tamper("UPDATE event SET record = '" + changed + "' WHERE seq = 2");
    ExpectBroken(2, "content");
  }
  Tamper("UPDATE event SET record = '" + record + "' WHERE seq = 2");
  EXPECT_FALSE(Check().fault);
}

TEST_F(Journal, TakesOnlyWhatHasOneCanonicalForm) {
  Json::Value fields;
  fields["fraction"] = 0.5;
  EXPECT_THROW(database_.Write([&](Transaction& transaction) {
    Append(transaction, "test.happened", "node", fields);
  }),
               Error);
  EXPECT_EQ(Check().events, 0);
}

TEST_F(Journal, ForgetsTheEventOfWorkThatFailed) {
  EXPECT_THROW(database_.Write([&](Transaction& transaction) {
    Append(transaction, "test.happened", "node", Json::Value());
    throw Error(ErrorKind::kInternal, "later");
  }),
               Error);
  Tell(1);
  EXPECT_FALSE(Check().fault);
  EXPECT_EQ(Check().events, 1);
}

// docs/journal.md shows two events; they are what this code writes.
TEST_F(Journal, LooksLikeItsDocument) {
  std::ifstream stream(std::string(GLOSSATOR_SOURCE_DIR) + "/docs/journal.md");
  const std::string document((std::istreambuf_iterator<char>(stream)), {});
  const std::vector<std::pair<std::string, std::string>> told = {
      {"node.started", R"({"version":"0.1.0"})"},
      {"workitem.claimed", R"({"case":1,"stage":"READ","workitem":"2.25.7"})"}};
  for (const auto& [type, fields] : told) {
    Event event;
    database_.Write([&, &name = type, &text = fields](Transaction& transaction) {
      event = Append(transaction, name, name == "node.started" ? "node" : "R01",
                     dicom::ParseJson(text));
    });
    EXPECT_NE(document.find(event.record), std::string::npos) << event.record;
    EXPECT_NE(document.find(event.hash), std::string::npos) << event.hash;
    clock_.Advance(std::chrono::seconds(1));
  }
}

}  // namespace
}  // namespace glossator::store
