// SPDX-License-Identifier: GPL-3.0-or-later
// A lab side's database of each older version, filled as that version filled it, is opened by this
// one: nothing is lost, nothing is changed, and what came later works on the old rows.
#include "store/node_schema.h"

#include <gtest/gtest.h>

#include <map>

#include "dicom/error.h"
#include "store/journal.h"
#include "store/node_case.h"
#include "store/node_result.h"
#include "store/node_submission.h"
#include "store/node_withdrawal.h"
#include "store/node_workitem.h"
#include "tests/support/fixed_ports.h"
#include "tests/support/temporary_directory.h"

namespace glossator::store {
namespace {

// What each version could first write, in the order of its migrations; two cases, one of which has
// been read, judged, accepted and delivered to two destinations.
const std::map<int, std::vector<const char*>> kRowsOfVersion = {
    {2,
     {"INSERT INTO study_case (id, project, study_uid, patient_code, state, revision, instances,"
      " arriving, sealed, reasons, created, updated) VALUES"
      " (1,'P','2.25.1','A-1','RETURNED',2,3,0,1,'[\"TEXT\"]','2026-01-01','2026-01-02'),"
      " (7,'P','2.25.2','A-2','OPEN',1,1,0,0,'[]','2026-01-03','2026-01-04')",
      "INSERT INTO instance VALUES ('2.25.11',1,'2.25.10','1.2','1.2.1','CT','aa',9,1,1),"
      " ('2.25.12',1,'2.25.10','1.2','1.2.1','CT','bb',9,2,1),"
      " ('2.25.21',7,'2.25.20','1.2','1.2.1','SR','cc',9,1,0)",
      "INSERT INTO batch VALUES ('m1',1,1,1,2,'2026-01-01'), ('m2',2,7,1,1,'2026-01-03')",
      "INSERT INTO workitem (uid, case_id, revision, stage, seat, state, transaction_uid,"
      " performer, scheduled_performer, excluded_performer, submission, replaces, reason, progress,"
      " created, updated, started, ended) VALUES"
      " ('2.25.31',1,1,'READ',1,'COMPLETED','2.25.9','R1','','',1,'','','','a','b','c','d'),"
      " ('2.25.32',1,1,'REVIEW',1,'COMPLETED','2.25.8','R2','','R1',1,'','','','a','b','c','d'),"
      " ('2.25.33',7,1,'READ',1,'IN PROGRESS','2.25.7','R1','','',NULL,'','','50','a','b','c','')",
      "INSERT INTO submission VALUES (1,'2.25.31',1,'R1','2.25.10','digest','{\"a\":1}',"
      "'ACCEPTED','2026-01-01')",
      "INSERT INTO submission_object VALUES (1,1,'SEG','1.3','2.25.41','2.25.40',5,'dd'),"
      " (1,2,'SR','1.4','2.25.43','2.25.42',6,'ee')",
      "INSERT INTO decision VALUES (3,1,'2.25.32','R2','ACCEPT','good','2026-01-01')",
      "INSERT INTO result VALUES (5,'2.25.50',1,1,3,'2026-01-01')",
      "INSERT INTO delivery (id, result, destination, key, state, reason, attempts, spooled,"
      " created, updated) VALUES"
      " (4,5,'pacs','2.25.50@pacs','COMMITTED','',1,1,'2026-01-01','2026-01-02'),"
      " (9,5,'archive','2.25.50@archive','HELD','STUDY_GONE',2,1,'2026-01-01','2026-01-02')",
      "INSERT INTO feed VALUES ('studies',17), ('deliveries',4)"}},
    {3, {"INSERT INTO setting VALUES ('device','2.25.99')"}},
    {4, {"UPDATE study_case SET patient_links = '[\"A-9\"]' WHERE id = 7"}},
    {5,
     {"INSERT INTO withdrawal VALUES ('2.25.60',5,'113037','wrong side','R2','2026-01-05')",
      "INSERT INTO amendment VALUES ('2.25.33',5,'contour','R2','2026-01-05')",
      "INSERT INTO result_object VALUES (5,1,'SR','1.4','2.25.45','2.25.44',7,'ff')",
      "INSERT INTO delivery (result, destination, key, state, reason, attempts, spooled, created,"
      " updated, withdrawal) VALUES"
      " (5,'pacs','2.25.60@pacs','QUEUED','',0,0,'2026-01-05','2026-01-05','2.25.60')",
      "INSERT INTO delivery_helper VALUES (4,1,'KO','1.5','2.25.47','2.25.46')"}},
    {6, {"INSERT INTO adjudication VALUES ('2.25.31','they differ','M1','2026-01-06')"}},
    {7, {"UPDATE study_case SET faces = 2 WHERE id = 1"}},
    {8, {"INSERT INTO subgroup VALUES (1,'2.25.10','{\"sex\":\"F\"}')"}},
};
constexpr int kFirstWithNouns = 2;
const int kNewest = static_cast<int>(NodeMigrations().size());

using Table = std::vector<std::string>;  // a row each, columns as SQLite quotes them

std::vector<std::string> TextsOf(const Reader& reader, const std::string& sql) {
  std::vector<std::string> texts;
  Rows rows = reader.Query(sql);
  while (rows.Next()) texts.push_back(rows.Text(0));
  return texts;
}

// The columns that the database has now, by table.
std::map<std::string, std::vector<std::string>> ColumnsOf(const Reader& reader) {
  std::map<std::string, std::vector<std::string>> columns;
  for (const std::string& table :
       TextsOf(reader,
               "SELECT name FROM sqlite_master WHERE type = 'table'"
               " AND name NOT LIKE 'sqlite_%' AND name <> 'migration'")) {
    columns[table] =
        TextsOf(reader, "SELECT name FROM pragma_table_info('" + table + "') ORDER BY cid");
  }
  return columns;
}

std::map<std::string, Table> ContentOf(
    const Reader& reader, const std::map<std::string, std::vector<std::string>>& columns) {
  std::map<std::string, Table> content;
  for (const auto& [table, names] : columns) {
    std::string list;
    for (const std::string& name : names) {
      list += (list.empty() ? "quote(" : "||','||quote(") + name + ")";
    }
    content[table] = TextsOf(reader, "SELECT " + list + " FROM " + table + " ORDER BY 1");
  }
  return content;
}

class OlderNode : public testing::TestWithParam<int> {
 protected:
  std::span<const Migration> Older() const {
    return NodeMigrations().first(static_cast<size_t>(GetParam()));
  }
  // What version GetParam() leaves behind, and what it holds.
  void Fill() {
    Database database(path_, clock_, Older());
    database.Write([&](Transaction& transaction) {
      for (const auto& [version, statements] : kRowsOfVersion) {
        if (version > GetParam()) continue;
        for (const char* statement : statements) transaction.Execute(statement);
      }
      Append(transaction, "test.filled", "node", Json::Value(Json::objectValue));
    });
    database.Read([&](const Reader& reader) {
      columns_ = ColumnsOf(reader);
      before_ = ContentOf(reader, columns_);
    });
  }
  static std::vector<std::string> SchemaOf(const Database& database) {
    std::vector<std::string> schema;
    database.Read([&](const Reader& reader) {
      schema = TextsOf(reader,
                       "SELECT type||' '||name||': '||coalesce(sql,'') FROM sqlite_master"
                       " ORDER BY 1");
    });
    return schema;
  }

  support::TemporaryDirectory directory_;
  support::FixedClock clock_;
  std::filesystem::path path_ = directory_.path() / "node.db";
  std::map<std::string, std::vector<std::string>> columns_;
  std::map<std::string, Table> before_;
};

TEST_P(OlderNode, KeepsEveryRowAndGetsTheSchemaOfANewOne) {
  Fill();
  for (const auto& [table, rows] : before_) {
    EXPECT_FALSE(rows.empty()) << table << " was not filled: this test says nothing of it";
  }
  const Database newer(path_, clock_, NodeMigrations());
  newer.Read([&](const Reader& reader) {
    EXPECT_EQ(ContentOf(reader, columns_), before_);
    EXPECT_TRUE(TextsOf(reader, "SELECT \"table\" FROM pragma_foreign_key_check").empty());
    EXPECT_EQ(TextsOf(reader, "PRAGMA integrity_check"), std::vector<std::string>{"ok"});
  });
  const Database fresh(directory_.path() / "fresh.db", clock_, NodeMigrations());
  EXPECT_EQ(SchemaOf(newer), SchemaOf(fresh));
}

TEST_P(OlderNode, KeepsItsJournalWhole) {
  Fill();
  {
    Database newer(path_, clock_, NodeMigrations());
    newer.Write([](Transaction& transaction) {
      Append(transaction, "test.later", "node", Json::Value(Json::objectValue));
    });
  }
  const JournalReport report = Verify(path_);
  EXPECT_FALSE(report.fault.has_value());
  EXPECT_EQ(report.events, 2);
}

TEST_P(OlderNode, GivesOldRowsTheMeaningOfNewColumns) {
  Fill();
  const Database newer(path_, clock_, NodeMigrations());
  newer.Read([&](const Reader& reader) {
    const auto the_case = FindCase(reader, 1);
    ASSERT_TRUE(the_case);
    EXPECT_EQ(the_case->faces, GetParam() < 7 ? 0 : 2);
    EXPECT_TRUE(the_case->patient_links.empty());
    const auto sent = FindDeliveryOf(reader, "2.25.50", "archive");
    ASSERT_TRUE(sent);
    EXPECT_EQ(sent->id, 9);
    EXPECT_EQ(sent->reason, "STUDY_GONE");
    EXPECT_TRUE(sent->withdrawal.empty());
    EXPECT_EQ(FindWithdrawalOf(reader, 5).has_value(), GetParam() >= 5);
    EXPECT_EQ(FindAdjudicationOf(reader, "2.25.31").has_value(), GetParam() >= 6);
  });
}

// The table of deliveries was made anew: its keys go on after the highest one, and what it forbids
// it still forbids.
TEST_P(OlderNode, TakesNewWorkOnOldRows) {
  Fill();
  Database newer(path_, clock_, NodeMigrations());
  newer.Write([&](Transaction& transaction) {
    if (GetParam() < 5) InsertWithdrawal(transaction, {"2.25.60", 5, "113001", "w", "R2", ""});
    Delivery note;
    note.result = 5;
    note.destination = "archive";
    note.withdrawal = "2.25.60";
    note.key = "2.25.60@archive";
    EXPECT_GT(InsertDelivery(transaction, note), 9);
    InsertAdjudication(transaction, {"2.25.33", "they differ", "M1", ""});
    InsertResultObject(transaction, 5, 2, {"SR", "1.4", "2.25.48", "2.25.44", 7, "ff"});
    Append(transaction, "test.later", "node", Json::Value(Json::objectValue));
  });
  const auto refused = [&](const char* sql) {
    EXPECT_THROW(newer.Write([&](Transaction& transaction) { transaction.Execute(sql); }), Error)
        << sql;
  };
  refused("UPDATE submission SET content = '{}'");
  refused("UPDATE decision SET verdict = 'REJECT'");
  refused("DELETE FROM submission");
  refused(
      "INSERT INTO delivery (result, destination, key, state, reason, attempts, spooled,"
      " created, updated) VALUES (5,'pacs','other','QUEUED','',0,0,'','')");
  refused(
      "INSERT INTO delivery (result, destination, key, state, reason, attempts, spooled,"
      " created, updated) VALUES (6,'pacs','none','QUEUED','',0,0,'','')");
}

TEST_P(OlderNode, DoesNotOpenWhatANewerVersionWrote) {
  { const Database newer(path_, clock_, NodeMigrations()); }
  EXPECT_THROW(Database(path_, clock_, Older()), Error);
}

INSTANTIATE_TEST_SUITE_P(EachVersion, OlderNode, testing::Range(kFirstWithNouns, kNewest));

}  // namespace
}  // namespace glossator::store
