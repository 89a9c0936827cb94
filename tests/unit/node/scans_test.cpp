// SPDX-License-Identifier: GPL-3.0-or-later
// Each round of the worker, twice a second, read all workitems for those that are claimed, and for
// each open case all results: with 100,000 results and 100 open cases nothing else was done.
#include "tests/support/sql_watch.h"
#include "tests/unit/node/node_fixture.h"

namespace glossator::node {
namespace {

using support::SqlWatch;

constexpr std::string_view kMetrics = "counts over all, for each look at the metrics";

const auto* const kNoScans = testing::AddGlobalTestEnvironment(new support::NoScans({
    .migrations = store::NodeMigrations(),
    .small = {"migration"},
    .open = {"delivery_waiting"},
    .may = {{"SELECT state, count(*) FROM study_case", kMetrics},
            {"SELECT state, count(*) FROM workitem", kMetrics},
            {"count(*) FROM delivery GROUP BY 1", kMetrics},
            {"SELECT count(*) FROM submission", kMetrics},
            {"SELECT count(*) FROM result", kMetrics},
            {"SELECT sha256 FROM submission_object UNION", "at start, what should be there"},
            {"hash, record FROM event ORDER BY seq", "the whole journal is verified"},
            {"WHERE true ORDER BY w.rowid", "a person wants to see all workitems"}},
}));

constexpr int kMany = 2000;
constexpr int kStepsMax = 1000;

// As they lie there when all is done.
constexpr const char* kDone[] = {
    "INSERT INTO study_case (id, project, study_uid, patient_code, state, created, updated)"
    " SELECT 10 + i, 'LUNG', '2.25.8.' || i, 'P' || i, 'RETURNED', '', '' FROM n",
    "INSERT INTO instance SELECT '2.25.7.' || i, 10 + i, '2.25.9', '1.2', '1.2', 'CT', 'aa', 1, 1,"
    " 1 FROM n",
    "INSERT INTO workitem SELECT '2.25.6.' || i, 10 + i, 1, 'READ', 1, 'COMPLETED', '2.25', "
    "'alice',"
    " '', '', NULL, '', '', '', '', '', '', '' FROM n",
    "INSERT INTO submission SELECT 10 + i, '2.25.6.' || i, 10 + i, 'alice', '2.25.9', 'd' || i,"
    " '{}', 'ACCEPTED', '' FROM n",
    "INSERT INTO decision SELECT i, 10 + i, '2.25.6.' || i, 'bob', 'ACCEPT', '', '' FROM n",
    "INSERT INTO result SELECT 10 + i, '2.25.5.' || i, 10 + i, 10 + i, i, '' FROM n",
    "INSERT INTO delivery SELECT 10 + i, 10 + i, 'pacs', '2.25.5.' || i || '@pacs', 'COMMITTED', "
    "'',"
    " 1, 1, '', '', '' FROM n",
};

class ScansTest : public NodeTest {
 protected:
  void FillWithWhatIsDone() {
    database_->Write([](store::Transaction& transaction) {
      for (const std::string sql : kDone) {
        transaction.Execute(
            "/* test */ WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
            std::to_string(kMany) + ") " + sql);
      }
      store::Append(transaction, "test.filled", "node", Json::Value(Json::objectValue));
      transaction.Execute("/* test */ DELETE FROM owed");  // of the fixture
    });
  }
};

TEST_F(ScansTest, ARoundLooksAtOpenWorkOnlyHoweverMuchIsDone) {
  config_.projects[0].consensus = "majority";
  config_.projects[0].claim_hours = 1;
  Start();
  OpenCase();
  FillWithWhatIsDone();
  SqlWatch::Clear();
  Claim(alice_);
  TellDelivery("SENDING");  // the first of those; makes a round of its own
  node_->Tick();
  const auto steps = SqlWatch::Steps();
  EXPECT_GE(steps.size(), 12u);
  for (const auto& [sql, most] : steps) EXPECT_LE(most, kStepsMax) << sql;
}

}  // namespace
}  // namespace glossator::node
