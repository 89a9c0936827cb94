// SPDX-License-Identifier: GPL-3.0-or-later
#include "spool/spool.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <thread>

#include "dicom/error.h"
#include "spool/reader.h"
#include "spool/scan.h"
#include "tests/support/amnesiac_files.h"
#include "tests/unit/spool/burst.h"

namespace glossator::spool {
namespace {

using namespace std::chrono_literals;

class SpoolTest : public ::testing::Test {
 protected:
  void SetUp() override { Start(); }

  void Start() {
    spool_.reset();
    spool_ = std::make_unique<Spool>(disk_, "/spool", options_);
    found_.clear();
    report_ = spool_->Recover([this](const Recovered& record) { found_.push_back(record); });
  }

  std::optional<Place> Commit(Writer& writer, const std::string& trailer) {
    std::promise<std::optional<Place>> done;
    writer.Commit(trailer, [&](std::optional<Place> place) { done.set_value(place); });
    return done.get_future().get();
  }

  std::optional<Place> Write(const std::vector<std::string>& chunks, const std::string& trailer) {
    const auto writer = spool_->Begin();
    for (const auto& chunk : chunks) writer->Append(chunk);
    return Commit(*writer, trailer);
  }

  std::string ReadTrailer(Place place) {
    return Reader(disk_, "/spool").Read(place, [](std::string_view, bool) {}).trailer;
  }

  template <class Condition>
  bool Becomes(Condition condition) {
    for (int i = 0; i < 500 && !condition(); ++i) std::this_thread::sleep_for(10ms);
    return condition();
  }

  support::AmnesiacFiles disk_;
  Options options_ = Burst::MakeOptions();
  std::unique_ptr<Spool> spool_;
  std::vector<Recovered> found_;
  RecoveryReport report_;
};

TEST_F(SpoolTest, GivesBackWhatItWasGiven) {
  const std::vector<std::string> chunks{"one", "", std::string(20'000, 'x')};
  const auto place = Write(chunks, "trailer");
  ASSERT_TRUE(place);
  EXPECT_EQ(ReadChunks(disk_, *place), chunks);
  EXPECT_EQ(ReadTrailer(*place), "trailer");
}

TEST_F(SpoolTest, TellsTheReaderWhichChunkIsTheLast) {
  const auto place = Write({"one", "two"}, "");
  std::vector<bool> lasts;
  Reader(disk_, "/spool").Read(*place, [&](std::string_view, bool last) { lasts.push_back(last); });
  EXPECT_EQ(lasts, (std::vector<bool>{false, true}));
}

TEST_F(SpoolTest, KeepsRecordsApartThatGrowSideBySideAndOverSegments) {
  const auto a = spool_->Begin();
  const auto b = spool_->Begin();
  std::vector<std::string> of_a;
  std::vector<std::string> of_b;
  for (int i = 0; i < 30; ++i) {
    of_a.push_back(std::string(7'000, static_cast<char>('a' + i % 26)));
    of_b.push_back(std::string(3'000, static_cast<char>('A' + i % 26)));
    a->Append(of_a.back());
    b->Append(of_b.back());
  }
  const auto place_a = Commit(*a, "a");
  const auto place_b = Commit(*b, "b");
  ASSERT_TRUE(place_a && place_b);
  EXPECT_EQ(ReadChunks(disk_, *place_a), of_a);
  EXPECT_EQ(ReadChunks(disk_, *place_b), of_b);
  EXPECT_GE(spool_->bytes(), 4 * kSmallSegment);
}

TEST_F(SpoolTest, OffersAgainInOrderWhatWasNotReleased) {
  std::vector<Place> places;
  for (const char* name : {"a", "b", "c", "d"}) places.push_back(*Write({name}, name));
  spool_->Release(places[1]);
  Start();
  ASSERT_EQ(found_.size(), 3u);
  EXPECT_EQ(found_[0].trailer, "a");
  EXPECT_EQ(found_[1].trailer, "c");
  EXPECT_EQ(found_[2].trailer, "d");
  EXPECT_EQ(found_[2].place, places[3]);
  EXPECT_EQ(found_[2].bytes, 1u);
  EXPECT_EQ(report_.whole, 3u);
  EXPECT_EQ(report_.damaged + report_.unfinished, 0u);
}

TEST_F(SpoolTest, ForgetsAnAbandonedRecordAndUsesItsSpaceAgain) {
  for (int i = 0; i < 30; ++i) {
    const auto writer = spool_->Begin();
    writer->Append(std::string(30'000, 'x'));
  }
  ASSERT_TRUE(Write({"kept"}, "kept"));
  EXPECT_LE(spool_->bytes(), 3 * kSmallSegment);
  Start();
  ASSERT_EQ(found_.size(), 1u);
  EXPECT_EQ(found_[0].trailer, "kept");
}

TEST_F(SpoolTest, UsesReleasedSegmentsAgainAndNeverTakesTheirOldFramesForNew) {
  for (int i = 0; i < 200; ++i) {
    const auto place = Write({std::string(20'000, 'x')}, "gone");
    ASSERT_TRUE(place);
    spool_->Release(*place);
  }
  const auto kept = Write({"kept"}, "kept");
  EXPECT_LE(disk_.Paths().size(), 6u);
  Contents contents = Scan(disk_, "/spool");
  for (const Place place : contents.commits) {
    EXPECT_EQ(contents.files[SlotOf(place.segment)].segment, place.segment);
  }
  Start();
  ASSERT_EQ(found_.size(), 1u);
  EXPECT_EQ(found_[0].place, *kept);
}

// A first write into preallocated blocks made each sync wait for the file system's journal.
class WritesAhead : public SpoolTest {
 protected:
  void SetUp() override {
    options_.written_ahead = 3;
    Start();
  }
  size_t Files() { return disk_.Paths().size() - 1; }  // without the lock
};

TEST_F(WritesAhead, WhenItStartsAndAgainWhileNothingComes) {
  EXPECT_EQ(Files(), 3u);
  EXPECT_EQ(spool_->bytes(), 0u);
  std::vector<Place> places;
  for (int i = 0; i < 4; ++i) places.push_back(*Write({std::string(30'000, 'x')}, "kept"));
  const auto used = spool_->bytes() / kSmallSegment;
  EXPECT_GE(used, 2u);
  EXPECT_TRUE(Becomes([&] { return Files() >= used + 3; }));
  Start();
  EXPECT_EQ(found_.size(), 4u);
  EXPECT_EQ(report_.damaged + report_.unfinished, 0u);
}

TEST_F(WritesAhead, NothingBeyondItsBoundAndNothingThatTheDiskCannotHold) {
  options_.bytes_max = 2 * kSmallSegment;
  Start();
  EXPECT_TRUE(Write({"fits"}, "kept"));
  std::this_thread::sleep_for(100ms);
  EXPECT_LE(Files(), 3u);
  EXPECT_TRUE(Write({"fits"}, "kept"));
}

TEST_F(SpoolTest, NeverGivesTheSamePlaceTwice) {
  std::set<Place> places;
  for (int start = 0; start < 20; ++start) {
    for (int i = 0; i < 5; ++i) {
      const auto place = Write({std::string(30'000, 'x')}, "");
      ASSERT_TRUE(places.insert(*place).second);
      spool_->Release(*place);
    }
    Start();
    for (const auto& record : found_) spool_->Release(record.place);
  }
}

TEST_F(SpoolTest, SaysThatAReleasedRecordIsGone) {
  const auto place = *Write({"x"}, "x");
  spool_->Release(place);
  for (int i = 0; i < 20; ++i) spool_->Release(*Write({std::string(30'000, 'y')}, "y"));
  try {
    ReadTrailer(place);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kNotFound);
  }
}

TEST_F(SpoolTest, RefusesWhenFullAndResumesByItselfAfterReleases) {
  std::vector<Place> places;
  while (const auto place = Write({std::string(30'000, 'x')}, "x")) places.push_back(*place);
  EXPECT_FALSE(spool_->has_room());
  EXPECT_GT(places.size(), 38u);
  for (const Place place : places) spool_->Release(place);
  EXPECT_TRUE(Becomes([&] { return spool_->has_room(); }));
  EXPECT_TRUE(Write({std::string(30'000, 'x')}, "x"));
}

TEST_F(SpoolTest, RefusesNewRecordsAboveTheHighWaterMarkOnly) {
  while (spool_->has_room()) ASSERT_TRUE(Write({std::string(30'000, 'x')}, "x"));
  EXPECT_TRUE(Write({"the rest of what was begun"}, "still fits"));
}

TEST_F(SpoolTest, ResumesByItselfWhenAFullDiskHasRoomAgain) {
  disk_.SetFreeBytes(2 * kSmallSegment);
  std::vector<Place> places;
  while (const auto place = Write({std::string(30'000, 'x')}, "x")) places.push_back(*place);
  EXPECT_EQ(places.size(), 2u);
  EXPECT_FALSE(spool_->has_room());
  EXPECT_EQ(disk_.Paths().size(), 3u) << "no half file is left";
  disk_.SetFreeBytes(UINT64_MAX);
  EXPECT_TRUE(Becomes([&] { return spool_->has_room(); }));
  EXPECT_TRUE(Write({std::string(30'000, 'x')}, "x"));
}

TEST_F(SpoolTest, AnswersAFailedSyncWithNoPlaceAndGoesOnElsewhere) {
  ASSERT_TRUE(Write({"before"}, "before"));
  disk_.FailSyncs(1);
  EXPECT_FALSE(Write({"lost"}, "lost"));
  const auto place = Write({"after"}, "after");
  ASSERT_TRUE(place);
  EXPECT_EQ(ReadTrailer(*place), "after");
}

TEST_F(SpoolTest, LosesAGrowingRecordWhoseChunksWereInAFailedSegment) {
  const auto growing = spool_->Begin();
  growing->Append("early");
  disk_.FailSyncs(1);
  EXPECT_FALSE(Write({"lost"}, "lost"));
  growing->Append("late");
  EXPECT_FALSE(Commit(*growing, "half"));
}

TEST_F(SpoolTest, TakesNoChunkThatNoSegmentHolds) {
  EXPECT_THROW(spool_->Begin()->Append(std::string(kSmallSegment, 'x')), Error);
}

TEST_F(SpoolTest, LetsOnlyOneProcessWrite) {
  try {
    Spool(disk_, "/spool", options_);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kConflict);
  }
}

TEST_F(SpoolTest, WritesWhatIsQueuedBeforeItEnds) {
  std::atomic<int> stored = 0;
  for (int i = 0; i < 50; ++i) {
    const auto writer = spool_->Begin();
    writer->Append("chunk");
    writer->Commit("trailer", [&](std::optional<Place> place) { stored += place.has_value(); });
  }
  spool_.reset();
  EXPECT_EQ(stored, 50);
}

TEST_F(SpoolTest, AnswersWithNoPlaceAfterItsEnd) {
  const auto writer = spool_->Begin();
  writer->Append("chunk");
  spool_.reset();
  writer->Append("chunk");
  bool answered = false;
  writer->Commit("", [&](std::optional<Place> place) { answered = !place.has_value(); });
  EXPECT_TRUE(answered);
}

TEST_F(SpoolTest, SurvivesACallbackThatThrows) {
  spool_->Begin()->Commit("", [](std::optional<Place>) { throw std::runtime_error("careless"); });
  EXPECT_TRUE(Write({"after"}, "after"));
}

class Congestion : public SpoolTest {
 protected:
  void SetUp() override {
    options_.queue_bytes_max = 20'000;
    Start();
    // Holds the spool's thread until Open().
    spool_->Begin()->Commit("", [this](std::optional<Place>) { gate_.get_future().wait(); });
    std::this_thread::sleep_for(20ms);
  }
  void Open() { gate_.set_value(); }

  std::promise<void> gate_;
};

TEST_F(Congestion, IsToldAndEndsWithACall) {
  const auto writer = spool_->Begin();
  EXPECT_FALSE(spool_->Congested());
  for (int i = 0; i < 3; ++i) writer->Append(std::string(10'000, 'x'));
  EXPECT_TRUE(spool_->Congested());
  std::promise<void> room;
  spool_->OnRoom([&] { room.set_value(); });
  auto future = room.get_future();
  EXPECT_EQ(future.wait_for(50ms), std::future_status::timeout);
  Open();
  EXPECT_EQ(future.wait_for(5s), std::future_status::ready);
  EXPECT_FALSE(spool_->Congested());
  EXPECT_TRUE(Commit(*writer, ""));
}

TEST_F(Congestion, CallsAtOnceWhenThereIsNone) {
  Open();
  std::promise<void> room;
  spool_->OnRoom([&] { room.set_value(); });
  EXPECT_EQ(room.get_future().wait_for(5s), std::future_status::ready);
}

TEST_F(Congestion, BoundsTheMemoryOfThoseWhoIgnoreIt) {
  const auto writer = spool_->Begin();
  for (int i = 0; i < 100; ++i) writer->Append(std::string(10'000, 'x'));
  Open();
  EXPECT_FALSE(Commit(*writer, ""));
}

}  // namespace
}  // namespace glossator::spool
