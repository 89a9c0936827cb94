// SPDX-License-Identifier: GPL-3.0-or-later
// Claim, submit, judge.
#include <zlib.h>

#include "seg/decode.h"
#include "structured-report/decode.h"
#include "tests/unit/node/node_fixture.h"

namespace glossator::node {
namespace {

using Work = NodeTest;

std::string Gzip(const std::string& bytes) {
  std::string out(bytes.size() + 1000, '\0');
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

TEST_F(Work, GoesToWhoClaimsFirst) {
  OpenCase();
  const std::string uid = WorkFor(alice_, "READ");
  EXPECT_EQ(node_->ChangeState(alice_, uid, kLock, "IN PROGRESS").status, 0);
  const StateReply second = node_->ChangeState(carol_, uid, "2.25.998", "IN PROGRESS");
  EXPECT_EQ(second.status, 0xC302);
  EXPECT_EQ(second.http(), 409);
  EXPECT_EQ(WorkFor(carol_, "READ", "IN PROGRESS"), "");
}

TEST_F(Work, AlwaysAsksForTheTransactionUid) {
  OpenCase();
  const std::string uid = Claim(alice_);
  EXPECT_EQ(node_->ChangeState(alice_, uid, "", "CANCELED").status, 0xC301);
  EXPECT_EQ(node_->ChangeState(alice_, uid, "2.25.998", "CANCELED").status, 0xC301);
  EXPECT_EQ(CountEvents("workitem.refused"), 2);
  EXPECT_EQ(KindOf([&] { node_->Submit(alice_, uid, "2.25.998", Form(), Labels()); }),
            ErrorKind::kConflict);
  EXPECT_EQ(KindOf([&] { node_->Submit(alice_, uid, "", Form(), Labels()); }),
            ErrorKind::kConflict);
  EXPECT_EQ(KindOf([&] { node_->ChangeState(alice_, uid, "no uid", "CANCELED"); }),
            ErrorKind::kInvalid);
}

TEST_F(Work, IsNotCompletedWithoutASubmission) {
  OpenCase();
  const std::string uid = Claim(alice_);
  EXPECT_EQ(node_->ChangeState(alice_, uid, kLock, "COMPLETED").status, 0xC304);
  SubmitAs(alice_, uid);
  EXPECT_EQ(node_->ChangeState(alice_, uid, kLock, "COMPLETED").status, 0xB306);
}

TEST_F(Work, CanceledByItsReaderIsScheduledAnew) {
  OpenCase();
  const std::string uid = Claim(alice_);
  EXPECT_EQ(node_->ChangeState(alice_, uid, kLock, "CANCELED").status, 0);
  EXPECT_NE(WorkFor(carol_, "READ"), "");
  EXPECT_NE(WorkFor(carol_, "READ"), uid);
}

TEST_F(Work, ClaimedAndLeftLyingIsOpenedForOthers) {
  OpenCase();
  const std::string uid = Claim(alice_);
  clock_.Advance(std::chrono::hours(167));
  node_->Tick();
  EXPECT_EQ(WorkFor(carol_, "READ"), "") << "the lease is not over";
  dicom::DataSet progress;
  progress.AddItem(tags::ProcedureStepProgressInformationSequence)
      .SetString(tags::ProcedureStepProgress, "40");
  EXPECT_EQ(node_->Update(alice_, uid, kLock, progress).status, 0);
  clock_.Advance(std::chrono::hours(167));
  node_->Tick();
  EXPECT_EQ(WorkFor(carol_, "READ"), "") << "a progress report renews it";
  clock_.Advance(std::chrono::hours(2));
  node_->Tick();
  node_->Tick();
  const std::string next = WorkFor(carol_, "READ");
  ASSERT_NE(next, "");
  EXPECT_NE(next, uid);
  const dicom::DataSet ups = node_->queries().Workitem(carol_, next);
  EXPECT_EQ(
      ups.FirstItem(tags::ReplacedProcedureStepSequence)->GetString(tags::ReferencedSOPInstanceUID),
      uid);
  EXPECT_EQ(CountEvents("workitem.canceled"), 1);
  EXPECT_EQ(KindOf([&] { node_->Submit(alice_, uid, kLock, Form(), Labels()); }),
            ErrorKind::kConflict);
  ExpectWholeJournal();
}

TEST_F(Work, ReworkThatItsAuthorLetsLieIsForAnybody) {
  const int64_t id = Submitted();
  node_->Judge(bob_, id, R"({"verdict":"RETURN","reason":"the apex is missing"})");
  const std::string rework = WorkFor(alice_, "READ");
  EXPECT_EQ(node_->ChangeState(alice_, rework, kLock, "IN PROGRESS").status, 0);
  clock_.Advance(std::chrono::hours(169));
  node_->Tick();
  EXPECT_NE(WorkFor(carol_, "READ"), "");
}

TEST_F(Work, WithoutALeaseIsNeverTakenAway) {
  config_.projects[0].claim_hours = 0;
  OpenCase();
  Claim(alice_);
  clock_.Advance(std::chrono::hours(100000));
  node_->Tick();
  EXPECT_EQ(WorkFor(carol_, "READ"), "");
}

TEST_F(Work, KeepsProgressForItsPerformerOnly) {
  OpenCase();
  const std::string uid = Claim(alice_);
  dicom::DataSet changes;
  changes.AddItem(tags::ProcedureStepProgressInformationSequence)
      .SetString(tags::ProcedureStepProgress, "40");
  EXPECT_EQ(node_->Update(alice_, uid, kLock, changes).status, 0);
  EXPECT_EQ(node_->Update(alice_, uid, "2.25.998", changes).status, 0xC301);
  const dicom::DataSet ups = node_->queries().Workitem(alice_, uid);
  EXPECT_EQ(ups.FirstItem(tags::ProcedureStepProgressInformationSequence)
                ->GetString(tags::ProcedureStepProgress),
            "40");
}

TEST_F(Work, IsFoundInTheWorklistByStateAndOnlyByThoseWhoMaySeeIt) {
  OpenCase();
  WorkitemFilter scheduled;
  scheduled.match.SetString(tags::ProcedureStepState, "SCHEDULED");
  EXPECT_EQ(node_->queries().Workitems(alice_, scheduled).size(), 1U);
  ReaderConfig stranger = MakePerson("dan", "annotator");
  stranger.projects = {"HEART"};
  EXPECT_TRUE(node_->queries().Workitems(stranger, scheduled).empty());
  const std::string uid = Claim(alice_);
  EXPECT_TRUE(node_->queries().Workitems(carol_, WorkitemFilter()).empty());
  EXPECT_EQ(KindOf([&] { node_->queries().Workitem(carol_, uid); }), ErrorKind::kNotFound);
  EXPECT_EQ(KindOf([&] { node_->queries().Case(stranger, 1); }), ErrorKind::kNotFound);
}

TEST_F(Work, LetsAManagerOpenAnotherSeat) {
  OpenCase();
  dicom::DataSet ups;
  ups.SetString(tags::ProcedureStepState, "SCHEDULED");
  ups.SetString(tags::ProcedureStepLabel, "READ");
  ups.AddItem(tags::InputInformationSequence).SetString(tags::StudyInstanceUID, kStudy);
  EXPECT_EQ(KindOf([&] { node_->CreateWorkitem(alice_, "", ups); }), ErrorKind::kForbidden);
  EXPECT_EQ(node_->CreateWorkitem(max_, "2.25.31", ups), "2.25.31");
  EXPECT_EQ(KindOf([&] { node_->CreateWorkitem(max_, "2.25.31", ups); }), ErrorKind::kConflict);
  EXPECT_EQ(node_->queries().Workitems(alice_, WorkitemFilter()).size(), 2U);
}

TEST_F(Work, NamesReaderAndNodeInTheSegmentation) {
  const seg::Segmentation read = seg::Read(node_->SubmissionFile(alice_, Submitted(), "seg"));
  EXPECT_EQ(read.kind, seg::Kind::kBinary);
  ASSERT_EQ(read.description.contributors.size(), 2U);
  EXPECT_EQ(read.description.contributors[0].operators.at(0), alice_.id);
  EXPECT_FALSE(read.description.contributors[1].device_uid.empty());
}

TEST_F(Work, BecomesALabelMapOnlyForADestinationThatTakesIt) {
  config_.destinations["pacs"].label_map = true;
  const int64_t id = Submitted();
  ASSERT_NE(id, 0);
  const seg::Segmentation read = seg::Read(node_->SubmissionFile(alice_, id, "seg"));
  EXPECT_EQ(read.kind, seg::Kind::kLabelMap);
  const sr::Report report =
      sr::Decode(dicom::ReadFile(std::string_view(node_->SubmissionFile(bob_, id, "sr"))).data_set);
  EXPECT_EQ(report.description.groups[0].segment->sop_instance_uid, read.sop_instance_uid);
  EXPECT_EQ(report.description.groups[0].segment->sop_class_uid, "1.2.840.10008.5.1.4.1.1.66.7");
}

TEST_F(Work, BecomesASegmentationAndAReportThatSayTheSame) {
  const int64_t id = Submitted();
  ASSERT_NE(id, 0);
  const seg::Segmentation read = seg::Read(node_->SubmissionFile(alice_, id, "seg"));
  EXPECT_EQ(read.study_instance_uid, kStudy);
  EXPECT_EQ(read.description.segments.size(), 2U);
  const auto counts = seg::CountVoxels(read);
  EXPECT_EQ(counts.at(1), 5U + 3U);
  EXPECT_EQ(counts.at(2), 5U + 2U);
  const sr::Report report =
      sr::Decode(dicom::ReadFile(std::string_view(node_->SubmissionFile(bob_, id, "sr"))).data_set);
  ASSERT_EQ(report.description.groups.size(), 2U);
  const sr::MeasurementGroup& group = report.description.groups[0];
  EXPECT_EQ(group.segment->sop_instance_uid, read.sop_instance_uid);
  EXPECT_EQ(group.segment->number, 1);
  EXPECT_EQ(group.tracking_uid, read.description.segments[0].tracking_uid);
  EXPECT_EQ(group.measurements[0].value, 12.3456789);
  const sr::MeasurementGroup& unmeasured = report.description.groups[1];
  EXPECT_EQ(unmeasured.segment->number, 2);
  EXPECT_EQ(unmeasured.tracking_identifier, read.description.segments[1].tracking_id);
  EXPECT_EQ(unmeasured.finding->value, read.description.segments[1].type.value);
  EXPECT_TRUE(unmeasured.measurements.empty());
  ExpectWholeJournal();
}

TEST_F(Work, SubmittedAgainIsTheSameSubmission) {
  OpenCase();
  const std::string uid = Claim(alice_);
  const SubmitReply first = SubmitAs(alice_, uid);
  EXPECT_TRUE(first.created);
  const SubmitReply again = node_->Submit(alice_, uid, kLock, Form(), Gzip(Labels()));
  EXPECT_FALSE(again.created);
  EXPECT_EQ(again.id, first.id);
  std::string other = Labels();
  other[3] = 1;
  EXPECT_EQ(KindOf([&] { node_->Submit(alice_, uid, kLock, Form(), other); }),
            ErrorKind::kConflict);
  EXPECT_EQ(CountEvents("submission.created"), 1);
}

TEST_F(Work, ThatDoesNotFitItsCaseIsRefusedWithEveryFinding) {
  OpenCase();
  const std::string uid = Claim(alice_);
  const auto codes = [&](const std::string& form, const std::string& labels) {
    const SubmitReply reply = node_->Submit(alice_, uid, kLock, form, labels);
    EXPECT_EQ(reply.id, 0);
    std::string text;
    for (const Finding& finding : reply.findings) text += finding.code + "@" + finding.path + " ";
    return text;
  };
  EXPECT_EQ(codes(Form(4), Labels(4)), "shape@shape ");
  EXPECT_EQ(codes(Form(), Labels(4)), "labels-size@labels ");
  EXPECT_EQ(codes(Form(), Gzip(Labels(6))), "labels-size@labels ");
  std::string elsewhere = Form();
  elsewhere.replace(elsewhere.find("2.25.101"), 8, "2.25.103");
  EXPECT_EQ(codes(elsewhere, Labels()), "series@seriesInstanceUid ");
  std::string unknown = Labels();
  unknown[20] = 9;
  EXPECT_NE(codes(Form(), unknown), "");
  const std::string many = codes(R"({"seriesInstanceUid":5,"shape":[1,2],"dtype":"float",
      "segments":[{"number":0}],"measurements":[{"segment":3,"value":"x"}]})",
                                 "");
  for (const char* path :
       {"@seriesInstanceUid ", "@shape ", "@dtype ", "@segments[0].number ",
        "@segments[0].category ", "@measurements[0].value ", "@measurements[0].segment "}) {
    EXPECT_NE(many.find(path), std::string::npos) << path << " in " << many;
  }
  EXPECT_EQ(KindOf([&] { node_->Submit(alice_, uid, kLock, "{", Labels()); }), ErrorKind::kInvalid);
  EXPECT_EQ(WorkFor(alice_, "READ", "IN PROGRESS"), uid);
  EXPECT_GT(CountEvents("submission.refused"), 5);
}

TEST_F(Work, MayComeAsTheSegmentationOfATool) {
  const int64_t first = Submitted();
  const std::string object = node_->SubmissionFile(alice_, first, "seg");
  EXPECT_EQ(KindOf([&] { node_->SubmitObject(alice_, object); }), ErrorKind::kForbidden)
      << "nothing is claimed";
  node_->Judge(bob_, first, R"({"verdict":"RETURN","reason":"the apex is missing"})");
  const std::string rework = WorkFor(alice_, "READ");
  EXPECT_EQ(node_->ChangeState(alice_, rework, kLock, "IN PROGRESS").status, 0);
  EXPECT_EQ(KindOf([&] { node_->SubmitObject(carol_, object); }), ErrorKind::kForbidden)
      << "it is another's claim";
  const SubmitReply second = node_->SubmitObject(alice_, object);
  ASSERT_NE(second.id, 0);
  EXPECT_NE(second.id, first);
  const std::string written = node_->SubmissionFile(alice_, second.id, "seg");
  EXPECT_EQ(seg::Read(written).pixels, seg::Read(object).pixels);
  EXPECT_EQ(seg::Read(written).description.segments.at(1).name, "Lung");
  EXPECT_NE(seg::Read(written).sop_instance_uid, seg::Read(object).sop_instance_uid);
  ExpectWholeJournal();
}

TEST_F(Work, OfAToolKeepsWhatTheToolCallsItsFindings) {
  const int64_t first = Submitted();
  auto file = dicom::ReadFile(std::string_view(node_->SubmissionFile(alice_, first, "seg")));
  node_->Judge(bob_, first, R"({"verdict":"RETURN","reason":"with the tool"})");
  node_->ChangeState(alice_, WorkFor(alice_, "READ"), kLock, "IN PROGRESS");
  auto& segments = file.data_set.Find(tags::SegmentSequence)->items;
  segments.at(0).SetString(tags::TrackingID, "tool lesion 7");
  segments.at(0).SetString(tags::TrackingUID, "2.25.770");
  segments.at(1).Erase(tags::TrackingID);
  segments.at(1).Erase(tags::TrackingUID);
  const auto reply = node_->SubmitObject(alice_, dicom::WriteFile(file.data_set, *file.syntax));
  ASSERT_NE(reply.id, 0) << reply.findings.front().message;
  const auto written = seg::Read(node_->SubmissionFile(alice_, reply.id, "seg")).description;
  EXPECT_EQ(written.segments.at(0).tracking_id, "tool lesion 7");
  EXPECT_EQ(written.segments.at(0).tracking_uid, "2.25.770");
  EXPECT_EQ(written.segments.at(1).tracking_id, "Lung")
      << "what has no name is called by its label";
  const std::string text = node_->SubmissionFile(alice_, reply.id, "sr");
  const auto report = sr::Decode(dicom::ReadFile(std::string_view(text)).data_set).description;
  ASSERT_EQ(report.groups.size(), 2U);
  EXPECT_EQ(report.groups[0].tracking_identifier, "tool lesion 7");
  EXPECT_EQ(report.groups[0].tracking_uid, "2.25.770");
  EXPECT_EQ(report.groups[1].tracking_uid, written.segments.at(1).tracking_uid);
}

TEST_F(Work, OfAToolKeepsWhereItIsHowItLooksAndWhichProgramDrewIt) {
  const int64_t first = Submitted();
  auto file = dicom::ReadFile(std::string_view(node_->SubmissionFile(alice_, first, "seg")));
  node_->Judge(bob_, first, R"({"verdict":"RETURN","reason":"with the tool"})");
  node_->ChangeState(alice_, WorkFor(alice_, "READ"), kLock, "IN PROGRESS");
  dicom::DataSet& segment = file.data_set.Find(tags::SegmentSequence)->items.at(0);
  dicom::SetCode(segment, tags::AnatomicRegionSequence, {"39607008", "SCT", "Lung"});
  dicom::SetCode(segment.Find(tags::AnatomicRegionSequence)->items.front(),
                 tags::AnatomicRegionModifierSequence, {"24028007", "SCT", "Right"});
  segment.SetString(tags::SegmentDescription, "solid part");
  segment.SetInts(tags::RecommendedDisplayCIELabValue, {34885, 53485, 50171});
  segment.SetString(tags::SegmentAlgorithmType, "AUTOMATIC");
  segment.SetString(tags::SegmentAlgorithmName, "Lung net");
  auto& made = segment.AddItem(tags::SegmentationAlgorithmIdentificationSequence);
  dicom::SetCode(made, tags::AlgorithmFamilyCodeSequence,
                 {"123110", "DCM", "Artificial Intelligence"});
  made.SetString(tags::AlgorithmName, "Lung net");
  made.SetString(tags::AlgorithmVersion, "2.1");
  made.SetString(tags::AlgorithmParameters, "threshold=0.5");
  const auto reply = node_->SubmitObject(alice_, dicom::WriteFile(file.data_set, *file.syntax));
  ASSERT_NE(reply.id, 0) << reply.findings.front().message;
  const auto written = seg::Read(node_->SubmissionFile(alice_, reply.id, "seg")).description;
  const seg::Segment& kept = written.segments.at(0);
  EXPECT_EQ(kept.region->value, "39607008");
  EXPECT_EQ(kept.region_modifiers.at(0).value, "24028007");
  EXPECT_EQ(kept.description, "solid part");
  EXPECT_TRUE(kept.color.has_value());
  EXPECT_EQ(kept.algorithm_type, "AUTOMATIC");
  EXPECT_EQ(kept.algorithm->version, "2.1");
  const std::string text = node_->SubmissionFile(alice_, reply.id, "sr");
  const auto report = sr::Decode(dicom::ReadFile(std::string_view(text)).data_set).description;
  const auto& group = report.groups.at(0);
  EXPECT_EQ(group.site->value, "39607008");
  EXPECT_EQ(group.algorithm->name, "Lung net");
  EXPECT_EQ(group.algorithm->version, "2.1");
  EXPECT_EQ(group.algorithm->parameters, "threshold=0.5");
  EXPECT_FALSE(report.groups.at(1).algorithm) << "the other was drawn by hand";
}

TEST_F(Work, MayCallAFindingByAnIdentifierOfItsOwn) {
  OpenCase();
  const std::string key = "\"number\":1,";
  const auto with = [&](const std::string& more) {
    std::string form = Form();
    return form.insert(form.find(key) + key.size(), more);
  };
  const std::string uid = Claim(alice_);
  const auto refused =
      node_->Submit(alice_, uid, kLock, with("\"trackingIdentifier\":\"Cyst\","), Labels());
  ASSERT_EQ(refused.id, 0) << "its measurement calls it Nodule 1";
  EXPECT_EQ(refused.findings.at(0).code, "tracking-identifier");
  const auto reply = node_->Submit(
      alice_, uid, kLock, with("\"trackingIdentifier\":\"Nodule 1\",\"trackingUid\":\"2.25.771\","),
      Labels());
  ASSERT_NE(reply.id, 0);
  const auto written = seg::Read(node_->SubmissionFile(alice_, reply.id, "seg")).description;
  EXPECT_EQ(written.segments.at(0).tracking_uid, "2.25.771");
}

TEST_F(Work, OfAToolIsRefusedUnlessItIsOfThisCase) {
  const int64_t first = Submitted();
  const std::string object = node_->SubmissionFile(alice_, first, "seg");
  node_->Judge(bob_, first, R"({"verdict":"RETURN","reason":"the apex is missing"})");
  node_->ChangeState(alice_, WorkFor(alice_, "READ"), kLock, "IN PROGRESS");
  const auto changed = [&](dicom::Tag tag, const std::string& value) {
    auto file = dicom::ReadFile(std::string_view(object));
    file.data_set.SetString(tag, value);
    return dicom::WriteFile(file.data_set, *file.syntax);
  };
  EXPECT_EQ(KindOf([&] { node_->SubmitObject(alice_, changed(tags::PatientID, "MRN-4711")); }),
            ErrorKind::kForbidden)
      << "identified objects stay out";
  EXPECT_EQ(KindOf([&] { node_->SubmitObject(alice_, changed(tags::StudyInstanceUID, "2.25.7")); }),
            ErrorKind::kForbidden);
  EXPECT_EQ(KindOf([&] { node_->SubmitObject(alice_, "no DICOM"); }), ErrorKind::kInvalid);
  const auto reply = node_->SubmitObject(alice_, changed(tags::FrameOfReferenceUID, "2.25.7"));
  EXPECT_EQ(reply.id, 0);
  EXPECT_TRUE(HasErrors(reply.findings)) << "the verifier judges it";
  EXPECT_EQ(CountEvents("submission.refused"), 1);
}

TEST_F(Work, TakesFindingsInTheSchemaOfReports) {
  OpenCase();
  const std::string uid = Claim(alice_);
  const auto with = [](const std::string& findings) {
    std::string form = Form();
    return form.insert(form.size() - 1, ",\"findings\":" + findings);
  };
  const SubmitReply refused = node_->Submit(alice_, uid, kLock, with(R"([
      {"tracking_identifier":"A","segment":{"number":3}},
      {"tracking_identifier":"B","segment":{"number":1,"sop_instance_uid":"2.25.5"}},
      {"tracking_identifier":"C","images":["2.25.404"]},{"finding":1}])"),
                                            Labels());
  EXPECT_EQ(refused.id, 0);
  EXPECT_GE(refused.findings.size(), 3u);
  const SubmitReply taken = node_->Submit(alice_, uid, kLock, with(R"([
      {"tracking_identifier":"Judged","segment":{"number":4},
       "evaluations":[{"concept":{"value":"Q","scheme":"99X","meaning":"Margin"},"text":"sharp"}]},
      {"tracking_identifier":"Whole case","modifiers":[
       {"concept":{"value":"R","scheme":"99X","meaning":"Remark"},"text":"motion"}]}])"),
                                          Labels());
  for (const Finding& finding : taken.findings) EXPECT_NE(finding.severity, kFindingError);
  EXPECT_GT(taken.id, 0);
}

TEST_F(Work, IsNeverJudgedByItsAuthorNorByAnAnnotator) {
  OpenCase();
  const ReaderConfig both = bob_;  // a specialist reads, too
  const int64_t id = SubmitAs(both, Claim(both)).id;
  EXPECT_EQ(WorkFor(both, "REVIEW"), "");
  EXPECT_EQ(KindOf([&] { node_->Judge(both, id, R"({"verdict":"ACCEPT"})"); }),
            ErrorKind::kForbidden);
  EXPECT_EQ(KindOf([&] { node_->Judge(carol_, id, R"({"verdict":"ACCEPT"})"); }),
            ErrorKind::kForbidden);
  EXPECT_EQ(CaseState(), "OPEN");
}

TEST_F(Work, ShowsReviewersTheWorkAndNotWhoseItIs) {
  const int64_t id = Submitted();
  const Json::Value seen = node_->queries().Submission(bob_, id);
  EXPECT_FALSE(seen.isMember("author"));
  EXPECT_EQ(seen["objects"].size(), 2U);
  EXPECT_EQ(KindOf([&] { node_->queries().Submission(carol_, id); }), ErrorKind::kNotFound);
  EXPECT_EQ(KindOf([&] { node_->SubmissionFile(carol_, id, "seg"); }), ErrorKind::kNotFound);
}

TEST_F(Work, ReturnedGoesBackToItsAuthorAsANewWorkitem) {
  const int64_t id = Submitted();
  EXPECT_EQ(KindOf([&] { node_->Judge(bob_, id, R"({"verdict":"RETURN"})"); }),
            ErrorKind::kInvalid);
  node_->Judge(bob_, id, R"({"verdict":"RETURN","reason":"the apex is missing"})");
  EXPECT_EQ(WorkFor(carol_, "READ"), "");
  const std::string rework = WorkFor(alice_, "READ");
  ASSERT_NE(rework, "");
  EXPECT_EQ(node_->ChangeState(alice_, rework, kLock, "IN PROGRESS").status, 0);
  const SubmitReply second = SubmitAs(alice_, rework);
  EXPECT_TRUE(second.created);
  EXPECT_NE(second.id, id);
  node_->Judge(bob_, second.id, R"({"verdict":"ACCEPT","reason":""})");
  EXPECT_EQ(CaseState(), "ACCEPTED");
  ExpectWholeJournal();
}

TEST_F(Work, RejectedGoesToSomebodyElse) {
  const int64_t id = Submitted();
  node_->Judge(bob_, id, R"({"verdict":"REJECT","reason":"another organ"})");
  EXPECT_EQ(WorkFor(alice_, "READ"), "");
  EXPECT_NE(WorkFor(carol_, "READ"), "");
}

TEST_F(Work, IsDecidedOnce) {
  const int64_t id = Submitted();
  const std::string accept = R"({"verdict":"ACCEPT","reason":"agreed"})";
  const JudgeReply first = node_->Judge(bob_, id, accept);
  EXPECT_TRUE(first.created);
  EXPECT_TRUE(first.result);
  const JudgeReply again = node_->Judge(bob_, id, accept);
  EXPECT_FALSE(again.created);
  EXPECT_EQ(again.id, first.id);
  const ReaderConfig eve = MakePerson("eve", "clinician");
  EXPECT_EQ(KindOf([&] { node_->Judge(eve, id, accept); }), ErrorKind::kConflict);
}

TEST_F(Work, ThatSomebodyReviewsIsNotJudgedBySomebodyElse) {
  const int64_t id = Submitted();
  const std::string review = WorkFor(bob_, "REVIEW");
  EXPECT_EQ(node_->ChangeState(bob_, review, "2.25.997", "IN PROGRESS").status, 0);
  const ReaderConfig eve = MakePerson("eve", "clinician");
  EXPECT_EQ(KindOf([&] { node_->Judge(eve, id, R"({"verdict":"ACCEPT"})"); }),
            ErrorKind::kConflict);
  EXPECT_EQ(KindOf([&] { node_->Judge(bob_, id, R"({"verdict":"ACCEPT"})", "2.25.1"); }),
            ErrorKind::kConflict);
  EXPECT_TRUE(node_->Judge(bob_, id, R"({"verdict":"ACCEPT"})", "2.25.997").created);
}

}  // namespace
}  // namespace glossator::node
