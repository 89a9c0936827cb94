// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "dicom/json.h"

namespace glossator::plugin {
namespace {

Answer Echo(const Services&, const Call& call) {
  return TextAnswer(call.who.id + (call.captured.empty() ? "" : ":" + call.captured[0]),
                    "text/plain");
}
Answer NeedsId(const Services&, const Call& call) {
  return TextAnswer(std::to_string(call.Id()), "text/plain");
}
Answer Throws(const Services&, const Call&) { throw std::runtime_error("patient's name"); }

constexpr Route kTable[] = {
    {Method::kGet, "/a", "*", Echo, 200, "anyone"},
    {Method::kGet, "/a/{id}", "", Echo, 200, "any reader"},
    {Method::kPost, "/a/{id}/b", "manager auditor", NeedsId, 201, "some", "application/json", 4},
    {Method::kPut, "/a/{id}", "", Echo, 200, "another method"},
    {Method::kGet, "/throws", "*", Throws, 200, "fails"},
};

class FakeStatus final : public Status {
 public:
  Now Get() const override { return {}; }
};

class Dispatching : public ::testing::Test {
 protected:
  Dispatching() {
    config_.readers.resize(2);
    config_.readers[0].user = "ada";
    config_.readers[0].id = "R1";
    config_.readers[0].roles = {"annotator"};
    config_.readers[1].user = "eve";
    config_.readers[1].id = "M1";
    config_.readers[1].roles = {"manager"};
  }
  Answer Ask(Method method, const std::string& path, const std::string& authorization = "",
             std::string_view body = "") {
    Request request{method, path, {}, {{"authorization", authorization}}, body};
    return Dispatch(kTable, {config_, status_}, request);
  }

  const std::string ada_ = "Basic YWRhOng=";
  const std::string eve_ = "Basic ZXZlOng=";
  const std::string unknown_ = "Basic bWFsOng=";
  Config config_;
  FakeStatus status_;
};

TEST_F(Dispatching, FindsRouteAndReader) {
  EXPECT_EQ(Ask(Method::kGet, "/a").status, 200);
  EXPECT_EQ(Ask(Method::kGet, "/a/").status, 200);
  EXPECT_EQ(Ask(Method::kGet, "/a/7", ada_).body, "R1:7");
  EXPECT_EQ(Ask(Method::kPost, "/a/7/b", eve_).body, "7");
}

TEST_F(Dispatching, RefusesWhoIsNoReaderOrLacksTheRole) {
  EXPECT_EQ(Ask(Method::kGet, "/a/7", unknown_).status, 403);
  EXPECT_EQ(Ask(Method::kGet, "/a/7").status, 403);
  EXPECT_EQ(Ask(Method::kPost, "/a/7/b", ada_).status, 403);
}

TEST_F(Dispatching, TellsPathsFromMethods) {
  EXPECT_EQ(Ask(Method::kGet, "/b", eve_).status, 404);
  const Answer answer = Ask(Method::kDelete, "/a/7", eve_);
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.headers.at("Allow"), "GET,PUT");
}

TEST_F(Dispatching, BoundsBodies) {
  EXPECT_EQ(Ask(Method::kPost, "/a/7/b", eve_, "1234").status, 200);
  EXPECT_EQ(Ask(Method::kPost, "/a/7/b", eve_, "12345").status, 413);
}

TEST_F(Dispatching, AnswersNotFoundForWhatIsNoNumber) {
  for (const char* id : {"x", "0", "-1", "7x", "99999999999999999999"}) {
    EXPECT_EQ(Ask(Method::kPost, std::string("/a/") + id + "/b", eve_).status, 404) << id;
  }
}

TEST_F(Dispatching, KeepsTheTextOfUnknownErrorsToItself) {
  const Answer answer = Ask(Method::kGet, "/throws");
  EXPECT_EQ(answer.status, 500);
  EXPECT_THAT(answer.body, ::testing::Not(::testing::HasSubstr("patient")));
}

TEST(RouteTable, HasNoRowTwiceAndOnlyKnownRoles) {
  std::set<std::pair<Method, std::string_view>> seen;
  const std::set<std::string_view> known = {"",
                                            "*",
                                            "manager",
                                            "manager auditor",
                                            "annotator specialist clinician",
                                            "specialist clinician",
                                            "specialist clinician manager"};
  for (const Route& route : Routes()) {
    EXPECT_TRUE(seen.emplace(route.method, route.pattern).second) << route.pattern;
    EXPECT_TRUE(known.contains(route.roles)) << route.roles;
    EXPECT_EQ(route.body_max > 0, !route.consumes.empty()) << route.pattern;
  }
}

TEST(OpenApiDocument, TellsEveryRoute) {
  const FakeStatus status;
  const Config config;
  const ReaderConfig nobody;
  const Request request;
  const Json::Value document =
      dicom::ParseJson(pages::OpenApi({config, status}, {request, nobody, {}}).body);
  size_t operations = 0;
  for (const Json::Value& path : document["paths"]) {
    operations += path.size();
  }
  EXPECT_EQ(operations, Routes().size());
  const Json::Value& submit =
      document["paths"]["/glossator/api/v1/workitems/{uid}/submissions"]["post"];
  EXPECT_TRUE(submit["requestBody"]["content"].isMember("multipart/form-data"));
  EXPECT_EQ(submit["parameters"][0]["name"].asString(), "uid");
}

TEST(Alarms, RingForWhatNeedsAPerson) {
  const Json::Value numbers = dicom::ParseJson(
      R"({"deliveries": {"HELD": 2}, "gate": {"spool_bytes": 95, "spool_bytes_max": 100}})");
  Status::Now now;
  now.gate.up = true;
  std::vector<std::string_view> codes;
  for (const Alarm& alarm : Ringing(numbers, now)) {
    codes.push_back(alarm.code);
  }
  EXPECT_THAT(codes, ::testing::ElementsAre("spool-full", "delivery-held"));
  EXPECT_EQ(HealthOf(numbers, now)["status"].asString(), "critical");
  EXPECT_EQ(HealthOf(Json::Value(Json::objectValue), now)["status"].asString(), "fine");
}

}  // namespace
}  // namespace glossator::plugin
