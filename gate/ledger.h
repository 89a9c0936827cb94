// SPDX-License-Identifier: GPL-3.0-or-later
// Brings what the spool holds durably into the database, soon after it was acknowledged, and moves
// sealed originals out of the spool into quarantine files. Everything here can be done again.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "dicom/error.h"
#include "gate/arrival.h"
#include "gate/identities.h"
#include "spool/reader.h"
#include "spool/spool.h"
#include "store/gate_object.h"

namespace glossator::gate {

class Ledger {
 public:
  struct Parts {
    store::Database& database;
    spool::Spool& spool;
    Identities& identities;
    const Keys& keys;
    FileSystem& files;
    std::filesystem::path spool_directory;
    std::filesystem::path quarantine_directory;
  };

  explicit Ledger(Parts parts);
  ~Ledger() { Stop(); }
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  // Records what can be, and forgets the rest, which stays in the spool: `recorded` is called or
  // destroyed before this returns. Nothing may be added afterwards.
  void Stop();

  // Catches up with the spool after a start; call once, before anything arrives.
  spool::RecoveryReport Recover();

  // A record is on its way to the disk; Add or Lost follows.
  void Expect();
  void Lost();
  // Never blocks. `recorded` is called on the ledger's thread once the row is durable.
  void Add(spool::Place place, Arrival arrival, std::function<void()> recorded);
  // Never waits for the database. `then` is called on the ledger's thread: true, `work` is durable.
  void RecordLater(std::function<void(store::Transaction&)> work, std::function<void(bool)> then);
  // Returns when everything expected or added is recorded, or the database fails; after two seconds
  // at the latest.
  void Flush();

  // What was added is recorded without waiting for more. Never blocks.
  void Hurry();

  // The sealed original of a quarantine row, plain. Throws Error.
  std::string OpenQuarantined(const store::QuarantineRow& row) const;
  // The same in pieces, in order, while `take` wants more. What has been taken counts only when no
  // exception follows.
  using Take = std::function<bool(std::string_view)>;
  void ReadQuarantined(const store::QuarantineRow& row, const Take& take) const;
  // The original of a row that is RELEASED: what it became is in the spool. Never throws; what is
  // left behind goes with the next start.
  void Discard(const store::QuarantineRow& row) noexcept;

 private:
  struct Entry {
    using Clock = std::chrono::steady_clock;
    spool::Place place;
    Arrival arrival;
    std::function<void()> recorded;
    std::chrono::seconds pause{0};  // of one that is stuck
    Clock::time_point next_try{};
  };

  void Run();
  void AwaitWork(std::unique_lock<std::mutex>& lock);
  void TakeStuck();
  void SetAside(Entry entry);
  void RunTasks(std::unique_lock<std::mutex>& lock);
  void RecordWhatCanBe(std::vector<Entry>& entries);
  // All or nothing; nullopt: all.
  std::optional<ErrorKind> TryToRecord(std::vector<Entry>& entries);
  void Record(std::vector<Entry>& entries);
  void Remember(store::StudyRow& study, const std::string& dictionary);
  void Write(store::Transaction& transaction, std::vector<Entry>& entries);
  void WriteCleaned(store::Transaction& transaction, const Entry& entry, store::StudyRow& study);
  void WriteSealed(store::Transaction& transaction, const Entry& entry, store::StudyRow* study);
  void KeepSealed(const Entry& entry);
  void SweepQuarantine();
  std::filesystem::path QuarantineFile(const std::string& place) const;

  Parts parts_;
  spool::Reader reader_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Entry> queue_;
  std::vector<Entry> stuck_;  // of the ledger's thread
  std::vector<std::function<void()>> tasks_;
  size_t writing_ = 0;  // of RecordLater, not among the tasks yet
  size_t expected_ = 0;
  bool busy_ = false;
  bool hurry_ = false;
  bool stopping_ = false;
  bool failing_ = false;  // the last try
  int flushing_ = 0;      // callers that wait
  std::thread thread_;
};

}  // namespace glossator::gate
