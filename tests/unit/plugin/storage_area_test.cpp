// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/storage_area.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

#include "dicom/error.h"
#include "tests/support/temporary_directory.h"

namespace glossator::plugin {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kUuid = "abcd1234-0000-1111-2222-333344445555";

class StorageAreaTest : public ::testing::Test {
 protected:
  std::string Whole(std::string_view uuid) const {
    std::string content(area_.Size(uuid), '\0');
    area_.Read(uuid, 0, content);
    return content;
  }

  template <class Call>
  static ErrorKind KindOf(Call&& call) {
    try {
      call();
    } catch (const Error& error) {
      return error.kind();
    }
    ADD_FAILURE() << "nothing was thrown";
    return ErrorKind::kInternal;
  }

  support::TemporaryDirectory directory_;
  const StorageArea area_{directory_.path() / "objects", false};

  void SetUp() override { area_.MakeRoot(); }
};

TEST_F(StorageAreaTest, AFileLiesWhereOrthancWouldLookForIt) {
  area_.Create(kUuid, "content");
  std::ifstream file(directory_.path() / "objects" / "ab" / "cd" / kUuid);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "content");
  EXPECT_EQ(Whole(kUuid), "content");
}

TEST_F(StorageAreaTest, APartOfAFileIsRead) {
  area_.Create(kUuid, "0123456789");
  std::string part(3, '\0');
  area_.Read(kUuid, 4, part);
  EXPECT_EQ(part, "456");
  EXPECT_EQ(KindOf([&] { area_.Read(kUuid, 8, part); }), ErrorKind::kInvalid);
}

// Large files go past the page cache in whole blocks, and are cut to size afterwards.
TEST_F(StorageAreaTest, AFileOfAnySizeComesBackAsItWas) {
  constexpr size_t kDirect = 64 << 10;
  constexpr size_t kPiece = 256 << 10;
  char digit = '0';
  for (const size_t size :
       {kDirect - 1, kDirect, kDirect + 1, kPiece, kPiece + 1, 3 * kPiece - 7}) {
    std::string content(size, '\0');
    for (size_t i = 0; i < size; ++i) content[i] = static_cast<char>(i * 7 + i / 251);
    std::string uuid(kUuid);
    uuid.back() = digit++;
    area_.Create(uuid, content);
    EXPECT_TRUE(Whole(uuid) == content) << size;
  }
}

TEST_F(StorageAreaTest, AnEmptyFileIsAFile) {
  area_.Create(kUuid, "");
  EXPECT_EQ(area_.Size(kUuid), 0u);
}

TEST_F(StorageAreaTest, AFileIsNeverOverwritten) {
  area_.Create(kUuid, "first");
  EXPECT_EQ(KindOf([&] { area_.Create(kUuid, "second"); }), ErrorKind::kUnavailable);
  EXPECT_EQ(Whole(kUuid), "first");
}

// It was told as a file that is not there, and the importer took the object for a bad one.
TEST_F(StorageAreaTest, AFolderThatCannotBeMadeIsNoMissingFile) {
  const StorageArea nowhere{directory_.path() / "gone", false};
  EXPECT_EQ(KindOf([&] { nowhere.Create(kUuid, "x"); }), ErrorKind::kUnavailable);
}

TEST_F(StorageAreaTest, OfAWriteThatFailsNothingIsLeft) {
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{10'000, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  for (const size_t size : {20'000, 1'000'000}) {  // through the page cache and past it
    const std::string content(size, 'x');
    EXPECT_EQ(KindOf([&] { area_.Create(kUuid, content); }), ErrorKind::kUnavailable) << size;
    EXPECT_EQ(KindOf([&] { area_.Size(kUuid); }), ErrorKind::kNotFound) << size;
  }
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
}

TEST_F(StorageAreaTest, RemovingTheLastFileOfAFolderRemovesTheFolder) {
  area_.Create(kUuid, "content");
  area_.Remove(kUuid);
  EXPECT_EQ(KindOf([&] { area_.Size(kUuid); }), ErrorKind::kNotFound);
  EXPECT_FALSE(fs::exists(directory_.path() / "objects" / "ab"));
  area_.Remove(kUuid);  // once more is no fault
}

TEST_F(StorageAreaTest, WhatIsNoUuidReachesNoFile) {
  for (const std::string_view name :
       {"", "../../etc/passwd", "abcd", "ab/d1234-0000-1111-2222-333344445555"}) {
    EXPECT_EQ(KindOf([&] { area_.Create(name, "x"); }), ErrorKind::kInvalid) << name;
    EXPECT_EQ(KindOf([&] { area_.Remove(name); }), ErrorKind::kInvalid) << name;
  }
}

// One thread empties and removes the folder into which another is about to write.
TEST_F(StorageAreaTest, AFolderThatVanishesIsMadeAgain) {
  std::vector<std::jthread> threads;
  for (const char digit : {'1', '2', '3', '4'}) {
    threads.emplace_back([this, digit] {
      std::string uuid(kUuid);
      uuid.back() = digit;
      for (int i = 0; i < 500; ++i) {
        area_.Create(uuid, "content");
        area_.Remove(uuid);
      }
    });
  }
}

}  // namespace
}  // namespace glossator::plugin
