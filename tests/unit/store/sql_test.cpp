// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/sql.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <thread>

#include "dicom/error.h"
#include "tests/support/fixed_ports.h"
#include "tests/support/temporary_directory.h"

namespace glossator::store {
namespace {

constexpr Migration kThings[] = {
    {1, "things",
     "CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT UNIQUE, bytes BLOB,"
     " share REAL) STRICT"}};
constexpr const char* kInsert = "INSERT INTO thing (name, bytes, share) VALUES (?,?,?)";

class Sql : public testing::Test {
 protected:
  int64_t Count() {
    int64_t count = 0;
    database_.Read([&](const Reader& reader) {
      Rows rows = reader.Query("SELECT count(*) FROM thing");
      rows.Next();
      count = rows.Int64(0);
    });
    return count;
  }
  void Add(const std::string& name) {
    database_.Write([&](Transaction& transaction) {
      transaction.Insert(kInsert, {name, nullptr, nullptr});
    });
  }

  support::TemporaryDirectory directory_;
  support::FixedClock clock_;
  std::filesystem::path path_ = directory_.path() / "things.db";
  Database database_{path_, clock_, kThings};
};

TEST_F(Sql, GivesBackWhatWasBoundWithItsType) {
  const std::string bytes("\0\xff", 2);
  database_.Write([&](Transaction& transaction) {
    EXPECT_EQ(transaction.Insert(kInsert, {"gr\u00fcn", Blob{bytes}, 0.25}), 1);
    EXPECT_EQ(transaction.Insert(kInsert, {int64_t{1} > 0 ? "big" : "", nullptr, nullptr}), 2);
  });
  database_.Read([&](const Reader& reader) {
    Rows rows = reader.Query("SELECT id, name, bytes, share FROM thing ORDER BY id");
    ASSERT_TRUE(rows.Next());
    EXPECT_EQ(rows.Int64(0), 1);
    EXPECT_EQ(rows.Text(1), "gr\u00fcn");
    EXPECT_EQ(rows.Blob(2), bytes);
    EXPECT_EQ(rows.Double(3), 0.25);
    ASSERT_TRUE(rows.Next());
    EXPECT_TRUE(rows.IsNull(2));
    EXPECT_EQ(rows.OptionalText(1), "big");
    EXPECT_FALSE(rows.Next());
  });
}

TEST_F(Sql, NeverConvertsSilently) {
  Add("1");
  database_.Read([&](const Reader& reader) {
    Rows rows = reader.Query("SELECT name, bytes FROM thing");
    ASSERT_TRUE(rows.Next());
    EXPECT_THROW(rows.Int64(0), Error);
    EXPECT_THROW(rows.Text(1), Error);
    EXPECT_THROW(rows.Text(2), Error);
  });
}

TEST_F(Sql, KeepsSixtyFourBits) {
  const int64_t big = 0x7000000000000001;
  database_.Write([&](Transaction& transaction) {
    transaction.Execute("INSERT INTO thing (id, name) VALUES (?,?)", {big, "x"});
  });
  database_.Read([&](const Reader& reader) {
    Rows rows = reader.Query("SELECT id FROM thing WHERE id = ?", {big});
    ASSERT_TRUE(rows.Next());
    EXPECT_EQ(rows.Int64(0), big);
  });
}

TEST_F(Sql, UndoesTheEffectsOfFailedWorkAndOnlyThese) {
  Add("before");
  EXPECT_THROW(database_.Write([&](Transaction& transaction) {
    transaction.Insert(kInsert, {"half", nullptr, nullptr});
    throw Error(ErrorKind::kBusy, "no");
  }),
               Error);
  Add("after");
  EXPECT_EQ(Count(), 2);
}

TEST_F(Sql, CallsADoubledKeyAConflict) {
  Add("same");
  try {
    Add("same");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kConflict);
    EXPECT_EQ(std::string(error.what()).find("same"), std::string::npos);
  }
}

TEST_F(Sql, KeepsTheTimeStillWithinATransaction) {
  database_.Write([&](Transaction& transaction) {
    const Time begin = transaction.now();
    clock_.Advance(std::chrono::seconds(5));
    EXPECT_EQ(transaction.now(), begin);
  });
}

TEST_F(Sql, CommitsTheWorkOfManyThreadsTogether) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 25; ++i) Add(std::to_string(t) + "." + std::to_string(i));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Count(), 200);
}

TEST_F(Sql, TellsWhenLaterWorkIsDurable) {
  std::atomic<int> done = 0;
  {
    Database second(directory_.path() / "second.db", clock_, kThings);
    for (int i = 0; i < 50; ++i) {
      second.WriteLater(
          [i](Transaction& transaction) {
            transaction.Insert(kInsert, {std::to_string(i), nullptr, nullptr});
          },
          [&](std::exception_ptr failure) { done += failure ? 0 : 1; });
    }
  }
  EXPECT_EQ(done, 50);
}

TEST_F(Sql, ReadersSeeAConsistentPastWhileSomebodyWrites) {
  Add("one");
  database_.Read([&](const Reader& reader) {
    Rows first = reader.Query("SELECT name FROM thing");
    ASSERT_TRUE(first.Next());
    Add("two");
    Rows again = reader.Query("SELECT count(*) FROM thing");
    again.Next();
    EXPECT_EQ(again.Int64(0), 1);
  });
  EXPECT_EQ(Count(), 2);
}

TEST_F(Sql, RefusesToWriteThroughAReader) {
  database_.Read(
      [&](const Reader& reader) { EXPECT_THROW(reader.Query("DELETE FROM thing").Next(), Error); });
}

TEST_F(Sql, IsReadableByItsOwnerOnly) {
  struct stat status {};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST_F(Sql, RefusesAChangedOrUnknownMigration) {
  const Migration changed[] = {{1, "things", "CREATE TABLE other (id INTEGER)"}};
  EXPECT_THROW(Database(path_, clock_, changed), Error);
  EXPECT_THROW(Database(path_, clock_, {}), Error);
}

TEST_F(Sql, AppliesAMigrationWhollyOrNotAtAll) {
  const Migration broken[] = {kThings[0], {2, "more", "CREATE TABLE more (id INTEGER); nonsense"}};
  EXPECT_THROW(Database(path_, clock_, broken), Error);
  const Migration mended[] = {kThings[0], {2, "more", "CREATE TABLE more (id INTEGER)"}};
  EXPECT_NO_THROW(Database(path_, clock_, mended));
}

}  // namespace
}  // namespace glossator::store
