// SPDX-License-Identifier: GPL-3.0-or-later
// A consensus that nobody asked for, of every kind of segmentation, and what of its readers goes
// out with it.
#include <algorithm>
#include <set>

#include "results/key_objects.h"
#include "seg/decode.h"
#include "structured-report/decode.h"
#include "tests/unit/node/node_fixture.h"

namespace glossator::node {
namespace {

constexpr const char* kLabelMapStorage = "1.2.840.10008.5.1.4.1.1.66.7";

class Policy : public NodeTest {
 protected:
  Policy() {
    config_.readers = {alice_, bob_, carol_, dora_, emil_, max_};
    config_.projects[0].consensus = "majority";
    config_.destinations["pacs"];
    Start();
  }

  // The first three voxels are nodule where `nodule` has a 1.
  void Read(const ReaderConfig& who, const std::string& uid, const std::string& nodule) {
    EXPECT_EQ(node_->ChangeState(who, uid, kLock, "IN PROGRESS").status, 0);
    std::string labels = Labels();
    for (size_t i = 0; i < nodule.size(); ++i) labels[i] = nodule[i] == '1' ? 1 : 0;
    EXPECT_GT(node_->Submit(who, uid, kLock, Form(), labels).id, 0);
  }
  void ThreeReads() {
    OpenCase();
    const std::string second = OpenSeat();
    const std::string third = OpenSeat();
    Read(carol_, second, "110");
    Read(dora_, third, "011");
    node_->Tick();
    EXPECT_EQ(CountEvents("consensus.computed"), 0) << "a read is open";
    Read(alice_, WorkFor(alice_, "READ"), "110");
    node_->Tick();
  }
  // Of the newest one.
  int64_t Computed() {
    for (const Event& event : Events()) {
      if (event.type == "consensus.computed") newest_ = event.fields["submission"].asInt64();
    }
    return newest_;
  }
  Sent Accepted() {
    node_->Judge(bob_, Computed(), R"({"verdict":"ACCEPT"})");
    node_->Tick();
    return Returned(0);
  }
  // '1' for each voxel of the segment of that name in the first `objects` files.
  static std::string Marks(const Sent& sent, const std::string& name, size_t objects) {
    std::vector<dicom::DataSet> heads;
    for (int i = 1; i <= 5; ++i) heads.push_back(Slice(i));
    const seg::Source source = seg::MakeSource(heads);
    for (size_t k = 0; k < objects; ++k) {
      if (sent.objects[k].GetString(tags::Modality) != "SEG") continue;
      const seg::Segmentation object = seg::Read(sent.files[k]);
      for (const auto& segment : object.description.segments) {
        if (segment.name != name) continue;
        const seg::Labels labels = seg::Decode(object, source);
        std::string marks;
        for (size_t i = 0; i < labels.view().voxels(); ++i) {
          marks += labels.view().At(i) == segment.label ? '1' : '0';
        }
        return marks;
      }
    }
    return "";
  }
  static std::multiset<std::string> KindsIn(const Sent& sent) {
    std::multiset<std::string> kinds;
    for (const auto& object : sent.objects) kinds.insert(object.GetString(tags::Modality));
    return kinds;
  }

  const ReaderConfig dora_ = MakePerson("dora", "specialist");
  const ReaderConfig emil_ = MakePerson("emil", "clinician");
  int64_t newest_ = 0;
};

TEST_F(Policy, AConsensusIsMadeWhenTheLastReaderHasSubmitted) {
  ThreeReads();
  EXPECT_EQ(CountEvents("consensus.computed"), 1);
  node_->Tick();
  EXPECT_EQ(CountEvents("consensus.computed"), 1) << "once";
  for (const Event& event : Events()) {
    if (event.type == "consensus.computed") EXPECT_EQ(event.actor, "node");
  }
  EXPECT_EQ(Marks(Accepted(), "Nodule", 1).substr(0, 3), "110");
  EXPECT_EQ(CaseState(), "ACCEPTED");
  ExpectWholeJournal();
}

TEST_F(Policy, AnotherReaderMakesItAnewAndEndsTheReviewOfTheFirst) {
  OpenCase();
  const std::string second = OpenSeat();
  Read(carol_, second, "110");
  Read(alice_, WorkFor(alice_, "READ"), "100");
  node_->Tick();
  ASSERT_EQ(CountEvents("consensus.computed"), 1);
  const int64_t first = Computed();
  Read(dora_, OpenSeat(), "111");
  node_->Tick();
  ASSERT_EQ(CountEvents("consensus.computed"), 2);
  EXPECT_EQ(KindOf([&] { node_->Judge(bob_, first, R"({"verdict":"ACCEPT"})"); }),
            ErrorKind::kConflict);
  EXPECT_EQ(Marks(Accepted(), "Nodule", 1).substr(0, 3), "110");
}

// Once one series of a case had its consensus, another that had failed was never tried again.
TEST_F(Policy, ASeriesThatFailedIsTriedAgainThoughAnotherHasItsConsensus) {
  const std::string other = "2.25.111";
  std::vector<dicom::DataSet> slices;
  for (int i = 1; i <= 10; ++i) {
    slices.push_back(Slice(i));
    if (i > 5) slices.back().SetString(tags::SeriesInstanceUID, other);
  }
  TellStudy("RELEASED", 10, 1);
  ReleaseBatch(1, slices);
  node_->Tick();
  std::string form = Form();
  form.replace(form.find(kSeries), std::string(kSeries).size(), other);
  const auto read = [&](const ReaderConfig& who, const std::string& uid, const std::string& what) {
    EXPECT_EQ(node_->ChangeState(who, uid, kLock, "IN PROGRESS").status, 0);
    EXPECT_GT(node_->Submit(who, uid, kLock, what, Labels()).id, 0);
  };
  const std::string seats[] = {OpenSeat(), OpenSeat(), OpenSeat()};
  read(carol_, seats[0], Form());
  read(dora_, seats[1], form);
  read(emil_, seats[2], form);
  const std::string uid = slices.back().GetString(tags::SOPInstanceUID);
  std::string away;
  std::swap(away, archive_.files[uid]);
  read(alice_, WorkFor(alice_, "READ"), Form());
  node_->Tick();
  EXPECT_EQ(CountEvents("consensus.computed"), 1);
  std::swap(away, archive_.files[uid]);
  clock_.Advance(std::chrono::minutes(10));
  node_->Tick();
  EXPECT_EQ(CountEvents("consensus.computed"), 2);
  node_->Tick();
  EXPECT_EQ(CountEvents("consensus.computed"), 2);
}

TEST_F(Policy, StapleWaitsForThreeReaders) {
  config_.projects[0].consensus = "staple";
  OpenCase();
  const std::string second = OpenSeat();
  Read(carol_, second, "110");
  Read(alice_, WorkFor(alice_, "READ"), "110");
  node_->Tick();
  EXPECT_EQ(CountEvents("consensus.computed"), 0);
  Read(dora_, OpenSeat(), "011");
  node_->Tick();
  EXPECT_EQ(CountEvents("consensus.computed"), 1);
}

TEST_F(Policy, NothingIsMadeByItselfUnlessTheProjectSaysSo) {
  config_.projects[0].consensus = "none";
  ThreeReads();
  EXPECT_EQ(CountEvents("consensus.computed"), 0);
}

TEST_F(Policy, WhatAnAdjudicatorOrAResultDecidesIsLeftAlone) {
  config_.projects[0].consensus = "none";
  ThreeReads();
  const std::string uid =
      node_->Adjudicate(max_, 1, R"({"reason":"they differ","adjudicator":"emil"})");
  Read(emil_, uid, "111");
  config_.projects[0].consensus = "majority";
  node_->Tick();
  EXPECT_EQ(CountEvents("consensus.computed"), 0);
}

TEST_F(Policy, TheReadersOwnReportsGoAlongWhereTheDestinationWantsThem) {
  config_.destinations["pacs"].helpers = {"READERS"};
  ThreeReads();
  const Sent sent = Accepted();
  EXPECT_EQ(KindsIn(sent),
            (std::multiset<std::string>{"SEG", "SEG", "SEG", "SEG", "SR", "SR", "SR", "SR", "SR"}));
  EXPECT_TRUE(sent.manifest["staying"].empty());
  std::set<std::string> there;
  for (const auto& object : sent.objects) there.insert(object.GetString(tags::SOPInstanceUID));
  for (const auto& object : sent.objects) {
    if (object.GetString(tags::Modality) != "SR") continue;
    for (const auto& before : sr::Decode(object).description.provenance.predecessors) {
      EXPECT_TRUE(there.contains(before.sop_instance_uid));
    }
  }
  node_->Withdraw(max_, 1, R"({"reason":"wrong study"})");
  node_->Tick();
  EXPECT_EQ(results::ReadKeyObjects(Returned(1).objects.at(0)).objects.size(), 9U);
  ExpectWholeJournal();
}

TEST_F(Policy, WhoWasAcceptedThemselvesDoesNotGoAlongASecondTime) {
  config_.projects[0].consensus = "none";
  config_.destinations["pacs"].helpers = {"READERS"};
  ThreeReads();
  node_->Judge(bob_, 1, R"({"verdict":"ACCEPT"})");
  node_->Judge(bob_, 2, R"({"verdict":"ACCEPT"})");
  node_->Tick();
  std::map<std::string, int> times;
  for (size_t i = 0; i < spools_.returned.size(); ++i) {
    for (const auto& object : Returned(i).objects) ++times[object.GetString(tags::SOPInstanceUID)];
  }
  for (const auto& [uid, count] : times) {
    // The third reader, who waits, goes with each of the two results.
    EXPECT_LE(count, 2) << uid;
  }
  EXPECT_EQ(times.size(), 3U + 3U + 2U);
}

// Every way in which a destination and a project can want segmentations.
class EveryKind : public Policy,
                  public testing::WithParamInterface<std::tuple<bool, const char*>> {};

TEST_P(EveryKind, GivesTheSameConsensusAndTheSameAgreement) {
  const auto [label_map, split] = GetParam();
  config_.destinations["pacs"].label_map = label_map;
  config_.projects[0].split = split;
  ThreeReads();
  ASSERT_EQ(CountEvents("consensus.computed"), 1);
  const Sent sent = Accepted();
  const size_t segmentations = std::string(split) == "none" ? 1 : 2;
  ASSERT_EQ(sent.objects.size(), segmentations + 2);
  for (size_t i = 0; i < segmentations; ++i) {
    EXPECT_EQ(sent.objects[i].GetString(tags::SOPClassUID) == kLabelMapStorage, label_map);
  }
  const std::string labels = Labels();
  std::string nodule, lung;
  for (size_t i = 0; i < labels.size(); ++i) {
    nodule += labels[i] == 1 ? '1' : '0';
    lung += labels[i] == 4 ? '1' : '0';
  }
  nodule.replace(0, 3, "110");
  EXPECT_EQ(Marks(sent, "Nodule", segmentations), nodule);
  EXPECT_EQ(Marks(sent, "Lung", segmentations), lung);
  const auto report = sr::Decode(sent.objects[segmentations]).description;
  ASSERT_EQ(report.groups.size(), 2U);
  const auto voxels = static_cast<double>(std::ranges::count(nodule, '1'));
  for (const auto& group : report.groups) {
    const bool is_nodule = group.finding->value == "27925004";
    std::map<std::string, double> dice;
    for (const auto& value : group.measurements) {
      if (value.concept_name.value == "Dice") dice[value.reader] = *value.value;
    }
    ASSERT_EQ(dice.size(), 3U);
    EXPECT_EQ(dice["alice"], 1);
    EXPECT_EQ(dice["carol"], 1);
    EXPECT_NEAR(dice["dora"], is_nodule ? (voxels - 1) / voxels : 1, 1e-9);
  }
}

INSTANTIATE_TEST_SUITE_P(OfSegmentation, EveryKind,
                         testing::Combine(testing::Bool(), testing::Values("none", "segment")));

}  // namespace
}  // namespace glossator::node
