// SPDX-License-Identifier: GPL-3.0-or-later
// Whose study is it: issuers of Patient IDs, and what a steward says about two patients.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "gate_fixture.h"

namespace glossator::gate {
namespace {

class IssuersTest : public GateTest {
 protected:
  IssuersTest() {
    config_.projects = {{.id = "lung", .quiet_seconds = 3600}};
    config_.routes = {{"GL_A", "*", "*", "lung", "HOSPITAL-A"},
                      {"GL_B", "*", "*", "lung", "HOSPITAL-B"},
                      {"GL_C", "*", "*", "lung", ""}};
  }

  // Its own study; issuer "": the object names none.
  static dicom::DataSet Object(int study, const std::string& issuer = "",
                               const std::string& patient_id = "MRN-778812") {
    auto object = CtSlice(study, patient_id);
    object.SetString(tags::StudyInstanceUID, "1.2.3.4." + std::to_string(study));
    if (!issuer.empty()) object.SetString(tags::IssuerOfPatientID, issuer);
    return object;
  }

  // The code that the study of `object` got.
  std::string CodeAfter(const dicom::DataSet& object, const std::string& called) {
    std::set<std::string> known;
    const auto before = Ask("studies");
    for (const auto& item : before["items"]) known.insert(item["study_uid"].asString());
    EXPECT_EQ(Send(object, called).code, dimse::kSuccess);
    const auto after = Ask("studies");
    for (const auto& item : after["items"]) {
      if (!known.contains(item["study_uid"].asString())) return item["patient_code"].asString();
    }
    return "no new study";
  }

  Json::Value Steward(const char* call, const char* from, const char* into = "") {
    Json::Value request;
    request["call"] = call;
    request["project"] = "lung";
    request["from"] = request["into"] = "MRN-778812";
    request["from_issuer"] = from;
    request["into_issuer"] = into;
    return CallLine(directory_.path() / "steward.sock", request);
  }

  // Patient code: codes linked with it.
  std::map<std::string, std::vector<std::string>> Links() {
    std::map<std::string, std::vector<std::string>> links;
    const auto studies = Ask("studies");
    for (const auto& item : studies["items"]) {
      auto& codes = links[item["patient_code"].asString()];
      codes.clear();
      for (const auto& code : item["patient_links"]) codes.push_back(code.asString());
    }
    return links;
  }
};

TEST_F(IssuersTest, EqualPatientIdsOfTwoIssuersNeverMeet) {
  Start();
  const auto a = CodeAfter(Object(1), "GL_A");
  const auto b = CodeAfter(Object(2), "GL_B");
  const auto none = CodeAfter(Object(3), "GL_C");
  EXPECT_NE(a, b);
  EXPECT_NE(a, none);
  EXPECT_NE(b, none);
  // What the object says counts before what its route says.
  EXPECT_EQ(CodeAfter(Object(4, "HOSPITAL-A"), "GL_B"), a);
  EXPECT_EQ(CodeAfter(Object(5, "HOSPITAL-B"), "GL_C"), b);
}

TEST_F(IssuersTest, AnIssuerMayBeAUniversalIdentifier) {
  Start();
  auto object = Object(1);
  dicom::DataSet qualifier;
  qualifier.SetString(tags::UniversalEntityID, "HOSPITAL-A");
  object.Put(
      {tags::IssuerOfPatientIDQualifiersSequence, dicom::Vr::SQ, {}, {qualifier}, {}, false});
  const auto universal = CodeAfter(object, "GL_C");
  EXPECT_EQ(CodeAfter(Object(2), "GL_A"), universal);
}

TEST_F(IssuersTest, AStudyStaysWithItsPatientWhenItsRouteGetsAnAuthority) {
  config_.routes = {{"GL_A", "*", "*", "lung", ""}};
  Start();
  EXPECT_EQ(Send(Object(1), "GL_A").code, dimse::kSuccess);
  Stop();
  config_.routes = {{"GL_A", "*", "*", "lung", "HOSPITAL-A"}};
  Start();
  auto later = Object(1);
  later.SetString(tags::SOPInstanceUID, "1.2.3.4.5.77");
  EXPECT_EQ(Send(later, "GL_A").code, dimse::kSuccess);
  Await([&] { return Ask("studies")["items"][0]["instances"].asInt() == 2; });
  EXPECT_EQ(Ask("studies")["items"][0]["state"].asString(), "RECEIVING");
  auto another = Object(1, "HOSPITAL-B");
  another.SetString(tags::SOPInstanceUID, "1.2.3.4.5.78");
  EXPECT_EQ(Send(another, "GL_A").code, dimse::kSuccess);
  Await([&] { return Ask("studies")["items"][0]["state"].asString() == "QUARANTINED"; });
}

TEST_F(IssuersTest, AMergeLinksCodesAndASplitTakesTheLinkAway) {
  Start();
  const auto a = CodeAfter(Object(1), "GL_A");
  const auto b = CodeAfter(Object(2), "GL_B");
  const auto none = CodeAfter(Object(3), "GL_C");
  const auto seq = Ask("studies")["next"].asInt64();
  Steward("identity.merge", "HOSPITAL-A", "HOSPITAL-B");
  Steward("identity.merge", "HOSPITAL-B", "");
  auto links = Links();
  EXPECT_EQ(links[a], (std::vector<std::string>{std::min(b, none), std::max(b, none)}));
  EXPECT_EQ(links[none].size(), 2u);
  EXPECT_GT(Ask("studies")["next"].asInt64(), seq + 2);  // the lab hears of all three
  EXPECT_THROW(Steward("identity.merge", "", "HOSPITAL-A"), Error) << "a circle";
  EXPECT_THROW(Steward("identity.merge", "HOSPITAL-A", "HOSPITAL-B"), Error) << "again";
  Steward("identity.split", "HOSPITAL-B");
  links = Links();
  EXPECT_EQ(links[a], std::vector<std::string>{b});
  EXPECT_EQ(links[b], std::vector<std::string>{a});
  EXPECT_TRUE(links[none].empty());
  EXPECT_EQ(CodeAfter(Object(4), "GL_A"), a);  // codes stay
}

}  // namespace
}  // namespace glossator::gate
