// SPDX-License-Identifier: GPL-3.0-or-later
// What is accepted names who decided; it can be withdrawn, and there can be a new version of it.
#include <algorithm>
#include <map>
#include <set>

#include "results/key_objects.h"
#include "structured-report/decode.h"
#include "tests/unit/node/node_fixture.h"

namespace glossator::node {
namespace {

// Tracking Unique Identifiers of a report by their identifiers.
std::map<std::string, std::string> TrackingIn(const dicom::DataSet& report) {
  std::map<std::string, std::string> tracking;
  for (const auto& group : sr::Decode(report).description.groups) {
    tracking[group.tracking_identifier] = group.tracking_uid;
  }
  return tracking;
}

class Amend : public NodeTest {
 protected:
  Amend() {
    config_.destinations["pacs"].helpers = {"KO", "PR", "RTSTRUCT", "SC"};
    config_.projects[0].gives_names = true;
  }

  int64_t Accepted(const std::string& body = R"({"verdict":"ACCEPT"})") {
    const int64_t id = Submitted();
    node_->Judge(bob_, id, body);
    node_->Tick();
    return id;
  }
  static std::vector<std::string> Modalities(const Sent& sent) {
    std::vector<std::string> found;
    for (const auto& object : sent.objects) found.push_back(object.GetString(tags::Modality));
    return found;
  }
  // A second reader of the same series, by a seat that the manager opens.
  void SecondRead(const ReaderConfig& who) {
    const std::string uid = OpenSeat();
    ASSERT_EQ(node_->ChangeState(who, uid, kLock, "IN PROGRESS").status, 0);
    std::string labels = Labels();
    labels[0] = 0;  // one voxel less of the nodule
    ASSERT_GT(node_->Submit(who, uid, kLock, Form(), labels).id, 0);
  }
};

TEST_F(Amend, TheReportOfTheAcceptanceNamesReaderAndReviewerAndFollowsTheReaders) {
  Accepted();
  const Sent sent = Returned(0);
  const auto mine = sr::Decode(sent.objects.at(1)).description;
  const auto accepted = sr::Decode(sent.objects.at(2)).description;
  EXPECT_EQ(mine.person->name, "alice");
  EXPECT_EQ(accepted.person->name, "bob");
  ASSERT_EQ(accepted.readers.size(), 1U);
  EXPECT_EQ(accepted.readers[0].name, "alice");
  EXPECT_EQ(accepted.groups, mine.groups);
  ASSERT_EQ(accepted.provenance.predecessors.size(), 1U);
  EXPECT_EQ(accepted.provenance.predecessors[0].sop_instance_uid,
            sent.objects[1].GetString(tags::SOPInstanceUID));
  EXPECT_EQ(sent.objects[2].GetString(tags::VerificationFlag), "UNVERIFIED");
}

TEST_F(Amend, ASignedAcceptanceIsVerifiedByWhoSigned) {
  Accepted(R"({"verdict":"ACCEPT","sign":true})");
  const Sent sent = Returned(0);
  EXPECT_EQ(sent.objects[1].GetString(tags::VerificationFlag), "UNVERIFIED");
  EXPECT_EQ(sent.objects[2].GetString(tags::VerificationFlag), "VERIFIED");
  const auto verifiers = sr::Decode(sent.objects[2]).description.provenance.verifiers;
  ASSERT_EQ(verifiers.size(), 1U);
  EXPECT_EQ(verifiers[0].name, "bob");  // in the lab a code; the gate puts the name
}

TEST_F(Amend, NobodySignsWithoutAName) {
  const int64_t id = Submitted();
  const char* body = R"({"verdict":"ACCEPT","sign":true})";
  ReaderConfig nameless = bob_;
  nameless.name.clear();
  EXPECT_EQ(KindOf([&] { node_->Judge(nameless, id, body); }), ErrorKind::kInvalid);
  config_.projects[0].gives_names = false;
  EXPECT_EQ(KindOf([&] { node_->Judge(bob_, id, body); }), ErrorKind::kInvalid);
  EXPECT_EQ(
      KindOf([&] { node_->Judge(bob_, id, R"({"verdict":"REJECT","reason":"x","sign":true})"); }),
      ErrorKind::kInvalid);
  EXPECT_EQ(CaseState(), "OPEN");
}

TEST_F(Amend, TheAgreementOfEachOtherReaderStandsInTheConsensus) {
  OpenCase();
  SecondRead(carol_);
  const int64_t id = SubmitAs(alice_, Claim(alice_)).id;
  node_->Judge(bob_, id, R"({"verdict":"ACCEPT"})");
  node_->Tick();
  const auto accepted = sr::Decode(Returned(0).objects.at(2)).description;
  ASSERT_EQ(accepted.readers.size(), 2U);
  EXPECT_EQ(accepted.readers[1].name, "carol");
  const auto& values = accepted.groups.at(0).measurements;
  const auto dice = std::ranges::find(values, std::string("carol"), &sr::Measurement::reader);
  ASSERT_NE(dice, values.end());
  EXPECT_NEAR(*dice->value, 2.0 * 7 / (8 + 7), 1e-9);  // 8 voxels of label 1, one of them not hers
  EXPECT_EQ(Returned(0).manifest["people"].size(), 3U);
}

TEST_F(Amend, HelpersGoWithTheResultAsTheDestinationWantsThem) {
  Accepted();
  const Sent sent = Returned(0);
  EXPECT_EQ(Modalities(sent),
            (std::vector<std::string>{"SEG", "SR", "SR", "KO", "PR", "RTSTRUCT", "OT"}));
  for (const auto& object : sent.objects) {
    EXPECT_EQ(object.GetString(tags::StudyInstanceUID), kStudy);
  }
  EXPECT_EQ(sent.objects.back().GetString(tags::BurnedInAnnotation), "YES");
}

TEST_F(Amend, HelpersAreMadeOfEachObjectWhereTheProjectSplits) {
  config_.projects[0].split = "segment";
  Accepted();
  const Sent sent = Returned(0);
  std::map<std::string, int> counts;
  std::set<std::string> uids;
  for (const auto& object : sent.objects) {
    ++counts[object.GetString(tags::Modality)];
    uids.insert(object.GetString(tags::SOPInstanceUID));
  }
  const std::map<std::string, int> two = {{"KO", 2},       {"OT", 2},  {"PR", 2},
                                          {"RTSTRUCT", 2}, {"SEG", 2}, {"SR", 2}};
  EXPECT_EQ(counts, two);
  EXPECT_EQ(uids.size(), 12U);
}

TEST_F(Amend, HelpersHaveTheSameUidsWhenTheDeliveryIsSpooledAgain) {
  Accepted();
  database_->Write([](store::Transaction& transaction) {  // the mark was lost with the process
    transaction.Execute("/* test */ UPDATE delivery SET spooled = 0");
    transaction.Execute("DELETE FROM delivery_helper");
    store::Append(transaction, "test.died", "node", Json::Value());
  });
  Start();
  node_->Tick();
  ASSERT_EQ(spools_.returned.size(), 2U);
  const Sent once = Returned(0);
  const Sent again = Returned(1);
  ASSERT_EQ(once.objects.size(), again.objects.size());
  for (size_t i = 0; i < once.objects.size(); ++i) {
    EXPECT_EQ(once.objects[i].GetString(tags::SOPInstanceUID),
              again.objects[i].GetString(tags::SOPInstanceUID));
  }
}

TEST_F(Amend, AWithdrawnResultIsRejectedWithAllThatWentWithIt) {
  Accepted();
  const auto uids = node_->Withdraw(bob_, 1, R"({"reason":"wrong side","code":"113037"})");
  ASSERT_EQ(uids.size(), 1U);
  EXPECT_EQ(CaseState(), "WITHDRAWN");
  node_->Tick();
  ASSERT_EQ(spools_.returned.size(), 2U);
  const Sent sent = Returned(0);
  const Sent note = Returned(1);
  EXPECT_EQ(note.manifest["result"].asString(), uids[0]);
  EXPECT_EQ(note.manifest["earlier"]["result"], sent.manifest["result"]);
  EXPECT_TRUE(note.manifest["earlier"]["withdrawn"].asBool());
  ASSERT_EQ(note.objects.size(), 1U);
  EXPECT_TRUE(results::VerifyKeyObjects(note.objects[0]).empty());
  const auto read = results::ReadKeyObjects(note.objects[0]);
  EXPECT_EQ(read.title, results::kRejectedForSafety);
  EXPECT_EQ(read.description, "wrong side");
  ASSERT_EQ(read.objects.size(), sent.objects.size());
  for (size_t i = 0; i < sent.objects.size(); ++i) {
    EXPECT_EQ(read.objects[i].sop_instance_uid, sent.objects[i].GetString(tags::SOPInstanceUID));
  }
  EXPECT_EQ(KindOf([&] { node_->Withdraw(bob_, 1, R"({"reason":"again"})"); }),
            ErrorKind::kConflict);
  ExpectWholeJournal();
}

TEST_F(Amend, WhatNeverLeftIsNotRejectedButStays) {
  node_->Judge(bob_, Submitted(), R"({"verdict":"ACCEPT"})");
  node_->Withdraw(max_, 1, R"({"reason":"too early"})");
  node_->Tick();
  EXPECT_TRUE(spools_.returned.empty());
  const Json::Value delivery = node_->queries().Deliveries(max_, 0, 10)["items"][0];
  EXPECT_EQ(delivery["state"].asString(), "FAILED");
  EXPECT_EQ(delivery["reason"].asString(), "WITHDRAWN");
  EXPECT_EQ(node_->queries().Health()["deliveries"]["WITHDRAWN"].asInt(), 1);
  EXPECT_FALSE(node_->queries().Health()["deliveries"].isMember("FAILED"));
  ExpectWholeJournal();
}

TEST_F(Amend, WithdrawingIsForReviewersAndManagersAndNeedsAReason) {
  Accepted();
  EXPECT_EQ(KindOf([&] { node_->Withdraw(alice_, 1, R"({"reason":"x"})"); }),
            ErrorKind::kForbidden);
  EXPECT_EQ(KindOf([&] { node_->Withdraw(bob_, 1, R"({})"); }), ErrorKind::kInvalid);
  EXPECT_EQ(KindOf([&] { node_->Withdraw(bob_, 1, R"({"reason":"x","code":"113038"})"); }),
            ErrorKind::kInvalid);
  EXPECT_EQ(KindOf([&] { node_->Amend(alice_, 1, R"({"reason":"x"})"); }), ErrorKind::kForbidden);
  EXPECT_EQ(CaseState(), "ACCEPTED");
}

TEST_F(Amend, ANewVersionNamesItsPredecessorAndWhy) {
  Accepted();
  TellDelivery("COMMITTED");
  ASSERT_EQ(CaseState(), "RETURNED");
  const std::string uid = node_->Amend(max_, 1, R"({"reason":"reached into the vessel"})");
  EXPECT_EQ(CaseState(), "OPEN");
  EXPECT_EQ(KindOf([&] { node_->Amend(max_, 1, R"({"reason":"twice"})"); }), ErrorKind::kConflict);
  ASSERT_EQ(Claim(carol_), uid);
  const int64_t id = SubmitAs(carol_, uid).id;
  node_->Judge(bob_, id, R"({"verdict":"ACCEPT"})");
  node_->Tick();
  const Sent first = Returned(0);
  const Sent second = Returned(1);
  const auto report = sr::Decode(second.objects.at(1)).description;
  EXPECT_EQ(report.amendment_reason, "reached into the vessel");
  ASSERT_EQ(report.provenance.predecessors.size(), 1U);
  EXPECT_EQ(report.provenance.predecessors[0].sop_instance_uid,
            first.objects.at(2).GetString(tags::SOPInstanceUID));
  EXPECT_EQ(TrackingIn(second.objects.at(1)), TrackingIn(first.objects.at(2)));
  EXPECT_EQ(second.manifest["earlier"]["result"], first.manifest["result"]);
  EXPECT_FALSE(second.manifest["earlier"]["withdrawn"].asBool());
  EXPECT_EQ(CaseState(), "ACCEPTED");
  ExpectWholeJournal();
}

TEST_F(Amend, ReworkOfANewVersionIsStillThatVersion) {
  Accepted();
  const std::string uid = node_->Amend(bob_, 1, R"({"reason":"contour"})");
  Claim(carol_);
  node_->Judge(bob_, SubmitAs(carol_, uid).id, R"({"verdict":"RETURN","reason":"more"})");
  const std::string again = Claim(carol_);
  std::string labels = Labels();
  labels[1] = 1;
  const int64_t id = node_->Submit(carol_, again, kLock, Form(), labels).id;
  node_->Judge(bob_, id, R"({"verdict":"ACCEPT"})");
  node_->Tick();
  EXPECT_EQ(sr::Decode(Returned(1).objects.at(1)).description.amendment_reason, "contour");
}

TEST_F(Amend, WithdrawingEndsWorkOnANewVersion) {
  Accepted();
  const std::string uid = node_->Amend(bob_, 1, R"({"reason":"contour"})");
  Claim(carol_);
  node_->Withdraw(bob_, 1, R"({"reason":"not needed"})");
  EXPECT_EQ(WorkFor(max_, "READ", "CANCELED"), uid);
  EXPECT_EQ(CaseState(), "WITHDRAWN");
  EXPECT_EQ(KindOf([&] { SubmitAs(carol_, uid); }), ErrorKind::kConflict);
}

}  // namespace
}  // namespace glossator::node
