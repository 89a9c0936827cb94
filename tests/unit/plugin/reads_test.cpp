// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/reads.h"

#include <gtest/gtest.h>

namespace glossator::plugin {
namespace {

const std::string kMine = "11111111-11111111-11111111-11111111-11111111";
const std::string kTheirs = "22222222-22222222-22222222-22222222-22222222";

class ReadsTest : public testing::Test {
 protected:
  ReadsTest() {
    config_.projects = {{.id = "LUNG"}, {.id = "HEART"}};
    config_.readers = {Reader("ada", {"LUNG"}), Reader("eve", {"*"}),
                       Reader("max", {"LUNG", "HEART"}), Reader("lab", {"*"})};
    for (const size_t i : {1, 2}) config_.readers[i].roles = {"manager"};
  }

  static ReaderConfig Reader(const std::string& user, std::set<std::string> projects) {
    ReaderConfig reader;
    reader.user = reader.id = user;
    reader.roles = {"annotator"};
    reader.projects = std::move(projects);
    return reader;
  }

  // "ada:x" and so on in base64.
  static std::string Authorization(const std::string& user) {
    const std::map<std::string, std::string> secrets = {{"ada", "YWRhOng="},
                                                        {"eve", "ZXZlOng="},
                                                        {"max", "bWF4Ong="},
                                                        {"lab", "bGFiOng="},
                                                        {"mallory", "bWFsbG9yeTp4"}};
    return "Basic " + secrets.at(user);
  }

  bool Allow(const std::string& user, const std::string& path,
             std::map<std::string, std::string> query = {}, Method method = Method::kGet) {
    Request request;
    request.method = method;
    request.path = path;
    request.query = std::move(query);
    request.repeats_parameters = repeats_;
    request.headers["authorization"] = Authorization(user);
    return reads_.Allow(request);
  }

  Config config_;
  bool repeats_ = false;
  int asked_ = 0;
  Reads reads_{config_,
               "/dicom-web",
               {.studies_of =
                    [this](const std::string& resource) {
                      ++asked_;
                      std::vector<std::string> studies;
                      if (resource.ends_with(kMine)) studies = {"1.2.1"};
                      if (resource.ends_with(kTheirs)) studies = {"1.2.2"};
                      if (resource == "/patients/" + kTheirs) studies = {"1.2.1", "1.2.2"};
                      return studies;
                    },
                .find_instance = [](const std::string& uid) -> std::optional<std::string> {
                  if (uid.empty()) return std::nullopt;
                  return uid == "1.2.1.1" ? kMine : kTheirs;
                },
                .project_of = [](const std::string& study) -> std::string {
                  if (study == "1.2.1") return "LUNG";
                  return study == "1.2.2" ? "HEART" : "";
                }}};
};

TEST_F(ReadsTest, AReaderSeesTheStudiesOfHisProjects) {
  for (const std::string level : {"studies", "series", "instances", "patients"}) {
    EXPECT_TRUE(Allow("ada", "/" + level + "/" + kMine)) << level;
    EXPECT_TRUE(Allow("ada", "/" + level + "/" + kMine + "/media")) << level;
    EXPECT_FALSE(Allow("ada", "/" + level + "/" + kTheirs)) << level;
    EXPECT_FALSE(Allow("ada", "/" + level + "/" + kTheirs + "/file")) << level;
    EXPECT_TRUE(Allow("max", "/" + level + "/" + kTheirs)) << level;
  }
}

TEST_F(ReadsTest, ListsAndSearchesAreForThoseWhoSeeEveryProject) {
  for (const char* path :
       {"/studies", "/series", "/instances", "/patients", "/changes", "/exports", "/statistics",
        "/jobs", "/jobs/x", "/dicom-web/studies", "/dicom-web/series", "/dicom-web/instances",
        "/something/new", "/web-viewer/series/x", "/studies/", "/dicom-web"}) {
    EXPECT_FALSE(Allow("ada", path)) << path;
    EXPECT_TRUE(Allow("eve", path)) << path;
    EXPECT_TRUE(Allow("max", path)) << path;
    EXPECT_FALSE(Allow("mallory", path)) << path;
  }
  EXPECT_FALSE(Allow("ada", "/tools/find", {}, Method::kPost));
  EXPECT_FALSE(Allow("ada", "/tools/lookup", {}, Method::kPost));
  EXPECT_TRUE(Allow("eve", "/tools/find", {}, Method::kPost));
}

TEST_F(ReadsTest, WhoIsNoManagerLearnsOfNoArrivalEvenWhenHeSeesEveryProject) {
  for (const char* path : {"/changes", "/jobs", "/statistics", "/something/new"}) {
    EXPECT_FALSE(Allow("lab", path)) << path;
  }
  EXPECT_FALSE(Allow("lab", "/instances/" + kMine + "/metadata/ReceptionDate"));
  EXPECT_FALSE(Allow("ada", "/instances/" + kMine + "/metadata"));
  EXPECT_FALSE(Allow("lab", "/instances/" + kMine + "/./metadata"));
  for (const char* path : {"/studies", "/dicom-web/studies", "/web-viewer/series/x"}) {
    EXPECT_TRUE(Allow("lab", path)) << path;
  }
  EXPECT_TRUE(Allow("lab", "/tools/find", {}, Method::kPost));
}

TEST_F(ReadsTest, DicomwebIsHeldAgainstTheStudyInThePath) {
  EXPECT_TRUE(Allow("ada", "/dicom-web/studies/1.2.1"));
  EXPECT_TRUE(Allow("ada", "/dicom-web/studies/1.2.1/series/1.2.3/instances/4/frames/1"));
  EXPECT_FALSE(Allow("ada", "/dicom-web/studies/1.2.2/series/1.2.3"));
  EXPECT_FALSE(Allow("ada", "/dicom-web/studies/9.9"));
  EXPECT_FALSE(Allow("ada", "/dicom-web/servers/1.2.1"));
  EXPECT_FALSE(Allow("ada", "/dicom-web/studies/1.2.1/series", {{"0020000D", "1.2.2"}}));
}

TEST_F(ReadsTest, ASearchThatNamesOneStudyIsHeldAgainstIt) {
  EXPECT_TRUE(Allow("ada", "/dicom-web/studies", {{"StudyInstanceUID", "1.2.1"}, {"limit", "9"}}));
  EXPECT_TRUE(Allow("ada", "/dicom-web/series", {{"StudyInstanceUID", "1.2.1"}}));
  EXPECT_FALSE(Allow("ada", "/dicom-web/studies", {{"StudyInstanceUID", "1.2.2"}}));
  EXPECT_FALSE(Allow("ada", "/dicom-web/studies", {{"StudyInstanceUID", "1.2.1\\1.2.2"}}));
  EXPECT_FALSE(Allow("ada", "/dicom-web/studies", {{"StudyInstanceUID", "1.2.*"}}));
  EXPECT_FALSE(
      Allow("ada", "/dicom-web/studies", {{"StudyInstanceUID", "1.2.1"}, {"0020000D", "1.2.2"}}));
  repeats_ = true;
  EXPECT_FALSE(Allow("ada", "/dicom-web/studies", {{"StudyInstanceUID", "1.2.1"}}));
  EXPECT_FALSE(Allow("ada", "/wado", {{"objectUID", "1.2.1.1"}}));
}

TEST_F(ReadsTest, WadoUriIsHeldAgainstTheObject) {
  EXPECT_TRUE(Allow("ada", "/wado", {{"objectUID", "1.2.1.1"}, {"studyUID", "1.2.2"}}));
  EXPECT_FALSE(Allow("ada", "/wado", {{"objectUID", "1.2.2.1"}, {"studyUID", "1.2.1"}}));
  EXPECT_FALSE(Allow("ada", "/wado"));
}

TEST_F(ReadsTest, APathThatCouldBeReadInTwoWaysIsRefused) {
  for (const std::string& path :
       std::vector<std::string>{"/studies//" + kMine, "/studies/./" + kMine,
                                "/studies/" + kMine + "/../" + kTheirs, "/studies/%31" + kMine,
                                "/dicom-web/studies/1.2.1/../1.2.2", "/studies/" + kMine + "x"}) {
    EXPECT_FALSE(Allow("ada", path)) << path;
  }
}

TEST_F(ReadsTest, WhatShowsNoStudyIsOpenToAll) {
  for (const char* path : {"/", "/app/explorer.html", "/system", "/glossator/live",
                           "/dicom-web/workitems", "/ohif/viewer", "/plugins"}) {
    EXPECT_TRUE(Allow("mallory", path)) << path;
  }
}

TEST_F(ReadsTest, AsksOrthancOnceForEachResource) {
  Allow("ada", "/instances/" + kMine + "/file");
  Allow("ada", "/instances/" + kMine + "/tags");
  EXPECT_EQ(asked_, 1);
}

TEST(DicomWebRoot, IsTheConfiguredOne) {
  Json::Value all(Json::objectValue);
  EXPECT_EQ(DicomWebRootOf(all), "/dicom-web");
  all["DicomWeb"]["Root"] = "/web/";
  EXPECT_EQ(DicomWebRootOf(all), "/web");
}

}  // namespace
}  // namespace glossator::plugin
