// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/doors.h"

#include <gtest/gtest.h>

namespace glossator::plugin {
namespace {

TEST(Doors, LetReadersRead) {
  for (const char* path : {"/", "/studies", "/instances/x/file", "/dicom-web/studies", "/system",
                           "/app/explorer.html", "/glossator/", "/modalities", "/peers"}) {
    EXPECT_TRUE(DoorIsOpen(Method::kGet, path)) << path;
  }
}

TEST(Doors, LetOurOwnWritesAndSearchesPass) {
  EXPECT_TRUE(DoorIsOpen(Method::kPost, "/glossator/api/v1/cases/1/release"));
  EXPECT_TRUE(DoorIsOpen(Method::kPut, "/dicom-web/workitems/2.25.1/state"));
  EXPECT_TRUE(DoorIsOpen(Method::kPost, "/tools/find"));
  EXPECT_TRUE(DoorIsOpen(Method::kPost, "/tools/lookup"));
}

TEST(Doors, RefuseEveryOtherWrite) {
  for (const char* path :
       {"/instances", "/tools/execute-script", "/tools/reset", "/tools/shutdown", "/tools/find/x",
        "/tools/create-dicom", "/modalities/x/store", "/peers/x/store", "/studies/x/anonymize",
        "/dicom-web/studies", "/dicom-web/workitemsx", "/glossator/api/v1x", "/glossator",
        "/webdav", "/exports", "/studies/x/metadata/1024", "/", ""}) {
    EXPECT_FALSE(DoorIsOpen(Method::kPost, path)) << path;
    EXPECT_FALSE(DoorIsOpen(Method::kPut, path)) << path;
    EXPECT_FALSE(DoorIsOpen(Method::kDelete, path)) << path;
  }
}

TEST(Doors, RefuseReadsThatReachOut) {
  for (const char* path :
       {"/webdav", "/webdav/by-patients", "/peers/other/system", "/modalities/pacs/configuration",
        "/queries", "/queries/1/answers", "/dicom-web/servers", "/dicom-web/servers/x"}) {
    EXPECT_FALSE(DoorIsOpen(Method::kGet, path)) << path;
  }
}

TEST(Doors, RefuseWritesOnPathsThatCanBeReadTwoWays) {
  for (const char* path : {"/glossator/api/v1/../../instances", "/glossator/api/v1//cases",
                           "/glossator/api/v1/%2e%2e/instances", "/glossator/api/v1\\x"}) {
    EXPECT_FALSE(DoorIsOpen(Method::kPost, path)) << path;
  }
}

}  // namespace
}  // namespace glossator::plugin
