// SPDX-License-Identifier: GPL-3.0-or-later
// The round that looks for studies to release searched the index of all instances that ever came,
// fifty times a second, and the one that looks at pixels all that it ever looked at: with half a
// million instances they kept two thirds of a core busy, for ever.
#include "store/gate_schema.h"
#include "tests/support/sql_watch.h"
#include "tests/unit/gate/gate_fixture.h"

namespace glossator::gate {
namespace {

using support::SqlWatch;

const auto* const kNoScans = testing::AddGlobalTestEnvironment(new support::NoScans({
    .migrations = store::GateMigrations(),
    .small = {"migration", "pixel_rule", "up", "linked"},
    .open = {"study_to_release", "study_open", "batch_open", "quarantine_open",
             "quarantine_for_pixels", "quarantine_for_faces"},
    .may = {},
}));

constexpr int kMany = 2000;
// A page of all that ever came, once after each start.
constexpr const char* kAtStart = "SELECT number, identity_index FROM instance WHERE number > ?";
constexpr int kStepsMax = 500;  // the longest takes some 100

// As they lie there when all is done, and at last one study that is coming in, all of it HELD.
constexpr const char* kDone[] = {
    "INSERT INTO patient(number, project, identity_index, secret)"
    " SELECT i, 'lung', 'p' || i, x'00' FROM n",
    "INSERT INTO study(number, project, identity_index, patient, patient_index, uid, patient_code,"
    " data_key, identity, dictionary, state, revision, instances, last_arrival, seq)"
    " SELECT i, 'lung', 's' || i, i, 'p', '2.25.' || i, 'A' || i, x'00', x'00', x'00', 'IMPORTED',"
    " 1, 1, 0, i FROM n",
    "INSERT INTO batch(number, study, revision, state) SELECT i, i, 1, 'IMPORTED' FROM n",
    "INSERT INTO instance(study, identity_index, sop_instance_uid, series_instance_uid,"
    " sop_class_uid, transfer_syntax_uid, digest, seal, size, head_size, identity, segment, offset,"
    " state, batch)"
    " SELECT i, 'i' || i, '2.25.1' || i, '2.25.9', '1.2', '1.2', 'd', 's', 1, 1, x'00', 1, 0,"
    " 'IMPORTED', i FROM n",
    "INSERT INTO quarantine(place, project, study, identity_index, digest, reason, path,"
    " sop_class_uid, transfer_syntax_uid, size, key, state, since, pixel_tries, face_tries)"
    " SELECT '0-' || i, 'lung', i, 'i' || i, 'd', 'BURNED_IN_RISK', '', '1.2', '1.2', 1, x'00',"
    " 'RELEASED', '', 2, 2 FROM n",
    "INSERT INTO delivery(number, delivery_key, result, project, study_uid, destination, state,"
    " next_at, updated, seq)"
    " SELECT i, 'k' || i, 'r', 'lung', '2.25.' || i, 'pacs', 'COMMITTED', 0, '', i FROM n",
    "INSERT INTO returned(sop_instance_uid, sop_class_uid, delivery, state)"
    " SELECT '2.25.7' || i, '1.2', i, 'COMMITTED' FROM n",
    "INSERT INTO instance(study, identity_index, sop_instance_uid, series_instance_uid,"
    " sop_class_uid, transfer_syntax_uid, digest, seal, size, head_size, identity, segment, offset,"
    " state)"
    " SELECT 2000, 'h' || i, '2.25.8' || i, '2.25.9', '1.2', '1.2', 'd', 's', 1, 1, x'00', 1, 0,"
    " 'HELD' FROM n",
    "UPDATE study SET state = 'RECEIVING', held = 2000, last_arrival = 9000000000000000"
    " WHERE number = 2000",
};

class ScansTest : public GateTest {
 protected:
  void FillWithWhatIsDone() {
    store::Database database(directory_.path() / "gate" / "gate.db", clock_,
                             store::GateMigrations());
    database.Write([](store::Transaction& transaction) {
      for (const std::string sql : kDone) {
        transaction.Execute(
            "/* test */ WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
            std::to_string(kMany) + ") " + sql);
      }
    });
  }

  // What the plugin asks at each of its own rounds, when it knows all that was.
  void AskAll() {
    Json::Value request;
    request["after"] = kMany - 1;
    for (const auto* call : {"studies", "deliveries", "events", "quarantine"}) Ask(call, request);
    for (const auto* call : {"batches", "status"}) Ask(call);
  }
};

TEST_F(ScansTest, ARoundLooksAtOpenWorkOnlyHoweverMuchIsDone) {
  Start();
  Stop();
  FillWithWhatIsDone();
  Start();
  SqlWatch::Clear();
  AskAll();
  std::this_thread::sleep_for(std::chrono::milliseconds(800));
  const auto steps = SqlWatch::Steps();
  EXPECT_GE(steps.size(), 12u);
  for (const auto& [sql, most] : steps) {
    if (!sql.starts_with(kAtStart)) EXPECT_LE(most, kStepsMax) << sql;
  }
}

// What is HELD is counted with its study: the count must not part from the rows.
TEST_F(ScansTest, AStudyKnowsHowManyOfItsInstancesAreHeld) {
  config_.projects[0].quiet_seconds = 3600;
  Start();
  for (int i = 1; i <= 3; ++i) Send(CtSlice(i));
  Await([&] { return Ask("studies")["items"][0]["instances"].asInt() == 3; });
  const auto held = [&] {
    std::vector<int64_t> counts;
    store::ReadOnly(directory_.path() / "gate" / "gate.db", [&](const store::Reader& reader) {
      auto rows = reader.Query(
          "/* test */ SELECT held, (SELECT count(*) FROM instance WHERE state = 'HELD') "
          "FROM study");
      while (rows.Next()) counts = {rows.Int64(0), rows.Int64(1)};
    });
    return counts;
  };
  EXPECT_EQ(held(), (std::vector<int64_t>{3, 3}));
  Json::Value request;
  request["study_uid"] = Ask("studies")["items"][0]["study_uid"];
  Ask("release", request);
  request["batch"] = AwaitBatch()["batch"];
  EXPECT_EQ(held(), (std::vector<int64_t>{0, 0}));
  Ask("imported", request);
  Send(CtSlice(4));
  Await([&] { return Ask("studies")["items"][0]["instances"].asInt() == 4; });
  EXPECT_EQ(held(), (std::vector<int64_t>{1, 1}));
  Ask("release", request);
  EXPECT_EQ(AwaitBatch()["records"].size(), 1u);
  EXPECT_EQ(held(), (std::vector<int64_t>{0, 0}));
}

}  // namespace
}  // namespace glossator::gate
