// SPDX-License-Identifier: GPL-3.0-or-later
#include "spool/reader.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "spool/spool.h"
#include "tests/support/temporary_directory.h"

namespace glossator::spool {
namespace {

// On a real disk, past the page cache.
class ReaderTest : public ::testing::Test {
 protected:
  static constexpr size_t kRecords = 24;
  using Chunks = std::vector<std::string>;

  ReaderTest() {
    spool_.Recover([](const Recovered&) {});
  }

  // Sizes that repeat, and then do not: what the reader expects is too much, or too little.
  static Chunks ChunksOf(size_t record) {
    Chunks chunks{std::string(900 + record, 'h')};
    const size_t sizes[] = {200'000, 200'000, 33'000, 262'000, 40, 90'001};
    for (size_t i = 0; i < 2; ++i) {
      chunks.emplace_back(sizes[(record / 3 + i) % std::size(sizes)], static_cast<char>('a' + i));
      chunks.back().append(std::to_string(record));
    }
    chunks.emplace_back();
    return chunks;
  }

  Place Write(const Chunks& chunks) {
    std::promise<std::optional<Place>> done;
    const auto writer = spool_.Begin();
    for (const auto& chunk : chunks) writer->Append(chunk);
    writer->Commit("trailer", [&](std::optional<Place> place) { done.set_value(place); });
    return done.get_future().get().value();
  }

  std::vector<Place> WriteAll() {
    std::vector<Place> places;
    for (size_t i = 0; i < kRecords; ++i) places.push_back(Write(ChunksOf(i)));
    return places;
  }

  static Chunks Read(const Reader& reader, Place place) {
    Chunks chunks;
    reader.Read(place, [&](std::string_view chunk, bool) { chunks.emplace_back(chunk); });
    return chunks;
  }

  support::TemporaryDirectory directory_;
  Spool spool_{SystemFiles(), directory_.path() / "spool", {}};
  const Reader reader_{SystemFiles(), directory_.path() / "spool"};
};

TEST_F(ReaderTest, ManyMayReadAtATime) {
  const auto places = WriteAll();
  std::vector<std::jthread> threads;
  for (size_t first = 0; first < 6; ++first) {
    threads.emplace_back([&, first] {
      for (size_t i = 0; i < kRecords; ++i) {
        const size_t record = (first * 5 + i) % kRecords;
        EXPECT_TRUE(Read(reader_, places[record]) == ChunksOf(record)) << record;
      }
    });
  }
}

TEST_F(ReaderTest, AChunkStaysWhileAnotherRecordIsRead) {
  const auto places = WriteAll();
  Chunks seen;
  reader_.Read(places[0], [&](std::string_view chunk, bool) {
    EXPECT_TRUE(Read(reader_, places[9]) == ChunksOf(9));
    seen.emplace_back(chunk);
  });
  EXPECT_TRUE(seen == ChunksOf(0));
}

}  // namespace
}  // namespace glossator::spool
