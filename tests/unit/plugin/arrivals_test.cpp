// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/arrivals.h"

#include <gtest/gtest.h>

#include "dicom/json.h"

namespace glossator::plugin {
namespace {

constexpr const char* kRoot = "/dicom-web";

TEST(Arrivals, RoutesThatAreAboutTimeAreShut) {
  for (const char* path :
       {"/changes", "/exports", "/jobs", "/jobs/1", "/statistics", "/tools/metrics-prometheus",
        "/studies/a/metadata", "/instances/a/metadata/ReceptionDate", "/series/a/metadata/7",
        "/instances/a/metadata/TransferSyntax/x", "/storage-commitment/1", "/housekeeper/status"}) {
    EXPECT_FALSE(TellsNoArrival(path, kRoot)) << path;
  }
}

TEST(Arrivals, ImagesAndSearchesStayOpen) {
  for (const char* path :
       {"/studies", "/studies/a", "/instances/a/file", "/instances/a/frames/0/raw", "/wado",
        "/series/a/archive", "/instances/a/metadata/TransferSyntax",
        "/dicom-web/studies/1/metadata", "/tools/find", "/tools/lookup", "/ui/api/configuration"}) {
    EXPECT_TRUE(TellsNoArrival(path, kRoot)) << path;
  }
}

TEST(Arrivals, OnlyResourcesAreAnsweredByUs) {
  EXPECT_TRUE(IsResourcePath(Method::kGet, "/studies"));
  EXPECT_TRUE(IsResourcePath(Method::kGet, "/studies/a/series"));
  EXPECT_TRUE(IsResourcePath(Method::kPost, "/tools/find"));
  for (const char* path : {"/studies/a/archive", "/instances/a/file", "/glossator", "/tools/find",
                           "/studies/a/series/b", "/system"}) {
    EXPECT_FALSE(IsResourcePath(Method::kGet, path)) << path;
  }
  EXPECT_FALSE(IsResourcePath(Method::kDelete, "/studies/a"));
}

TEST(Arrivals, ResourcesLoseWhatTellsWhenTheyCame) {
  Json::Value json = dicom::ParseJson(
      R"([{"ID":"a","LastUpdate":"20261124T231500","IsStable":false,
           "Metadata":{"LastUpdate":"20261124T231500","SopClassUid":"1.2"},
           "MainDicomTags":{"StudyDate":"20240105"}}, "b"])");
  RemoveArrivals(json);
  EXPECT_EQ(json, dicom::ParseJson(R"([{"ID":"a","IsStable":true,"Metadata":{"SopClassUid":"1.2"},
                                        "MainDicomTags":{"StudyDate":"20240105"}}, "b"])"));
}

TEST(Arrivals, AQueryIsHandedOnAsItWas) {
  Request request;
  request.path = "/studies";
  request.query = {{"expand", ""}, {"requestedTags", "A;B&C"}};
  EXPECT_EQ(WithQuery(request), "/studies?expand&requestedTags=A%3BB%26C");
}

}  // namespace
}  // namespace glossator::plugin
