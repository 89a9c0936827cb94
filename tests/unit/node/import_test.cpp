// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/node/node_fixture.h"

namespace glossator::node {
namespace {

using Import = NodeTest;

TEST_F(Import, ShowsACaseFromTheFirstInstanceOn) {
  TellStudy("RECEIVING", 1);
  node_->Tick();
  EXPECT_EQ(CaseState(), "RECEIVING");
  EXPECT_EQ(CaseFor(max_)["instances"].asInt(), 1);
  EXPECT_TRUE(CaseFor(max_)["workitems"].empty());
}

TEST_F(Import, OpensTheCaseWithOneReadAndTellsTheGate) {
  TellStudy("RECEIVING", 5);
  OpenCase();
  EXPECT_EQ(CaseState(), "OPEN");
  EXPECT_EQ(CaseFor(max_)["instances"].asInt(), 5);
  EXPECT_EQ(archive_.files.size(), 5U);
  EXPECT_TRUE(gate_.batches.empty());
  EXPECT_NE(WorkFor(alice_, "READ"), "");
  EXPECT_EQ(CountEvents("workitem.created"), 1);
  ExpectWholeJournal();
}

TEST_F(Import, SaysWhichCasesTheGateKeepsSealed) {
  TellStudy("QUARANTINED", 3);
  node_->Tick();
  EXPECT_EQ(CaseState(), "QUARANTINED");
  TellStudy("RELEASED", 5, 1);
  node_->Tick();
  EXPECT_EQ(CaseState(), "RECEIVING");
}

TEST_F(Import, ShowsWhichCodesAreTheSamePersonWhateverStateTheCaseIsIn) {
  OpenCase();
  EXPECT_TRUE(CaseFor(max_)["patientLinks"].empty());
  TellStudy("IMPORTED", 5, 1, {"P-OTHER"});
  node_->Tick();
  EXPECT_EQ(CaseFor(max_)["patientLinks"][0].asString(), "P-OTHER");
  EXPECT_EQ(CountEvents("case.linked"), 1);
  TellStudy("IMPORTED", 5, 1);
  node_->Tick();
  EXPECT_TRUE(CaseFor(max_)["patientLinks"].empty());
  ExpectWholeJournal();
}

TEST_F(Import, KeepsWhatThePolicyKeepsApartAndShowsItToManagersOnly) {
  TellStudy("RELEASED", 3, 1);
  ReleaseBatch(1, {Slice(1), Slice(2), Slice(3)});
  gate_.batches[1]["records"][1].removeMember("facts");
  node_->Tick();
  ASSERT_EQ(CaseState(), "OPEN");
  const Json::Value subgroups = CaseFor(max_)["subgroups"];
  ASSERT_EQ(subgroups.size(), 1U);
  EXPECT_EQ(subgroups[0]["facts"]["age-band"].asString(), "60-69");
  EXPECT_EQ(subgroups[0]["seriesInstanceUid"].asString(),
            Slice(1).GetString(dicom::tags::SeriesInstanceUID));
  EXPECT_FALSE(CaseFor(alice_).isMember("subgroups"));
}

// One sync for a whole large study left the cores idle while the disk wrote.
TEST_F(Import, SendsALargeBatchOnItsWayToTheDiskBeforeItsEnd) {
  TellStudy("RELEASED", 3, 1);
  ReleaseBatch(1, {Slice(1), Slice(2), Slice(3)});
  for (auto& record : gate_.batches[1]["records"]) record["size"] = 70 << 20;
  node_->Tick();
  ASSERT_EQ(CaseState(), "OPEN");
  EXPECT_EQ(archive_.syncs, 4);
}

TEST_F(Import, RefusesBytesThatAreNotWhatTheGateReleased) {
  TellStudy("RELEASED", 2, 1);
  ReleaseBatch(1, {Slice(1), Slice(2)});
  spools_.records["2.25.2002"].back() ^= 1;
  node_->Tick();
  EXPECT_EQ(CaseState(), "RECEIVING");
  EXPECT_FALSE(archive_.files.contains("2.25.2002"));
  EXPECT_EQ(gate_.batches.size(), 1U);
}

TEST_F(Import, RefusesAnObjectThatDoesNotSayItIsDeIdentified) {
  dicom::DataSet slice = Slice(1);
  slice.SetString(tags::PatientIdentityRemoved, "NO");
  TellStudy("RELEASED", 1, 1);
  ReleaseBatch(1, {slice});
  node_->Tick();
  EXPECT_TRUE(archive_.files.empty());
  EXPECT_EQ(CaseState(), "RECEIVING");
}

TEST_F(Import, TriesAFailedBatchAgainLaterAndNotAtOnce) {
  TellStudy("RELEASED", 1, 1);
  ReleaseBatch(1, {Slice(1)});
  const std::string good = spools_.records["2.25.2001"];
  spools_.records["2.25.2001"] = "damaged";
  node_->Tick();
  spools_.records["2.25.2001"] = good;
  node_->Tick();
  EXPECT_EQ(CaseState(), "RECEIVING");
  clock_.Advance(std::chrono::seconds(2));
  node_->Tick();
  EXPECT_EQ(CaseState(), "OPEN");
}

TEST_F(Import, OpensNoReadForContextOnly) {
  dicom::DataSet note = Slice(1);
  note.SetString(tags::Modality, "KO");
  TellStudy("RELEASED", 1, 1);
  ReleaseBatch(1, {note});
  node_->Tick();
  EXPECT_EQ(CaseState(), "OPEN");
  EXPECT_TRUE(CaseFor(max_)["workitems"].empty());
}

// Some writers give a segmentation the modality of the images that it speaks of.
TEST_F(Import, TellsContextFromImagesByTheClassToo) {
  int64_t number = 0;
  for (const char* context : {"1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.11.1",
                              "1.2.840.10008.5.1.4.1.1.88.59", "1.2.840.10008.5.1.4.1.1.481.2"}) {
    dicom::DataSet object = Slice(1);
    object.SetString(tags::SOPClassUID, context);
    object.SetString(tags::SOPInstanceUID, "2.25.9" + std::to_string(++number));
    ReleaseBatch(number, {object});
    node_->Tick();
    EXPECT_EQ(CaseFor(max_)["instances"].asInt(), number);
    EXPECT_EQ(WorkFor(alice_, "READ"), "") << context;
  }
}

TEST_F(Import, ReplacesAnUnclaimedReadWhenImagesComeLate) {
  OpenCase();
  const std::string first = WorkFor(alice_, "READ");
  ReleaseBatch(2, {Slice(6)});
  node_->Tick();
  EXPECT_EQ(CaseFor(max_)["revision"].asInt(), 2);
  const std::string second = WorkFor(alice_, "READ");
  EXPECT_NE(second, first);
  EXPECT_EQ(WorkFor(max_, "READ", "CANCELED"), first);
  const dicom::DataSet ups = node_->queries().Workitem(alice_, second);
  EXPECT_EQ(
      ups.FirstItem(tags::ReplacedProcedureStepSequence)->GetString(tags::ReferencedSOPInstanceUID),
      first);
}

TEST_F(Import, NeverChangesTheInputsOfAClaimedRead) {
  OpenCase();
  const std::string uid = Claim(alice_);
  ReleaseBatch(2, {Slice(6)});
  node_->Tick();
  EXPECT_EQ(WorkFor(alice_, "READ", "IN PROGRESS"), uid);
  EXPECT_NE(SubmitAs(alice_, uid).id, 0);
}

TEST_F(Import, IsTheSameHoweverOftenItDies) {
  int deaths = 0;
  for (int calls = 0;; ++calls) {
    fate_.DieAfter(calls);
    if (calls == 0) {
      TellStudy("RELEASED", 5, 1);
      ReleaseBatch(1, {Slice(1), Slice(2), Slice(3), Slice(4), Slice(5)});
    }
    const bool was_done = gate_.batches.empty();
    node_->Tick();
    fate_.Live();
    Start();
    ++deaths;
    if (was_done) break;
  }
  EXPECT_GT(deaths, 10);
  clock_.Advance(std::chrono::minutes(5));
  node_->Tick();
  EXPECT_EQ(CaseState(), "OPEN");
  EXPECT_EQ(CaseFor(max_)["instances"].asInt(), 5);
  EXPECT_EQ(CaseFor(max_)["workitems"].size(), 1U);
  EXPECT_EQ(archive_.puts, 5);
  EXPECT_EQ(CountEvents("case.imported"), 1);
  ExpectWholeJournal();
}

TEST_F(Import, PutsAgainWhatThePowerCutTookFromTheArchive) {
  OpenCase();
  ReleaseBatch(1, {Slice(1), Slice(2), Slice(3), Slice(4), Slice(5)});  // "imported" was lost
  archive_.files.erase("2.25.2003");
  archive_.files["2.25.2004"].resize(100);
  node_->Tick();
  EXPECT_EQ(archive_.files.size(), 5U);
  EXPECT_EQ(archive_.files["2.25.2004"], spools_.records["2.25.2004"]);
  EXPECT_EQ(CountEvents("case.imported"), 1);
  EXPECT_TRUE(gate_.batches.empty());
}

TEST_F(Import, CopiesTheEventsOfTheGateOnce) {
  Json::Value item;
  item["time"] = "2026-11-23T15:20:31.000000Z";
  item["type"] = "association.rejected";
  item["fields"]["reason"] = "called-aet";
  gate_.Tell("events", item);
  node_->Tick();
  node_->Tick();
  EXPECT_EQ(CountEvents("gate.association.rejected"), 1);
}

TEST_F(Import, ReportsAtStartWhatItMisses) {
  OpenCase();
  archive_.files.erase("2.25.2003");
  const Json::Value found = node_->Reconcile();
  EXPECT_EQ(found["instances"].asInt(), 5);
  EXPECT_EQ(found["instances_missing"].asInt(), 1);
  EXPECT_EQ(found["missing"][0].asString(), "2.25.2003");
  EXPECT_EQ(found["batches_waiting"].asInt(), 0);
  EXPECT_EQ(CountEvents("node.reconciled"), 1);
}

TEST_F(Import, AsksTheGateToReleaseForManagersOnly) {
  TellStudy("RECEIVING", 1);
  node_->Tick();
  EXPECT_EQ(KindOf([&] { node_->Release(alice_, 1); }), ErrorKind::kForbidden);
  node_->Release(max_, 1);
  EXPECT_EQ(gate_.calls["release"], 1);
  EXPECT_EQ(KindOf([&] { node_->Release(max_, 2); }), ErrorKind::kNotFound);
}

}  // namespace
}  // namespace glossator::node
