// SPDX-License-Identifier: GPL-3.0-or-later
// A scripted burst of four writers, and what became of it.
#pragma once

#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "spool/core.h"
#include "spool/crc32c.h"
#include "spool/reader.h"
#include "spool/scribe.h"

namespace glossator::spool {

constexpr uint64_t kSmallSegment = 64 << 10;

// The content of a record follows from its name, so that a reader can check it.
inline std::vector<std::string> ChunksOf(const std::string& name) {
  std::mt19937_64 random(std::hash<std::string>()(name));
  std::vector<std::string> chunks(random() % 4);
  for (auto& chunk : chunks) {
    chunk.resize(random() % 9000);
    for (auto& byte : chunk) byte = static_cast<char>(random());
  }
  return chunks;
}

inline std::vector<std::string> ReadChunks(FileSystem& files, Place place) {
  std::vector<std::string> chunks;
  Reader(files, "/spool").Read(place, [&](std::string_view chunk, bool) {
    chunks.emplace_back(chunk);
  });
  return chunks;
}

// Drives the scribe by itself: no thread, the same groups each time.
class Burst {
 public:
  explicit Burst(FileSystem& files) : scribe_(files, "/spool", WithOneAhead()) {
    scribe_.Recover([](const Recovered&) {});
    next_ = scribe_.last_record();
  }

  static Options MakeOptions() {
    Options options;
    options.segment_bytes = kSmallSegment;
    options.bytes_max = 40 * kSmallSegment;
    options.spare_segments = 2;
    return options;
  }

  static Options WithOneAhead() {
    Options options = MakeOptions();
    options.written_ahead = 1;
    return options;
  }

  // Each round is one group: every writer adds a chunk or commits; every third record that was
  // acknowledged is released, so that segments come round again.
  void Run(const std::string& prefix, int rounds) {
    writers_.resize(4);
    for (int round = 0; round < rounds; ++round) RunGroup(prefix);
  }
  void Close() { scribe_.Close(); }

  const std::map<std::string, Place>& acknowledged() const { return acknowledged_; }
  const std::set<std::string>& released() const { return released_; }

 private:
  struct Hand {
    std::shared_ptr<Growing> record;
    std::string name;
    std::vector<std::string> chunks;
    size_t next = 0;
  };

  void RunGroup(const std::string& prefix) {
    Group group;
    for (auto& hand : writers_) Step(hand, prefix, group);
    group.releases.swap(to_release_);
    try {
      scribe_.Write(group);
    } catch (const std::exception&) {
      scribe_.Fail(group);
    }
    scribe_.Settle(group);
    scribe_.PrepareStep();
    for (auto& item : group.items) {
      if (item.done) item.done(item.place);
    }
  }

  void Step(Hand& hand, const std::string& prefix, Group& group) {
    if (!hand.record) {
      hand = {std::make_shared<Growing>(++next_), prefix + std::to_string(next_), {}, 0};
      hand.chunks = ChunksOf(hand.name);
    }
    if (hand.next < hand.chunks.size()) {
      Item item{ItemKind::kChunk, hand.record, hand.chunks[hand.next++]};
      item.crc = Crc32c(item.bytes);
      group.items.push_back(std::move(item));
      return;
    }
    Item item{ItemKind::kCommit, hand.record, hand.name};
    item.done = [this, name = hand.name](std::optional<Place> place) { Answer(name, place); };
    group.items.push_back(std::move(item));
    hand.record.reset();
  }

  void Answer(const std::string& name, std::optional<Place> place) {
    if (!place) return;
    acknowledged_[name] = *place;
    if (acknowledged_.size() % 3 != 0) {
      released_.insert(name);
      to_release_.push_back(*place);
    }
  }

  Scribe scribe_;
  uint64_t next_ = 0;
  std::vector<Hand> writers_;
  std::map<std::string, Place> acknowledged_;
  std::set<std::string> released_;
  std::vector<Place> to_release_;
};

}  // namespace glossator::spool
