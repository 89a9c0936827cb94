// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/json.h"
#include "tests/unit/node/node_fixture.h"

namespace glossator::node {
namespace {

class Return : public NodeTest {
 protected:
  void Accept() { node_->Judge(bob_, Submitted(), R"({"verdict":"ACCEPT"})"); }
  Json::Value TheDelivery() { return node_->queries().Deliveries(max_, 0, 10)["items"][0]; }
};

TEST_F(Return, PutsTheAcceptedFilesIntoOneRecord) {
  Accept();
  node_->Tick();
  ASSERT_EQ(spools_.returned.size(), 1U);
  EXPECT_GT(gate_.calls["returned_ready"], 0);
  const auto& record = spools_.returned[0];
  const Json::Value manifest = dicom::ParseJson(record.chunks[0]);
  EXPECT_EQ(record.trailer, manifest["delivery_key"].asString());
  EXPECT_EQ(manifest["study_uid"].asString(), kStudy);
  EXPECT_EQ(manifest["destination"].asString(), "pacs");
  EXPECT_EQ(manifest["reader"]["code"].asString(), "alice");
  EXPECT_EQ(manifest["reviewer"]["code"].asString(), "bob");
  std::string bytes;
  for (size_t i = 1; i < record.chunks.size(); ++i) bytes += record.chunks[i];
  ASSERT_EQ(manifest["files"].size(), 2U);
  for (const Json::Value& file : manifest["files"]) {
    const std::string part = bytes.substr(0, file["size"].asUInt64());
    bytes.erase(0, part.size());
    EXPECT_EQ(store::Sha256Hex(part), file["sha256"].asString());
    EXPECT_EQ(dicom::ReadHead(part).data_set.GetString(tags::SOPInstanceUID),
              file["sop_instance_uid"].asString());
  }
  EXPECT_TRUE(bytes.empty());
}

TEST_F(Return, IsSpooledOnceAndUnderTheSameKeyAfterADeath) {
  Accept();
  node_->Tick();
  node_->Tick();
  EXPECT_EQ(spools_.returned.size(), 1U);
  database_->Write([](store::Transaction& transaction) {  // the mark was lost with the process
    transaction.Execute("UPDATE delivery SET spooled = 0");
    store::Append(transaction, "test.died", "node", Json::Value());
  });
  Start();
  node_->Tick();
  ASSERT_EQ(spools_.returned.size(), 2U);
  EXPECT_EQ(spools_.returned[0].trailer, spools_.returned[1].trailer);
  EXPECT_EQ(spools_.returned[0].chunks, spools_.returned[1].chunks);
}

TEST_F(Return, FollowsTheGateUntilThePacsHasCommitted) {
  Accept();
  node_->Tick();
  EXPECT_EQ(CaseState(), "ACCEPTED");
  for (const char* state : {"SENDING", "STORED"}) {
    TellDelivery(state);
    EXPECT_EQ(TheDelivery()["state"].asString(), state);
    EXPECT_EQ(CaseState(), "ACCEPTED");
  }
  TellDelivery("COMMITTED");
  EXPECT_EQ(CaseState(), "RETURNED");
  EXPECT_EQ(CountEvents("case.returned"), 1);
  ExpectWholeJournal();
}

TEST_F(Return, ShowsWhyADeliveryIsHeld) {
  Accept();
  node_->Tick();
  TellDelivery("HELD", "patient-changed");
  EXPECT_EQ(TheDelivery()["reason"].asString(), "patient-changed");
  EXPECT_EQ(CaseState(), "ACCEPTED");
  TellDelivery("STORED_VERIFIED");
  EXPECT_EQ(CaseState(), "RETURNED");
}

TEST_F(Return, SurvivesAStateThatItDoesNotKnow) {
  Accept();
  TellDelivery("TELEPORTED");
  TellDelivery("COMMITTED");
  EXPECT_EQ(CaseState(), "RETURNED");
}

TEST_F(Return, StaysInTheLabWhenTheProjectHasNoDestination) {
  config_.projects[0].destination = "";
  Accept();
  node_->Tick();
  EXPECT_TRUE(spools_.returned.empty());
  EXPECT_EQ(CaseState(), "ACCEPTED");
}

TEST_F(Return, NumbersAreInHealth) {
  Accept();
  const Json::Value health = node_->queries().Health();
  EXPECT_EQ(health["cases"]["ACCEPTED"].asInt(), 1);
  EXPECT_EQ(health["workitems"]["COMPLETED"].asInt(), 2);
  EXPECT_EQ(health["deliveries"]["QUEUED"].asInt(), 1);
  EXPECT_EQ(health["results"].asInt(), 1);
}

// All tests of this room run under the fixture's DemandEvents(). Here it bites.
TEST_F(Return, NoNounChangesWithoutAnEventInTheSameTransaction) {
  Accept();
  for (const std::string_view table : store::NodeNounTables()) {
    const auto change = [&](store::Transaction& transaction) {
      store::Rows columns =
          transaction.Query("SELECT name FROM pragma_table_info(?) LIMIT 1", {table});
      ASSERT_TRUE(columns.Next());
      const std::string column = columns.Text(0);
      transaction.Execute("UPDATE " + std::string(table) + " SET " + column + " = " + column);
    };
    EXPECT_EQ(KindOf([&] { database_->Write(change); }), ErrorKind::kInternal) << table;
  }
  ExpectWholeJournal();
}

}  // namespace
}  // namespace glossator::node
