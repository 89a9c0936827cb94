// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/json.h"
#include "seg/decode.h"
#include "structured-report/decode.h"
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
  ASSERT_EQ(manifest["files"].size(), 3U);  // SEG, the reader's report, the acceptance's
  for (const Json::Value& file : manifest["files"]) {
    const std::string part = bytes.substr(0, file["size"].asUInt64());
    bytes.erase(0, part.size());
    EXPECT_EQ(store::Sha256Hex(part), file["sha256"].asString());
    EXPECT_EQ(dicom::ReadHead(part).data_set.GetString(tags::SOPInstanceUID),
              file["sop_instance_uid"].asString());
  }
  EXPECT_TRUE(bytes.empty());
}

// Segmentations of a record by the name of their only segment; and its report.
struct Parts {
  std::map<std::string, seg::Segmentation> segmentations;
  sr::Report report;
};

Parts PartsOf(const std::vector<std::string>& chunks) {
  Parts parts;
  std::string bytes;
  for (size_t i = 1; i < chunks.size(); ++i) bytes += chunks[i];
  const Json::Value manifest = dicom::ParseJson(chunks[0]);
  for (const Json::Value& file : manifest["files"]) {
    const std::string part = bytes.substr(0, file["size"].asUInt64());
    bytes.erase(0, part.size());
    const dicom::DataSet object = dicom::ReadFile(std::string_view(part)).data_set;
    if (object.GetString(tags::Modality) == "SR") {
      parts.report = sr::Decode(object);
    } else {
      const seg::Segmentation read = seg::Read(part);
      parts.segmentations.emplace(read.description.segments.at(0).name, read);
    }
  }
  return parts;
}

void ExpectAnObjectPerSegment(const std::vector<std::string>& chunks) {
  const Parts parts = PartsOf(chunks);
  ASSERT_EQ(parts.segmentations.size(), 2U);
  const seg::Segmentation& nodule = parts.segmentations.at("Nodule");
  const seg::Segmentation& lung = parts.segmentations.at("Lung");
  EXPECT_EQ(nodule.series_instance_uid, lung.series_instance_uid);
  EXPECT_NE(nodule.sop_instance_uid, lung.sop_instance_uid);
  EXPECT_EQ(nodule.description.segments.size(), 1U);
  EXPECT_EQ(seg::CountVoxels(nodule).begin()->second, 5U + 3U);
  EXPECT_EQ(seg::CountVoxels(lung).begin()->second, 5U + 2U);
  ASSERT_EQ(parts.report.description.groups.size(), 2U);
  for (const sr::MeasurementGroup& group : parts.report.description.groups) {
    const seg::Segmentation& own = group.tracking_identifier == "Lung" ? lung : nodule;
    EXPECT_EQ(group.segment->sop_instance_uid, own.sop_instance_uid);
    EXPECT_EQ(group.segment->number, own.description.segments[0].label);
  }
}

TEST_F(Return, HasAnObjectPerSegmentWhereTheProjectSaysSo) {
  config_.projects[0].split = "segment";
  Accept();
  node_->Tick();
  ASSERT_EQ(spools_.returned.size(), 1U);
  ExpectAnObjectPerSegment(spools_.returned[0].chunks);
}

TEST_F(Return, HasALabelMapPerSegmentWhereTheDestinationTakesThemToo) {
  config_.projects[0].split = "segment";
  config_.destinations["pacs"].label_map = true;
  Accept();
  node_->Tick();
  ASSERT_EQ(spools_.returned.size(), 1U);
  ExpectAnObjectPerSegment(spools_.returned[0].chunks);
}

TEST_F(Return, IsOneObjectOfSegmentsThatNameNoGroup) {
  config_.projects[0].split = "group";
  Accept();
  node_->Tick();
  ASSERT_EQ(spools_.returned.size(), 1U);
  const Parts parts = PartsOf(spools_.returned[0].chunks);
  ASSERT_EQ(parts.segmentations.size(), 1U);
  EXPECT_EQ(parts.segmentations.begin()->second.description.segments.size(), 2U);
}

TEST_F(Return, IsSpooledOnceAndUnderTheSameKeyAfterADeath) {
  Accept();
  node_->Tick();
  node_->Tick();
  EXPECT_EQ(spools_.returned.size(), 1U);
  database_->Write([](store::Transaction& transaction) {  // the mark was lost with the process
    transaction.Execute("/* test */ UPDATE delivery SET spooled = 0");
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
  config_.destinations["pacs"].helpers = {"KO"};
  const int64_t id = Submitted();
  node_->Adjudicate(bob_, 1, R"({"reason":"a row in every table"})");
  node_->Judge(bob_, id, R"({"verdict":"ACCEPT"})");
  node_->Tick();
  node_->Amend(bob_, 1, R"({"reason":"a row in every table"})");
  node_->Withdraw(bob_, 1, R"({"reason":"a row in every table"})");
  for (const std::string_view table : store::NodeNounTables()) {
    const auto change = [&](store::Transaction& transaction) {
      store::Rows columns =
          transaction.Query("/* test */ SELECT name FROM pragma_table_info(?) LIMIT 1", {table});
      ASSERT_TRUE(columns.Next());
      const std::string column = columns.Text(0);
      transaction.Execute("/* test */ UPDATE " + std::string(table) + " SET " + column + " = " +
                          column);
    };
    EXPECT_EQ(KindOf([&] { database_->Write(change); }), ErrorKind::kInternal) << table;
  }
  ExpectWholeJournal();
}

}  // namespace
}  // namespace glossator::node
