// SPDX-License-Identifier: GPL-3.0-or-later
// The same finding at another time: nobody guesses, a reader says so.
#include "node/tracking.h"
#include "seg/decode.h"
#include "structured-report/decode.h"
#include "tests/unit/node/node_fixture.h"

namespace glossator::node {
namespace {

constexpr const char* kNextStudy = "2.25.110";
constexpr const char* kNextSeries = "2.25.111";

class FollowUp : public NodeTest {
 protected:
  // The patient of the first case, another day.
  void OpenNext(const std::string& patient_code = "P-TEST") {
    std::vector<dicom::DataSet> slices;
    for (int i = 1; i <= 5; ++i) {
      slices.push_back(Slice(i));
      slices.back().SetString(tags::StudyInstanceUID, kNextStudy);
      slices.back().SetString(tags::SeriesInstanceUID, kNextSeries);
      slices.back().SetString(tags::SOPInstanceUID, "2.25.300" + std::to_string(i));
      slices.back().SetString(tags::PatientID, patient_code);
    }
    ReleaseBatch(2, slices);
    gate_.batches[2]["study"] = 2;
    gate_.batches[2]["study_uid"] = kNextStudy;
    gate_.batches[2]["patient_code"] = patient_code;
    node_->Tick();
  }
  void AcceptFirst() {
    node_->Judge(bob_, Submitted(), R"({"verdict":"ACCEPT"})");
    node_->Tick();
  }
  Json::Value FindingsOfNext() { return node_->Findings(alice_, 2)["items"]; }
  std::string ClaimNext() {
    const Json::Value found = node_->queries().Case(alice_, 2);
    const std::string uid = found["workitems"][0]["uid"].asString();
    EXPECT_EQ(node_->ChangeState(alice_, uid, kLock, "IN PROGRESS").status, 0);
    return uid;
  }
  // The first segment is said to be a finding that is known.
  static std::string FormThatFollows(const std::string& uid) {
    std::string form = Form();
    form.replace(form.find("2.25.101"), 8, kNextSeries);
    const std::string key = "\"number\":1,";
    return form.insert(form.find(key) + key.size(), "\"trackingUid\":\"" + uid + "\",");
  }
  std::string UidOf(const std::string& identifier) {
    for (const Json::Value& item : FindingsOfNext()) {
      if (item["trackingIdentifier"] == identifier) return item["trackingUid"].asString();
    }
    return "";
  }
};

TEST_F(FollowUp, AcceptedFindingsOfThePatientAreListed) {
  AcceptFirst();
  OpenNext();
  ASSERT_EQ(FindingsOfNext().size(), 2U);
  const Json::Value nodule = FindingsOfNext()[0];
  EXPECT_EQ(nodule["trackingIdentifier"].asString(), "Nodule 1");
  EXPECT_EQ(nodule["finding"]["code"].asString(), "27925004");
  EXPECT_EQ(nodule["studyInstanceUid"].asString(), kStudy);
  EXPECT_TRUE(node_->Findings(alice_, 1)["items"].empty());
  node_->Withdraw(bob_, 1, R"({"reason":"wrong side"})");
  EXPECT_TRUE(FindingsOfNext().empty());
}

TEST_F(FollowUp, AFindingThatIsKnownAgainKeepsItsNameAndUid) {
  AcceptFirst();
  OpenNext();
  const std::string uid = UidOf("Nodule 1");
  ASSERT_NE(uid, "");
  const SubmitReply reply =
      node_->Submit(alice_, ClaimNext(), kLock, FormThatFollows(uid), Labels());
  ASSERT_GT(reply.id, 0) << reply.findings.front().message;
  const seg::Segmentation object = seg::Read(node_->SubmissionFile(alice_, reply.id, "seg"));
  EXPECT_EQ(object.description.segments.at(0).tracking_uid, uid);
  EXPECT_NE(object.description.segments.at(1).tracking_uid, UidOf("Lung"));
  const std::string text = node_->SubmissionFile(alice_, reply.id, "sr");
  const auto groups = sr::Decode(dicom::ReadFile(std::string_view(text)).data_set).description;
  EXPECT_EQ(groups.groups.at(0).tracking_identifier, "Nodule 1");
  EXPECT_EQ(groups.groups.at(0).tracking_uid, uid);
}

TEST_F(FollowUp, AFindingOfSomebodyElseOrOfAnotherNameIsRefused) {
  AcceptFirst();
  OpenNext("P-OTHER");
  EXPECT_TRUE(FindingsOfNext().empty());
  const SubmitReply reply =
      node_->Submit(alice_, ClaimNext(), kLock, FormThatFollows("2.25.4711"), Labels());
  ASSERT_EQ(reply.id, 0);
  EXPECT_EQ(reply.findings.at(0).code, "tracking-uid");
  SubmissionForm form;
  form.description.segments.push_back({.label = 1, .tracking_uid = "2.25.1"});
  form.measurements.push_back({.tracking_identifier = "Cyst", .segment = 1});
  std::vector<Finding> findings;
  FollowFindings({{"Nodule 1", "2.25.1", std::nullopt, kStudy}}, form, findings);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].code, "tracking-identifier");
}

}  // namespace
}  // namespace glossator::node
