// SPDX-License-Identifier: GPL-3.0-or-later
#include "vault/key.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "dicom/error.h"
#include "tests/support/scripted_entropy.h"
#include "tests/support/temporary_directory.h"
#include "vault/process.h"

namespace glossator::vault {
namespace {

const std::string kHex(64, 'a');

// The sanitizers turn mlock into nothing.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kLockingIsReal = false;
#else
constexpr bool kLockingIsReal = true;
#endif

class KeyFile : public ::testing::Test {
 protected:
  std::filesystem::path Write(const std::string& text, mode_t mode = 0600) {
    const auto path = directory_.path() / "the.key";
    std::ofstream(path) << text;
    chmod(path.c_str(), mode);
    return path;
  }

  // What is said when the file is refused; empty when it is taken.
  std::string Refusal(const std::filesystem::path& path) {
    try {
      ReadKeyFile(path);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  support::TemporaryDirectory directory_;
};

TEST_F(KeyFile, IsTakenWithAndWithoutNewline) {
  EXPECT_EQ(Refusal(Write(kHex)), "");
  EXPECT_EQ(Refusal(Write(kHex + "\n", 0400)), "");
  EXPECT_EQ(ReadKeyFile(Write(kHex)).RevealHex(), kHex);
}

TEST_F(KeyFile, IsRefusedByNameWhenAnybodyElseMayReadIt) {
  for (const mode_t mode : {0640, 0604, 0620, 0610, 0601}) {
    const auto path = Write(kHex, mode);
    EXPECT_NE(Refusal(path).find(path.string()), std::string::npos) << std::oct << mode;
    chmod(path.c_str(), 0600);
  }
}

TEST_F(KeyFile, IsRefusedByNameAndWithoutItsContentWhenItIsNotOneKey) {
  const std::string almost(63, 'a');
  for (const std::string& text : {std::string(), almost, kHex + "b", kHex + "\n\n", kHex + "\r\n",
                                  " " + almost, almost + "g", "0x" + kHex.substr(2)}) {
    const auto path = Write(text);
    const std::string refusal = Refusal(path);
    EXPECT_NE(refusal.find(path.string()), std::string::npos);
    EXPECT_EQ(refusal.find("aaaa"), std::string::npos) << refusal;
  }
}

TEST_F(KeyFile, IsRefusedByNameWhenItIsNoRegularFile) {
  const auto fifo = directory_.path() / "fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_NE(Refusal(fifo).find("regular"), std::string::npos);
  EXPECT_NE(Refusal(directory_.path()).find("regular"), std::string::npos);
  EXPECT_NE(Refusal(directory_.path() / "absent").find("absent"), std::string::npos);
}

TEST_F(KeyFile, IsRefusedWhenItBelongsToAnotherUser) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root to give a file away";
  const auto path = Write(kHex);
  ASSERT_EQ(chown(path.c_str(), 12345, 12345), 0);
  EXPECT_NE(Refusal(path).find("another user"), std::string::npos);
}

TEST(Key, LivesInPagesThatAreLockedAndLeftOutOfDumps) {
  if (!kLockingIsReal) GTEST_SKIP() << "under a sanitizer";
  support::ScriptedEntropy entropy;
  const Key key = RandomKey(entropy);
  std::ifstream maps("/proc/self/smaps");
  std::string line;
  bool inside = false;
  std::string flags;
  while (std::getline(maps, line)) {
    uintptr_t from = 0;
    uintptr_t to = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx ", &from, &to) == 2) {
      const auto at = reinterpret_cast<uintptr_t>(key.bytes().data());
      inside = from <= at && at < to;
    } else if (inside && line.starts_with("VmFlags:")) {
      flags = line + " ";
    }
  }
  EXPECT_NE(flags.find(" lo "), std::string::npos) << flags;
  EXPECT_NE(flags.find(" dd "), std::string::npos) << flags;
}

TEST(Key, IsWipedWhenItGoes) {
  const uint8_t* where = nullptr;
  {
    const Key key(std::string(32, 'k'));
    where = key.bytes().data();
  }
  for (size_t i = 0; i < Key::kSize; ++i) EXPECT_EQ(where[i], 0);
}

TEST(Key, CanBeThousands) {
  std::vector<Key> keys;
  support::ScriptedEntropy entropy;
  for (int i = 0; i < 3000; ++i) keys.push_back(RandomKey(entropy));
  EXPECT_EQ(keys.front(), keys.at(8));  // the scripted bytes repeat after 256
  EXPECT_FALSE(keys.front() == keys.at(1));
}

TEST(Key, HasThirtyTwoBytes) {
  EXPECT_THROW(Key(std::string(31, 'k')), Error);
  EXPECT_THROW(Key(std::string(33, 'k')), Error);
  EXPECT_THROW(KeyFromHex(std::string(62, '0')), Error);
}

TEST(Key, IsUselessAfterAMove) {
  Key key(std::string(32, 'k'));
  const Key other = std::move(key);
  EXPECT_THROW(key.bytes(), Error);
}

TEST(KeyDeathTest, IsNeverKeptUnlocked) {
  if (!kLockingIsReal) GTEST_SKIP() << "under a sanitizer";
  const auto starve = [] {
    if (geteuid() == 0 && seteuid(12345) != 0) _exit(2);  // root may lock without limit
    const rlimit none{0, 0};
    setrlimit(RLIMIT_MEMLOCK, &none);
    std::vector<Key> keys;
    try {
      for (int i = 0; i < 129; ++i) keys.emplace_back(std::string(32, 'k'));
    } catch (const Error& error) {
      _exit(error.kind() == ErrorKind::kUnavailable ? 0 : 3);
    }
    _exit(1);
  };
  EXPECT_EXIT(starve(), ::testing::ExitedWithCode(0), "");
}

TEST(ProcessDeathTest, LeavesNoCoreAndLetsNobodyAttach) {
  const auto look = [] {
    HardenProcess();
    rlimit limit{};
    getrlimit(RLIMIT_CORE, &limit);
    _exit(limit.rlim_max == 0 && prctl(PR_GET_DUMPABLE) == 0 ? 0 : 1);
  };
  EXPECT_EXIT(look(), ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace glossator::vault
