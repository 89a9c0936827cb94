// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/http.h"

#include <gtest/gtest.h>

#include "dicom/json.h"

namespace glossator::plugin {
namespace {

TEST(BasicUser, IsWhatStandsBeforeTheFirstColon) {
  EXPECT_EQ(BasicUser("Basic YWRhOnNlY3JldA=="), "ada");  // ada:secret
  EXPECT_EQ(BasicUser("basic YWRhOmE6Yg=="), "ada");      // ada:a:b
  EXPECT_EQ(BasicUser("Bearer YWRhOnNlY3JldA=="), "");
  EXPECT_EQ(BasicUser("Basic !!!!"), "");
  EXPECT_EQ(BasicUser("Basic YWRh"), "");  // no colon
  EXPECT_EQ(BasicUser(""), "");
}

TEST(Problem, IsADocumentOfItsStatus) {
  const Answer answer = Problem(409, "claimed by somebody else");
  const Json::Value json = dicom::ParseJson(answer.body);
  EXPECT_EQ(answer.content_type, "application/problem+json");
  EXPECT_EQ(json["status"].asInt(), 409);
  EXPECT_EQ(json["title"].asString(), "Conflict");
  EXPECT_EQ(json["detail"].asString(), "claimed by somebody else");
}

TEST(Problem, SaysWhenToComeAgain) {
  EXPECT_EQ(Problem(503, "later").headers.count("Retry-After"), 1u);
}

TEST(Query, RefusesNumbersThatAreNone) {
  Request request;
  request.query = {{"limit", "12"}, {"after", "-1"}, {"x", "9999"}};
  EXPECT_EQ(request.Number("limit", 5, 100), 12u);
  EXPECT_EQ(request.Number("absent", 5, 100), 5u);
  EXPECT_THROW(request.Number("after", 0, 100), Error);
  EXPECT_THROW(request.Number("x", 0, 100), Error);
}

}  // namespace
}  // namespace glossator::plugin
