// SPDX-License-Identifier: GPL-3.0-or-later
// The queue between the threads that bring records and the one that writes them.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "spool/scribe.h"
#include "spool/siblings.h"
#include "spool/spool.h"

namespace glossator::spool {

class Spool::Core {
 public:
  Core(FileSystem& files, const std::filesystem::path& directory, const Options& options);
  ~Core() { Stop(); }

  RecoveryReport Recover(const std::function<void(const Recovered&)>& visit);
  std::shared_ptr<Growing> Begin();
  void Append(Item chunk);
  void Commit(const std::shared_ptr<Growing>& record, std::string trailer, Writer::Done done);
  void Abandon(const std::shared_ptr<Growing>& record);
  void OnRoom(std::function<void()> callback);
  void Release(Place place);
  void Stop();

  Buffers& buffers() { return buffers_; }
  bool Congested() const { return queued_bytes_ > options_.queue_bytes_max; }
  bool has_room() const;
  uint64_t bytes() const { return bytes_in_use_; }

 private:
  bool Push(Item& item);
  bool HasWork() const;
  bool Next(Group& group);  // false: the last group
  void AwaitWork(std::unique_lock<std::mutex>& lock);
  bool AwaitSiblings(std::unique_lock<std::mutex>& lock);
  void TakeAll(Group& group);
  void TakeChunks(Group& group);
  void Run();
  void Handle(Group& group);
  void Answer(Group& group);
  void CallWaiting();
  void Publish();
  void Finish();

  const Options options_;
  std::unique_ptr<FileSystem::File> lock_;
  Buffers buffers_;
  Scribe scribe_;  // the spool's thread only, once it runs

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Item> queue_;
  bool urgent_ = false;         // the queue holds more than chunks
  uint64_t queued_chunks_ = 0;  // bytes of those in the queue
  bool awaiting_ = false;       // more commits
  bool prepared_ = false;       // nothing to write ahead since the last group
  Siblings siblings_;
  std::vector<Place> releases_;
  std::vector<std::function<void()>> waiting_;
  bool stop_ = false;

  std::atomic<uint64_t> last_record_ = 0;
  std::atomic<uint64_t> queued_bytes_ = 0;
  std::atomic<uint64_t> bytes_in_use_ = 0;
  std::atomic<bool> full_ = false;
  std::thread thread_;  // runs from Recover to Stop
};

}  // namespace glossator::spool
