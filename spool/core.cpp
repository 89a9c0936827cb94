// SPDX-License-Identifier: GPL-3.0-or-later
#include "spool/core.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "dicom/error.h"
#include "model/log.h"
#include "spool/crc32c.h"

namespace glossator::spool {
namespace {

// How often a full disk is tried again.
constexpr auto kRetry = std::chrono::milliseconds(200);
// How long nothing comes before a step is taken to write ahead, and how long a start takes for it.
constexpr auto kIdle = std::chrono::milliseconds(250);
constexpr auto kPreparation = std::chrono::milliseconds(150);
// Chunks wait for this many bytes, or for a commit.
constexpr uint64_t kWorthAWrite = 256 << 10;

std::unique_ptr<FileSystem::File> Lock(FileSystem& files, const std::filesystem::path& directory) {
  files.MakeDirectory(directory);
  auto file = files.Open(directory / "lock", true);
  if (!file->TryLock()) throw Error(ErrorKind::kConflict, "another process writes to this spool");
  return file;
}

// An edge: what a caller's callback throws must not end the spool's thread.
template <class Call>
void Guarded(Call&& call) {
  try {
    call();
  } catch (const std::exception& error) {
    Log(LogLevel::kError, "spool-callback-failed", {{"reason", error.what()}});
  }
}

}  // namespace

Spool::Core::Core(FileSystem& files, const std::filesystem::path& directory, const Options& options)
    : options_(options), lock_(Lock(files, directory)), scribe_(files, directory, options) {
  if (options_.segment_bytes % kPage != 0 || !scribe_.fits(kPage)) {
    throw Error(ErrorKind::kInvalid, "the spool's segments have a wrong size");
  }
}

RecoveryReport Spool::Core::Recover(const std::function<void(const Recovered&)>& visit) {
  if (thread_.joinable()) throw Error(ErrorKind::kInternal, "the spool was recovered before");
  const auto report = scribe_.Recover(visit);
  last_record_ = scribe_.last_record();
  const auto enough = Siblings::Clock::now() + kPreparation;
  while (scribe_.PrepareStep() && Siblings::Clock::now() < enough) continue;
  Publish();
  thread_ = std::thread([this] { Run(); });
  return report;
}

std::shared_ptr<Growing> Spool::Core::Begin() {
  if (!thread_.joinable()) throw Error(ErrorKind::kInternal, "the spool was not recovered");
  return std::make_shared<Growing>(++last_record_);
}

void Spool::Core::Append(Item chunk) {
  if (chunk.content().size() > options_.segment_bytes / 2) {
    throw Error(ErrorKind::kInvalid, "a chunk larger than half a segment");
  }
  if (queued_bytes_ > 2 * options_.queue_bytes_max) chunk.record->lost = true;
  if (chunk.buffer) chunk.record->large = true;
  if (chunk.record->lost) return;
  chunk.crc = Crc32c(chunk.content());
  Push(chunk);
}

void Spool::Core::Commit(const std::shared_ptr<Growing>& record, std::string trailer,
                         Writer::Done done) {
  Item item{ItemKind::kCommit, record, std::move(trailer)};
  item.done = std::move(done);
  if (!Push(item)) item.done(std::nullopt);
}

void Spool::Core::Abandon(const std::shared_ptr<Growing>& record) {
  Item item{ItemKind::kAbandon, record, {}};
  Push(item);
}

void Spool::Core::OnRoom(std::function<void()> callback) {
  const std::lock_guard lock(mutex_);
  waiting_.push_back(std::move(callback));
  wake_.notify_one();
}

void Spool::Core::Release(Place place) {
  const std::lock_guard lock(mutex_);
  releases_.push_back(place);
  wake_.notify_one();
}

void Spool::Core::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    wake_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

bool Spool::Core::has_room() const {
  return !full_ && double(bytes_in_use_) < options_.high_water * double(options_.bytes_max);
}

// False, and the item as it was, when the spool has stopped.
bool Spool::Core::Push(Item& item) {
  const std::lock_guard lock(mutex_);
  if (stop_) return false;
  queued_bytes_ += item.content().size();
  if (item.kind == ItemKind::kCommit) siblings_.Add(Siblings::Clock::now(), item.record->large);
  if (item.kind == ItemKind::kChunk) queued_chunks_ += item.content().size();
  urgent_ = urgent_ || item.kind != ItemKind::kChunk;
  queue_.push_back(std::move(item));
  if (HasWork()) wake_.notify_one();
  return true;
}

bool Spool::Core::HasWork() const {
  if (awaiting_) return stop_ || siblings_.all() || queued_chunks_ >= kWorthAWrite;
  const bool room = queued_bytes_ <= options_.queue_bytes_max / 2;
  const bool much = queued_bytes_ >= std::min(kWorthAWrite, options_.queue_bytes_max / 2);
  return urgent_ || (much && !queue_.empty()) || !releases_.empty() || stop_ ||
         (room && !waiting_.empty());
}

bool Spool::Core::Next(Group& group) {
  std::unique_lock lock(mutex_);
  AwaitWork(lock);
  const bool complete = AwaitSiblings(lock);
  complete ? TakeAll(group) : TakeChunks(group);
  return !stop_;
}

void Spool::Core::AwaitWork(std::unique_lock<std::mutex>& lock) {
  const auto has_work = [this] { return HasWork(); };
  if (full_) {
    wake_.wait_for(lock, kRetry, has_work);
    return;
  }
  while (!prepared_ && !wake_.wait_for(lock, kIdle, has_work)) {
    lock.unlock();
    prepared_ = !scribe_.PrepareStep();
    lock.lock();
  }
  wake_.wait(lock, has_work);
}

// False: more commits are expected, but there are chunks worth a write meanwhile.
bool Spool::Core::AwaitSiblings(std::unique_lock<std::mutex>& lock) {
  if (!siblings_.some() || full_) return true;
  awaiting_ = true;
  const bool woken = wake_.wait_until(lock, siblings_.deadline(), [this] { return HasWork(); });
  awaiting_ = false;
  return !woken || stop_ || siblings_.all();
}

void Spool::Core::TakeAll(Group& group) {
  siblings_.Take();
  group.items.swap(queue_);
  group.releases.swap(releases_);
  queued_chunks_ = 0;
  urgent_ = false;
}

// A record's commit comes behind all its chunks, so chunks may overtake commits.
void Spool::Core::TakeChunks(Group& group) {
  const auto others = std::stable_partition(
      queue_.begin(), queue_.end(), [](const Item& item) { return item.kind == ItemKind::kChunk; });
  group.items.assign(std::make_move_iterator(queue_.begin()), std::make_move_iterator(others));
  queue_.erase(queue_.begin(), others);
  queued_chunks_ = 0;
}

void Spool::Core::Run() {
  for (bool more = true; more;) {
    Group group;
    more = Next(group);
    prepared_ = false;
    Handle(group);
    CallWaiting();
  }
  Guarded([this] { scribe_.Close(); });
}

// An edge: a failing disk ends the group's records, never the thread.
void Spool::Core::Handle(Group& group) {
  const auto start = Siblings::Clock::now();
  try {
    scribe_.Write(group);
    if (full_) scribe_.Probe();
  } catch (const std::exception& error) {
    Log(LogLevel::kError, "spool-disk-failed", {{"reason", error.what()}});
    scribe_.Fail(group);
  }
  scribe_.Settle(group);
  {
    const std::lock_guard lock(mutex_);
    siblings_.Synced(Siblings::Clock::now() - start);
  }
  Publish();
  Answer(group);
}

void Spool::Core::Answer(Group& group) {
  uint64_t bytes = 0;
  for (Item& item : group.items) {
    bytes += item.content().size();
    item.buffer = {};  // whoever is answered may want it next
    if (item.done) Guarded([&] { item.done(item.place); });
  }
  queued_bytes_ -= bytes;
}

void Spool::Core::CallWaiting() {
  std::vector<std::function<void()>> calls;
  {
    const std::lock_guard lock(mutex_);
    if (queued_bytes_ <= options_.queue_bytes_max / 2) calls.swap(waiting_);
  }
  for (const auto& call : calls) Guarded(call);
}

void Spool::Core::Publish() {
  if (full_ != scribe_.full()) {
    Log(LogLevel::kWarning, scribe_.full() ? "spool-is-full" : "spool-has-room-again");
  }
  full_ = scribe_.full();
  bytes_in_use_ = scribe_.bytes_in_use();
}

}  // namespace glossator::spool
