// SPDX-License-Identifier: GPL-3.0-or-later
// Several readers of one case: a computed consensus, and an adjudicator with a drawing of their
// own.
#include <algorithm>
#include <set>

#include "node/consensus.h"
#include "seg/decode.h"
#include "structured-report/decode.h"
#include "tests/unit/node/node_fixture.h"

namespace glossator::node {
namespace {

constexpr size_t kFirst = 0;  // voxels where the readers of these tests differ
constexpr size_t kSecond = 1;
constexpr size_t kThird = 2;

class Resolve : public NodeTest {
 protected:
  Resolve() {
    config_.readers = {alice_, bob_, carol_, dora_, emil_, max_};
    Start();
  }

  int64_t Read(const ReaderConfig& who, const std::vector<size_t>& nodule, std::string uid = "") {
    if (uid.empty()) uid = OpenSeat();
    EXPECT_EQ(node_->ChangeState(who, uid, kLock, "IN PROGRESS").status, 0);
    std::string labels = Labels();
    labels[kFirst] = 0;
    for (const size_t voxel : nodule) labels[voxel] = 1;
    const SubmitReply reply = node_->Submit(who, uid, kLock, Form(), labels);
    EXPECT_TRUE(reply.findings.empty());
    return reply.id;
  }

  // Three readers: the first voxel has two votes, the second all, the third one.
  void ThreeReads() {
    OpenCase();
    Read(alice_, {kFirst, kSecond}, WorkFor(alice_, "READ"));
    Read(carol_, {kFirst, kSecond});
    Read(dora_, {kSecond, kThird});
  }
  std::string Labelled(const std::string& file, const std::string& name) {
    std::vector<dicom::DataSet> heads;
    for (int i = 1; i <= 5; ++i) heads.push_back(Slice(i));
    const seg::Source source = seg::MakeSource(heads);
    const seg::Segmentation object = seg::Read(file);
    const seg::Labels labels = seg::Decode(object, source);
    std::string marks;
    for (const auto& segment : object.description.segments) {
      for (size_t i = 0; segment.name == name && i < labels.view().voxels(); ++i) {
        marks += labels.view().At(i) == segment.label ? '1' : '0';
      }
    }
    return marks;
  }
  static double ValueIn(const sr::MeasurementGroup& group, const std::string& concept_name,
                        const std::string& reader) {
    for (const auto& value : group.measurements) {
      if (value.concept_name.value == concept_name && value.reader == reader) return *value.value;
    }
    ADD_FAILURE() << concept_name << " of " << reader;
    return -1;
  }
  static const sr::MeasurementGroup& Nodule(const sr::ReportDescription& report) {
    return *std::ranges::find_if(report.groups, [](const sr::MeasurementGroup& group) {
      return group.finding && group.finding->value == "27925004";
    });
  }
  std::string OpenReviewOf(int64_t submission) {
    const Json::Value found = CaseFor(max_);
    for (const Json::Value& item : found["workitems"]) {
      const bool is_it = item["stage"] == "REVIEW" && item["submission"].asInt64() == submission;
      if (is_it && item["state"] == "SCHEDULED") return item["uid"].asString();
    }
    return "";
  }

  const ReaderConfig dora_ = MakePerson("dora", "specialist");
  const ReaderConfig emil_ = MakePerson("emil", "clinician");
};

TEST_F(Resolve, TheConsensusIsWhatMostReadersDrewAndSaysHowFarEachAgrees) {
  ThreeReads();
  const SubmitReply reply = node_->Consensus(max_, 1, R"({"method":"majority"})");
  ASSERT_GT(reply.id, 0);
  EXPECT_TRUE(reply.created);
  EXPECT_TRUE(reply.findings.empty());
  const std::string file = node_->SubmissionFile(bob_, reply.id, "seg");
  const std::string nodule = Labelled(file, "Nodule");
  EXPECT_EQ(nodule.substr(0, 3), "110");
  const seg::Segmentation object = seg::Read(file);
  EXPECT_EQ(object.description.segments.at(0).algorithm_type, "SEMIAUTOMATIC");
  EXPECT_EQ(object.description.segments.at(0).algorithm_name, "Majority vote");
  EXPECT_TRUE(object.head.GetString(tags::ContentCreatorName).empty());

  const std::string text = node_->SubmissionFile(bob_, reply.id, "sr");
  const sr::Report report = sr::Decode(dicom::ReadFile(std::string_view(text)).data_set);
  EXPECT_EQ(report.series_description, "Consensus");
  EXPECT_EQ(report.description.person->name, "alice");
  ASSERT_EQ(report.description.readers.size(), 2U);
  EXPECT_EQ(report.description.readers[1].name, "dora");
  EXPECT_EQ(report.description.provenance.predecessors.size(), 3U);
  const auto& group = Nodule(report.description);
  EXPECT_EQ(group.algorithm->name, "Majority vote");
  // Without the first voxel the labels have 7 of the nodule, none of them the three.
  EXPECT_NEAR(ValueIn(group, "Dice", "alice"), 1, 1e-9);
  EXPECT_NEAR(ValueIn(group, "Dice", "dora"), 2.0 * 8 / (9 + 9), 1e-9);
  EXPECT_NEAR(ValueIn(group, "Sensitivity", "dora"), 8.0 / 9, 1e-9);
  ExpectWholeJournal();
}

TEST_F(Resolve, AConsensusIsEstimatedFromHowGoodEachReaderIs) {
  ThreeReads();
  const SubmitReply reply = node_->Consensus(bob_, 1, R"({"method":"staple"})");
  const std::string file = node_->SubmissionFile(bob_, reply.id, "seg");
  EXPECT_EQ(Labelled(file, "Nodule").substr(0, 3), "110");
  EXPECT_EQ(seg::Read(file).description.segments.at(0).algorithm_name, "STAPLE");
  const std::string text = node_->SubmissionFile(bob_, reply.id, "sr");
  const auto report = sr::Decode(dicom::ReadFile(std::string_view(text)).data_set).description;
  EXPECT_GT(ValueIn(Nodule(report), "Sensitivity", "carol"),
            ValueIn(Nodule(report), "Sensitivity", "dora"));
  EXPECT_GT(ValueIn(Nodule(report), "Specificity", "carol"),
            ValueIn(Nodule(report), "Specificity", "dora"));
}

TEST_F(Resolve, TheSameConsensusIsComputedOnce) {
  ThreeReads();
  const SubmitReply once = node_->Consensus(max_, 1, "");
  const SubmitReply again = node_->Consensus(bob_, 1, R"({"method":"majority"})");
  EXPECT_EQ(once.id, again.id);
  EXPECT_FALSE(again.created);
  EXPECT_NE(node_->Consensus(max_, 1, R"({"method":"staple"})").id, once.id);
  EXPECT_EQ(CountEvents("consensus.computed"), 2);
}

TEST_F(Resolve, AReadIsNotTakenForAConsensusBecauseItSaysSo) {
  ThreeReads();
  const std::string uid = OpenSeat();
  ASSERT_EQ(node_->ChangeState(emil_, uid, kLock, "IN PROGRESS").status, 0);
  std::string form = Form();
  form.insert(1, R"("consensus":{"submissions":[1]},)");
  ASSERT_GT(node_->Submit(emil_, uid, kLock, form, Labels()).id, 0);
  const int64_t id = node_->Consensus(max_, 1, "").id;
  const std::string text = node_->SubmissionFile(bob_, id, "sr");
  const auto report = sr::Decode(dicom::ReadFile(std::string_view(text)).data_set).description;
  EXPECT_EQ(report.provenance.predecessors.size(), 4U);
}

TEST_F(Resolve, AConsensusIsDecidedOnByNoneOfItsReaders) {
  ThreeReads();
  const int64_t id = node_->Consensus(max_, 1, "").id;
  const char* accept = R"({"verdict":"ACCEPT"})";
  EXPECT_EQ(KindOf([&] { node_->Judge(dora_, id, accept); }), ErrorKind::kForbidden);
  EXPECT_NE(WorkFor(bob_, "REVIEW"), "");
  EXPECT_TRUE(node_->Judge(bob_, id, accept).result);
  EXPECT_EQ(CaseState(), "ACCEPTED");
}

TEST_F(Resolve, AnAcceptedConsensusNamesItsReadersAndWhoDecided) {
  ThreeReads();
  const int64_t id = node_->Consensus(max_, 1, "").id;
  node_->Judge(bob_, id, R"({"verdict":"ACCEPT"})");
  node_->Tick();
  ASSERT_EQ(spools_.returned.size(), 1U);
  const Sent sent = Returned(0);
  ASSERT_EQ(sent.objects.size(), 3U);
  const sr::Report report = sr::Decode(sent.objects[2]);
  EXPECT_EQ(report.series_description, "Accepted result");
  EXPECT_EQ(report.description.person->name, "bob");
  EXPECT_EQ(report.description.person->role_in_procedure->value, "C54634");
  std::set<std::string> readers;
  for (const auto& reader : report.description.readers) readers.insert(reader.name);
  EXPECT_EQ(readers, (std::set<std::string>{"alice", "carol", "dora"}));
  EXPECT_EQ(report.description.provenance.participants.size(), 4U);
  ASSERT_EQ(report.description.provenance.predecessors.size(), 1U);
  EXPECT_EQ(report.description.provenance.predecessors[0].sop_instance_uid,
            sent.objects[1].GetString(tags::SOPInstanceUID));
  EXPECT_EQ(report.description.groups, sr::Decode(sent.objects[1]).description.groups);
  EXPECT_EQ(sent.manifest["staying"].size(), 3U);
  std::set<std::string> people;
  for (const Json::Value& person : sent.manifest["people"]) {
    people.insert(person["code"].asString());
  }
  for (const char* code : {"alice", "bob", "carol", "dora"}) EXPECT_TRUE(people.contains(code));
}

TEST_F(Resolve, WhatTheReadersWaitedForEndsWithTheDecisionAmongThem) {
  ThreeReads();
  const int64_t id = node_->Consensus(max_, 1, "").id;
  ASSERT_NE(OpenReviewOf(1), "");
  node_->Judge(bob_, id, R"({"verdict":"ACCEPT"})");
  for (int64_t submission = 1; submission <= 3; ++submission) {
    EXPECT_EQ(OpenReviewOf(submission), "");
  }
  EXPECT_EQ(KindOf([&] { node_->Judge(bob_, 1, R"({"verdict":"ACCEPT"})"); }),
            ErrorKind::kConflict);
}

TEST_F(Resolve, NobodyWorksAgainOnAConsensusThatIsRejected) {
  ThreeReads();
  const int64_t id = node_->Consensus(max_, 1, "").id;
  node_->Judge(bob_, id, R"({"verdict":"REJECT","reason":"the readers differ too much"})");
  EXPECT_EQ(WorkFor(max_, "READ"), "");
  EXPECT_EQ(CaseState(), "OPEN");
  EXPECT_NE(OpenReviewOf(1), "");
}

TEST_F(Resolve, AConsensusNeedsReadersRightsAndAnOpenCase) {
  OpenCase();
  EXPECT_EQ(KindOf([&] { node_->Consensus(max_, 1, ""); }), ErrorKind::kConflict);
  Read(alice_, {kFirst}, WorkFor(alice_, "READ"));
  EXPECT_EQ(KindOf([&] { node_->Consensus(max_, 1, ""); }), ErrorKind::kConflict);
  Read(carol_, {kFirst});
  EXPECT_EQ(KindOf([&] { node_->Consensus(max_, 1, R"({"method":"staple"})"); }),
            ErrorKind::kConflict);
  EXPECT_EQ(KindOf([&] { node_->Consensus(alice_, 1, ""); }), ErrorKind::kForbidden);
  EXPECT_EQ(KindOf([&] { node_->Consensus(max_, 1, R"({"method":"mean"})"); }),
            ErrorKind::kInvalid);
  EXPECT_EQ(KindOf([&] { node_->Consensus(max_, 7, ""); }), ErrorKind::kNotFound);
  node_->Judge(bob_, 1, R"({"verdict":"ACCEPT"})");
  EXPECT_EQ(KindOf([&] { node_->Consensus(max_, 1, ""); }), ErrorKind::kConflict);
}

TEST_F(Resolve, AnAdjudicatorDrawsAnewAndNamesTheReaders) {
  ThreeReads();
  const std::string uid =
      node_->Adjudicate(max_, 1, R"({"reason":"they differ","adjudicator":"bob"})");
  EXPECT_EQ(KindOf([&] { node_->ChangeState(emil_, uid, kLock, "IN PROGRESS"); }),
            ErrorKind::kNotFound);
  const int64_t id = Read(bob_, {kSecond, kThird}, uid);
  EXPECT_EQ(KindOf([&] { node_->Judge(bob_, id, R"({"verdict":"ACCEPT"})"); }),
            ErrorKind::kForbidden);
  node_->Judge(emil_, id, R"({"verdict":"ACCEPT"})");
  node_->Tick();
  const Sent sent = Returned(0);
  const sr::Report own = sr::Decode(sent.objects.at(1));
  EXPECT_EQ(own.series_description, "Adjudication");
  EXPECT_EQ(own.description.person->name, "bob");
  EXPECT_EQ(own.description.person->role_in_procedure->value, "C96561");
  EXPECT_EQ(own.description.readers.size(), 3U);
  EXPECT_EQ(own.description.provenance.predecessors.size(), 3U);
  EXPECT_NEAR(ValueIn(Nodule(own.description), "Dice", "dora"), 1, 1e-9);
  const auto accepted = sr::Decode(sent.objects.at(2)).description;
  EXPECT_EQ(accepted.person->name, "emil");
  EXPECT_EQ(accepted.readers.size(), 4U);
  EXPECT_EQ(accepted.groups, own.description.groups);
  EXPECT_EQ(OpenReviewOf(1), "");
  ExpectWholeJournal();
}

TEST_F(Resolve, AnAdjudicatorIsAskedForAReasonAndHasNotReadTheCase) {
  ThreeReads();
  EXPECT_EQ(KindOf([&] { node_->Adjudicate(bob_, 1, "{}"); }), ErrorKind::kInvalid);
  EXPECT_EQ(KindOf([&] { node_->Adjudicate(dora_, 1, R"({"reason":"x"})"); }),
            ErrorKind::kConflict);
  EXPECT_EQ(KindOf([&] { node_->Adjudicate(bob_, 1, R"({"reason":"x","adjudicator":"emil"})"); }),
            ErrorKind::kForbidden);
  EXPECT_EQ(KindOf([&] { node_->Adjudicate(max_, 1, R"({"reason":"x","adjudicator":"carol"})"); }),
            ErrorKind::kInvalid);
  EXPECT_NE(node_->Adjudicate(bob_, 1, R"({"reason":"x"})"), "");
}

TEST_F(Resolve, ReworkOfAnAdjudicatorIsStillTheirs) {
  ThreeReads();
  const std::string uid = node_->Adjudicate(bob_, 1, R"({"reason":"they differ"})");
  node_->Judge(emil_, Read(bob_, {kSecond}, uid), R"({"verdict":"RETURN","reason":"more"})");
  const int64_t id = Read(bob_, {kThird}, WorkFor(bob_, "READ"));
  const std::string text = node_->SubmissionFile(bob_, id, "sr");
  EXPECT_EQ(sr::Decode(dicom::ReadFile(std::string_view(text)).data_set).series_description,
            "Adjudication");
  node_->Judge(emil_, id, R"({"verdict":"REJECT","reason":"no"})");
  EXPECT_EQ(WorkFor(max_, "READ"), "");
}

TEST_F(Resolve, TheReportOfAnAcceptanceIsAFileOfItsSubmission) {
  const int64_t id = Submitted();
  EXPECT_EQ(KindOf([&] { node_->SubmissionFile(bob_, id, "acceptance"); }), ErrorKind::kNotFound);
  node_->Judge(bob_, id, R"({"verdict":"ACCEPT"})");
  const std::string text = node_->SubmissionFile(alice_, id, "acceptance");
  EXPECT_EQ(sr::Decode(dicom::ReadFile(std::string_view(text)).data_set).series_description,
            "Accepted result");
}

}  // namespace
}  // namespace glossator::node
