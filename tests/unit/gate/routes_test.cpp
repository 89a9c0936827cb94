// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/routes.h"

#include <gtest/gtest.h>

namespace glossator::gate {
namespace {

Config TwoProjects() {
  Config config;
  config.projects = {{.id = "lung"}, {.id = "heart"}};
  config.routes = {{"GL_LUNG", "PACS", "*", "lung"},
                   {"GL_HEART", "*", "10.0.0.0/8", "heart"},
                   {"GL_ANY", "*", "*", ""}};
  return config;
}

TEST(Routes, TheFirstMatchNamesTheProject) {
  const auto config = TwoProjects();
  const auto match = Match(config, {"GL_LUNG", "PACS", "192.168.1.1"});
  ASSERT_EQ(match.outcome, RouteOutcome::kProject);
  EXPECT_EQ(match.project->id, "lung");
}

TEST(Routes, AnUnknownCalledTitleIsToldApartFromAnUnknownCaller) {
  const auto config = TwoProjects();
  EXPECT_EQ(Match(config, {"NOBODY", "PACS", "1.2.3.4"}).outcome, RouteOutcome::kUnknownCalled);
  EXPECT_EQ(Match(config, {"GL_LUNG", "STRANGER", "1.2.3.4"}).outcome,
            RouteOutcome::kUnknownCalling);
}

TEST(Routes, APeerOutsideOfTheNetworkIsNotLetIn) {
  const auto config = TwoProjects();
  EXPECT_EQ(Match(config, {"GL_HEART", "X", "10.1.2.3"}).outcome, RouteOutcome::kProject);
  EXPECT_EQ(Match(config, {"GL_HEART", "X", "11.1.2.3"}).outcome, RouteOutcome::kUnknownCalling);
  EXPECT_EQ(Match(config, {"GL_HEART", "X", "127.0.0.1"}).outcome, RouteOutcome::kUnknownCalling);
}

TEST(Routes, ARouteWithoutProjectLeadsToQuarantineNotToTheFloor) {
  const auto config = TwoProjects();
  EXPECT_EQ(Match(config, {"GL_ANY", "X", "1.2.3.4"}).outcome, RouteOutcome::kQuarantine);
}

}  // namespace
}  // namespace glossator::gate
