// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/ledger.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>

#include "dicom/error.h"
#include "model/log.h"
#include "store/gate_object.h"
#include "store/journal.h"
#include "vault/seal.h"

namespace glossator::gate {
namespace {

constexpr size_t kLengthBytes = 4;

// A commit costs the same for one row and for many. Until a row is there its instance is among the
// twins, and in the spool: nobody waits for it but Flush.
constexpr auto kGather = std::chrono::milliseconds(100);
constexpr size_t kEnough = 256;
constexpr auto kRetry = std::chrono::seconds(1);  // when the database cannot be written (disk full)
constexpr std::chrono::seconds kStuckMax{300};    // between two tries of a row by itself
// Where objects keep coming there is never a moment without one: what was there before is written
// long before this has passed.
constexpr auto kFlushMax = std::chrono::seconds(2);

std::string Name(spool::Place place) {
  return std::to_string(place.segment) + "-" + std::to_string(place.offset);
}

std::string LittleEndian(uint32_t number) {
  std::string bytes(kLengthBytes, '\0');
  for (size_t i = 0; i < kLengthBytes; ++i) bytes[i] = static_cast<char>(number >> (8 * i));
  return bytes;
}

uint32_t FromLittleEndian(std::string_view bytes) {
  uint32_t number = 0;
  for (size_t i = 0; i < kLengthBytes; ++i) {
    number |= static_cast<uint32_t>(static_cast<uint8_t>(bytes[i])) << (8 * i);
  }
  return number;
}

void AddReason(std::string& reasons, const std::string& reason) {
  if ((" " + reasons + " ").find(" " + reason + " ") != std::string::npos) return;
  reasons += reasons.empty() ? reason : " " + reason;
}

bool IsRecorded(const store::Reader& reader, const std::string& place, const Arrival& arrival) {
  if (!arrival.sealed) return store::FindInstance(reader, arrival.identity_index).has_value();
  return reader.Query("SELECT 1 FROM quarantine WHERE place = ?", {place}).Next();
}

}  // namespace

Ledger::Ledger(Parts parts)
    : parts_(std::move(parts)), reader_(parts_.files, parts_.spool_directory) {
  thread_ = std::thread([this] { Run(); });
}

void Ledger::Stop() {
  if (!thread_.joinable()) return;
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return writing_ == 0; });
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
  std::exchange(queue_, {}).clear();
  std::exchange(stuck_, {}).clear();
}

void Ledger::Expect() {
  const std::lock_guard lock(mutex_);
  ++expected_;
}

void Ledger::Lost() {
  {
    const std::lock_guard lock(mutex_);
    --expected_;
  }
  changed_.notify_all();
}

void Ledger::Add(spool::Place place, Arrival arrival, std::function<void()> recorded) {
  {
    const std::lock_guard lock(mutex_);
    --expected_;
    queue_.push_back({place, std::move(arrival), std::move(recorded)});
    if (queue_.size() > 1 && queue_.size() < kEnough && flushing_ == 0) return;
  }
  changed_.notify_all();
}

void Ledger::RecordLater(std::function<void(store::Transaction&)> work,
                         std::function<void(bool)> then) {
  {
    const std::lock_guard lock(mutex_);
    ++writing_;
  }
  parts_.database.WriteLater(
      std::move(work), [this, then = std::move(then)](const std::exception_ptr& failure) {
        const std::lock_guard lock(mutex_);
        --writing_;
        tasks_.emplace_back([then, done = failure == nullptr] { then(done); });
        changed_.notify_all();
      });
}

void Ledger::RunTasks(std::unique_lock<std::mutex>& lock) {
  while (!tasks_.empty()) {
    const auto tasks = std::exchange(tasks_, {});
    lock.unlock();
    for (const auto& task : tasks) task();
    lock.lock();
  }
}

void Ledger::Flush() {
  std::unique_lock lock(mutex_);
  ++flushing_;
  changed_.notify_all();
  changed_.wait_for(lock, kFlushMax, [this] {
    const bool quiet = expected_ == 0 && queue_.empty() && writing_ == 0 && tasks_.empty();
    return failing_ || (quiet && !busy_);
  });
  --flushing_;
}

void Ledger::Hurry() {
  {
    const std::lock_guard lock(mutex_);
    hurry_ = true;
  }
  changed_.notify_all();
}

void Ledger::AwaitWork(std::unique_lock<std::mutex>& lock) {
  const auto has_work = [this] { return stopping_ || !queue_.empty() || !tasks_.empty(); };
  const auto next = std::ranges::min_element(stuck_, {}, &Entry::next_try);
  if (next == stuck_.end()) {
    changed_.wait(lock, has_work);
  } else {
    changed_.wait_until(lock, next->next_try, has_work);
  }
}

void Ledger::TakeStuck() {
  const auto now = Entry::Clock::now();
  const auto due = std::partition(stuck_.begin(), stuck_.end(),
                                  [&](const Entry& entry) { return entry.next_try > now; });
  queue_.insert(queue_.end(), std::make_move_iterator(due), std::make_move_iterator(stuck_.end()));
  stuck_.erase(due, stuck_.end());
}

// A row that cannot be written (its study is gone) is tried less and less often; its record stays
// in the spool.
void Ledger::SetAside(Entry entry) {
  entry.pause = std::clamp(2 * entry.pause, std::chrono::seconds(1), kStuckMax);
  entry.next_try = Entry::Clock::now() + entry.pause;
  stuck_.push_back(std::move(entry));
}

void Ledger::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    AwaitWork(lock);
    RunTasks(lock);
    TakeStuck();
    if (queue_.empty() && stopping_) return;
    if (queue_.empty()) continue;
    if (failing_) changed_.wait_for(lock, kRetry, [this] { return stopping_; });
    if (failing_ && stopping_) return;  // the records stay in the spool; the next start catches up
    changed_.wait_for(lock, kGather, [this] {
      return stopping_ || hurry_ || flushing_ > 0 || queue_.size() >= kEnough || !tasks_.empty();
    });
    hurry_ = false;
    auto entries = std::exchange(queue_, {});
    busy_ = true;
    lock.unlock();
    RecordWhatCanBe(entries);  // who waited for one of them goes on now, and may call us
    const bool done = entries.empty();
    lock.lock();
    queue_.insert(queue_.begin(), std::make_move_iterator(entries.begin()),
                  std::make_move_iterator(entries.end()));
    failing_ = !done;
    busy_ = false;
    changed_.notify_all();
  }
}

// Leaves nothing but what waits for the database. One that cannot be recorded must not keep back
// the others.
void Ledger::RecordWhatCanBe(std::vector<Entry>& entries) {
  const auto failure = TryToRecord(entries);
  if (!failure) return entries.clear();
  if (*failure == ErrorKind::kUnavailable) return;
  for (auto& entry : std::exchange(entries, {})) {
    std::vector<Entry> one;
    one.push_back(std::move(entry));
    if (TryToRecord(one)) SetAside(std::move(one.front()));
  }
}

std::optional<ErrorKind> Ledger::TryToRecord(std::vector<Entry>& entries) {
  const auto log = [&](const std::exception& error, ErrorKind kind) {
    Log(LogLevel::kError, "gate.ledger-failed",
        {{"records", entries.size()}, {"why", error.what()}});
    return kind;
  };
  try {
    Record(entries);
    return std::nullopt;
  } catch (const Error& error) {
    return log(error, error.kind());
  } catch (const std::exception& error) {
    return log(error, ErrorKind::kInternal);
  }
}

void Ledger::Record(std::vector<Entry>& entries) {
  for (const auto& entry : entries) {
    if (entry.arrival.sealed) KeepSealed(entry);
  }
  parts_.database.Write([&](store::Transaction& transaction) { Write(transaction, entries); });
  for (const auto& entry : entries) {
    if (entry.arrival.sealed) parts_.spool.Release(entry.place);
    if (entry.recorded) entry.recorded();
  }
}

void Ledger::Write(store::Transaction& transaction, std::vector<Entry>& entries) {
  std::map<int64_t, store::StudyRow> studies;
  std::map<int64_t, int> counts;
  for (const auto& entry : entries) {
    const auto& arrival = entry.arrival;
    if (IsRecorded(transaction, Name(entry.place), arrival)) continue;
    if (arrival.study == 0) {
      WriteSealed(transaction, entry, nullptr);
      continue;
    }
    if (!studies.contains(arrival.study)) {
      studies[arrival.study] = store::FindStudy(transaction, arrival.study).value();
    }
    auto& study = studies[arrival.study];
    ++counts[arrival.study];
    study.last_arrival = std::max(study.last_arrival, arrival.arrived);
    if (!arrival.dictionary.empty()) Remember(study, arrival.dictionary);
    if (arrival.sealed) {
      WriteSealed(transaction, entry, &study);
    } else {
      WriteCleaned(transaction, entry, study);
    }
  }
  for (auto& [number, study] : studies) {
    store::UpdateStudy(transaction, study);
    Json::Value fields;
    fields["study"] = Json::Int64(number);
    fields["arrived"] = counts[number];
    fields["instances"] = Json::Int64(study.instances);
    fields["sealed"] = Json::Int64(study.sealed);
    store::Append(transaction, "study.received", "gate", fields);
  }
}

void Ledger::WriteCleaned(store::Transaction& transaction, const Entry& entry,
                          store::StudyRow& study) {
  const auto& arrival = entry.arrival;
  store::InstanceRow row;
  row.study = arrival.study;
  row.identity_index = arrival.identity_index;
  row.sop_instance_uid = arrival.sop_instance_uid;
  row.series_instance_uid = arrival.series_instance_uid;
  row.sop_class_uid = arrival.sop_class_uid;
  row.transfer_syntax_uid = arrival.transfer_syntax_uid;
  row.digest = arrival.digests.content;
  row.identity_digest = arrival.digests.identity;
  row.seal = arrival.seal;
  row.size = arrival.size;
  row.head_size = arrival.head_size;
  row.identity = arrival.identity;
  row.facts = arrival.facts;
  row.segment = entry.place.segment;
  row.offset = entry.place.offset;
  store::InsertInstance(transaction, row);
  ++study.instances;
  ++study.held;
}

// Also what only a sealed object said: the search before the release needs it after a restart too.
// After a crash the study in memory knows only what the database knew.
void Ledger::Remember(store::StudyRow& study, const std::string& dictionary) {
  const auto known = parts_.identities.Find(study.number);
  known->Learn(deid::Dictionary::Parse(dictionary));
  study.dictionary = parts_.identities.SealDictionary(*known);
}

void Ledger::WriteSealed(store::Transaction& transaction, const Entry& entry,
                         store::StudyRow* study) {
  const auto& arrival = entry.arrival;
  store::QuarantineRow row;
  row.place = Name(entry.place);
  row.project = arrival.project;
  if (study != nullptr) row.study = study->number;
  row.identity_index = arrival.identity_index;
  row.digest = arrival.digests.content;
  row.identity_digest = arrival.digests.identity;
  row.reason = arrival.reason;
  row.path = arrival.path;
  row.sop_class_uid = arrival.sop_class_uid;
  row.transfer_syntax_uid = arrival.transfer_syntax_uid;
  row.size = arrival.size;
  row.key = arrival.key;
  row.pixel_tries = arrival.pixel_tries;
  row.series = arrival.series_instance_uid;
  row.face_tries = arrival.face_tries;
  const auto number = store::InsertQuarantine(transaction, row);
  if (!number) return;
  Json::Value fields;
  fields["quarantine"] = Json::Int64(*number);
  fields["reason"] = arrival.reason;
  fields["study"] = Json::Int64(arrival.study);
  store::Append(transaction, "quarantine.sealed", "gate", fields);
  if (study == nullptr) return;
  ++study->sealed;
  AddReason(study->reasons, arrival.reason);
  if (arrival.quarantine_study) study->state = "QUARANTINED";
}

std::filesystem::path Ledger::QuarantineFile(const std::string& place) const {
  return parts_.quarantine_directory / (place + ".sealed");
}

// The chunks stay as they are sealed; each is preceded by its length (docs/sealed-records.md).
void Ledger::KeepSealed(const Entry& entry) {
  const auto path = QuarantineFile(Name(entry.place));
  auto temporary = path;
  temporary += ".part";
  auto file = parts_.files.Open(temporary, true);
  uint64_t offset = 0;
  reader_.Read(entry.place, [&](std::string_view chunk, bool) {
    const auto length = LittleEndian(static_cast<uint32_t>(chunk.size()));
    const std::string_view pieces[] = {length, chunk};
    file->WriteAt(offset, pieces);
    offset += length.size() + chunk.size();
  });
  file->SyncData();
  parts_.files.Rename(temporary, path);
  parts_.files.SyncDirectory(parts_.quarantine_directory);
}

void Ledger::ReadQuarantined(const store::QuarantineRow& row, const Take& take) const {
  auto file = parts_.files.Open(QuarantineFile(row.place), false);
  const auto size = file->Size();
  const auto key = vault::UnwrapKey(parts_.keys.wrap, kQuarantineKeyPlace, row.key);
  vault::ChunkOpener opener(key);
  for (uint64_t offset = 0; offset < size;) {
    const uint32_t length = FromLittleEndian(file->ReadAt(offset, kLengthBytes));
    offset += kLengthBytes + length;
    if (!take(opener.Open(file->ReadAt(offset - length, length), offset >= size))) return;
  }
  if (!opener.complete()) throw Error(ErrorKind::kInvalid, "the quarantined object is cut short");
}

std::string Ledger::OpenQuarantined(const store::QuarantineRow& row) const {
  std::string plain;
  ReadQuarantined(row, [&](std::string_view piece) {
    plain += piece;
    return true;
  });
  return plain;
}

void Ledger::Discard(const store::QuarantineRow& row) noexcept {
  try {
    parts_.files.Remove(QuarantineFile(row.place));
  } catch (const std::exception& error) {
    Log(LogLevel::kWarning, "gate.original-left", {{"why", error.what()}});
  }
}

// Killed between the release of an object and the end of its original.
void Ledger::SweepQuarantine() {
  std::vector<std::string> released;
  parts_.database.Read([&](const store::Reader& reader) {
    for (const auto& name : parts_.files.List(parts_.quarantine_directory)) {
      const auto place = name.substr(0, name.rfind(".sealed"));
      auto rows =
          reader.Query("SELECT 1 FROM quarantine WHERE place = ? AND state = 'RELEASED'", {place});
      if (rows.Next()) released.push_back(name);
    }
  });
  for (const auto& name : released) parts_.files.Remove(parts_.quarantine_directory / name);
}

spool::RecoveryReport Ledger::Recover() {
  SweepQuarantine();
  std::vector<Entry> missing;
  std::vector<spool::Place> finished;
  const auto report = parts_.spool.Recover([&](const spool::Recovered& record) {
    if (record.damaged) {
      Log(LogLevel::kError, "gate.spool-damaged", {{"record", Name(record.place)}});
      return;
    }
    auto arrival = OpenArrival(parts_.keys, record.trailer);
    parts_.database.Read([&](const store::Reader& reader) {
      const auto instance = store::FindInstance(reader, arrival.identity_index);
      if (!IsRecorded(reader, Name(record.place), arrival)) {
        missing.push_back({record.place, std::move(arrival), {}});
      } else if (arrival.sealed || instance->state == "IMPORTED" ||
                 Name({instance->segment, instance->offset}) != Name(record.place)) {
        finished.push_back(record.place);
      }
    });
  });
  for (const auto place : finished) parts_.spool.Release(place);
  const size_t caught_up = missing.size();
  if (!missing.empty()) RecordWhatCanBe(missing);
  Log(LogLevel::kInfo, "gate.recovered",
      {{"whole", report.whole},
       {"damaged", report.damaged},
       {"caught_up", caught_up - missing.size()},
       {"left", missing.size()}});
  const std::lock_guard lock(mutex_);
  queue_ = std::move(missing);  // tried again with what comes
  return report;
}

}  // namespace glossator::gate
