// SPDX-License-Identifier: GPL-3.0-or-later
#include "worklist/rules.h"

#include <gtest/gtest.h>

#include "dicom/error.h"
#include "worklist/ups.h"

namespace glossator::worklist {
namespace {

namespace tags = dicom::tags;

ReaderConfig Person(const std::string& id, const std::string& role,
                    const std::string& project = "LUNG") {
  ReaderConfig person;
  person.user = person.id = id;
  person.roles = {role};
  person.projects = {project};
  return person;
}

Workitem Review() {
  Workitem review;
  review.stage = Stage::kReview;
  review.submission = 7;
  return review;
}

TEST(Rules, LetNobodyReviewTheirOwnWork) {
  const Setting setting{"LUNG", {"alice"}};
  EXPECT_FALSE(IsEligible(Person("alice", "specialist"), Review(), setting));
  EXPECT_TRUE(IsEligible(Person("bob", "specialist"), Review(), setting));
  EXPECT_TRUE(IsEligible(Person("bob", "clinician"), Review(), setting));
}

TEST(Rules, LetAnnotatorsReadAndNotReview) {
  EXPECT_TRUE(IsEligible(Person("bob", "annotator"), Workitem(), {"LUNG", {}}));
  EXPECT_FALSE(IsEligible(Person("bob", "annotator"), Review(), {"LUNG", {"alice"}}));
}

TEST(Rules, KeepManagersAndAuditorsFromReading) {
  EXPECT_FALSE(IsEligible(Person("bob", "manager"), Workitem(), {"LUNG", {}}));
  EXPECT_FALSE(IsEligible(Person("bob", "auditor"), Workitem(), {"LUNG", {}}));
}

TEST(Rules, KeepProjectsApart) {
  const ReaderConfig other = Person("bob", "specialist", "HEART");
  EXPECT_FALSE(MaySee(other, Workitem(), {"LUNG", {}}));
  EXPECT_FALSE(MaySee(Person("max", "manager", "HEART"), Workitem(), {"LUNG", {}}));
  EXPECT_FALSE(MaySeeSubmission(other, "bob", "LUNG"));
}

TEST(Rules, HideWhatAnotherReaderHasClaimed) {
  Workitem claimed;
  claimed.state = WorkitemState::kInProgress;
  claimed.performer = "alice";
  EXPECT_FALSE(MaySee(Person("bob", "annotator"), claimed, {"LUNG", {}}));
  EXPECT_TRUE(MaySee(Person("alice", "annotator"), claimed, {"LUNG", {}}));
  EXPECT_TRUE(MaySee(Person("max", "manager"), claimed, {"LUNG", {}}));
}

TEST(Rules, SendReturnedWorkBackToItsAuthorAndRejectedWorkToSomebodyElse) {
  Workitem read;
  read.uid = "2.25.5";
  read.performer = "alice";
  Case the_case;
  the_case.revision = 3;
  const Workitem rework = MakeRework(read, the_case, Verdict::kReturn);
  EXPECT_EQ(rework.scheduled_performer, "alice");
  EXPECT_EQ(rework.replaces, "2.25.5");
  EXPECT_EQ(rework.revision, 3);
  const Workitem fresh = MakeRework(read, the_case, Verdict::kReject);
  EXPECT_FALSE(IsEligible(Person("alice", "annotator"), fresh, {"LUNG", {}}));
  EXPECT_TRUE(IsEligible(Person("bob", "annotator"), fresh, {"LUNG", {}}));
}

TEST(Rules, KnowOnlyTheProtocolsThatExist) {
  EXPECT_EQ(FindProtocol("default").stages.size(), 2U);
  EXPECT_THROW(FindProtocol("two-reads"), Error);
}

TEST(Ups, NamesItsPredecessorAndNeverItsLock) {
  Case the_case;
  the_case.project = "LUNG";
  the_case.patient_code = "P-1";
  the_case.study_uid = "2.25.9";
  Workitem workitem;
  workitem.uid = "2.25.6";
  workitem.transaction_uid = "2.25.777";
  workitem.replaces = "2.25.5";
  workitem.state = WorkitemState::kInProgress;
  workitem.started = "2026-11-23T15:20:31.000000Z";
  const UpsContext context{the_case, FindProtocol("default"), {}, {}, {}, {}};
  const dicom::DataSet ups = ToUps(workitem, context);
  const auto* predecessor = ups.FirstItem(tags::ReplacedProcedureStepSequence);
  ASSERT_NE(predecessor, nullptr);
  EXPECT_EQ(predecessor->GetString(tags::ReferencedSOPInstanceUID), "2.25.5");
  EXPECT_EQ(ups.GetString(tags::ProcedureStepState), "IN PROGRESS");
  EXPECT_EQ(ups.GetString(tags::WorklistLabel), "LUNG");
  bool leaks = false;
  dicom::ForEachElement(ups, [&](const std::string&, const dicom::Element& element) {
    leaks = leaks || element.value.find("2.25.777") != std::string::npos;
  });
  EXPECT_FALSE(leaks);
  EXPECT_FALSE(ups.Has(tags::TransactionUID));
}

TEST(Ups, TakesOnlyAPercentageAsProgress) {
  dicom::DataSet changes;
  changes.AddItem(tags::ProcedureStepProgressInformationSequence)
      .SetString(tags::ProcedureStepProgress, "40");
  EXPECT_EQ(ProgressOf(changes), "40");
  changes.SetString(tags::PatientName, "X");
  EXPECT_THROW(ProgressOf(changes), Error);
}

}  // namespace
}  // namespace glossator::worklist
