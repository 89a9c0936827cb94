// SPDX-License-Identifier: GPL-3.0-or-later
// What waits for the wire: whole PDUs in order, large data sets cut as they go.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace glossator::dimse {

struct Chunk {
  std::string_view bytes;  // valid until the next call of NextChunk
  bool last = false;
};
using NextChunk = std::function<Chunk()>;

class WriteQueue {
 public:
  bool empty() const { return jobs_.empty(); }
  size_t size() const { return jobs_.size(); }
  void Add(std::string pdus);
  // A data set in fragments of at most `fragment_max` bytes (even, not 0).
  void AddDataSet(uint8_t context, uint32_t fragment_max, NextChunk next);
  // Whole PDUs to write now, never none; valid until Written. Call only when not empty.
  std::vector<std::string_view> Gather();
  void Written();
  // Forgets what Gather has not given out yet.
  void Truncate();

 private:
  struct Job {
    std::string pdus;
    NextChunk next;  // empty: only `pdus`
    uint8_t context = 0;
    uint32_t fragment_max = 0;
    Chunk chunk{};
    bool gathered = false;  // to its end
  };
  void Cut(Job& job, std::vector<std::string_view>& pieces);

  std::deque<Job> jobs_;
  std::string headers_;  // what the header pieces point at
  size_t bytes_ = 0;     // gathered now
};

}  // namespace glossator::dimse
