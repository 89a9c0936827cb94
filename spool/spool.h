// SPDX-License-Identifier: GPL-3.0-or-later
// A durable queue of records in preallocated, reused segment files (docs/spool.md). One process
// writes; others read with spool/reader.h. Knows no cryptography: callers seal.
//
// Invariants: done(place) is called only after the record and its commit frame are synced;
// a segment is overwritten only when every committed record in it was released.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "model/ports.h"
#include "spool/buffer.h"
#include "spool/place.h"

namespace glossator::spool {

struct Options {
  uint64_t segment_bytes = 64ull << 20;    // a multiple of 4096
  uint64_t bytes_max = 20ull << 30;        // of all segment files together
  uint64_t queue_bytes_max = 32ull << 20;  // handed over and not yet written
  double high_water = 0.9;                 // share of bytes_max above which has_room() is false
  size_t spare_segments = 16;              // free files kept for reuse, more are removed
  size_t written_ahead = 0;                // free files that are to lie ready (ADR 111)
};

// One record in the making. For one thread at a time. Destroyed before Commit: abandoned.
class Writer {
 public:
  using Done = std::function<void(std::optional<Place>)>;

  ~Writer();
  uint64_t record_id() const;  // unique among the records that are alive in this spool
  // Never blocks and takes ownership. At most half a segment per chunk (Error{kInvalid}). When the
  // disk failed or the queue bound was ignored twofold, the record is lost and Commit says so.
  void Append(std::string chunk);
  void Append(Buffer chunk);  // a large one, without a copy
  Buffer NewBuffer();         // of any content; not longer than the Writer
  // `done` is called once, on the spool's thread, after the group's sync; nullopt: not stored (disk
  // full or failed, spool stopped). It must not block. The Writer is spent.
  void Commit(std::string trailer, Done done);

 private:
  friend class Spool;
  struct State;
  explicit Writer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

struct Recovered {
  Place place;
  uint64_t record_id = 0;
  std::string trailer;   // empty when the commit frame itself is damaged
  uint64_t bytes = 0;    // of all chunks
  bool damaged = false;  // was acknowledged, or may have been, and cannot be read any more
};

struct RecoveryReport {
  uint64_t whole = 0;
  uint64_t damaged = 0;
  uint64_t unfinished = 0;  // frames after the last known sync that are torn: never acknowledged
};

class Spool {
 public:
  // Makes the directory, locks it (Error{kConflict} when another process writes there).
  Spool(FileSystem& files, std::filesystem::path directory, Options options = {});
  ~Spool();  // stops
  // Writes what is queued, answers every `done`, closes the segment. What comes after that is
  // answered with no place.
  void Stop();

  // Once, before the first Begin: every committed record that was not released, in log order. A
  // record that was released shortly before a crash may come again: release it again. Damaged ones
  // are shown too and hold their segment until they are released.
  RecoveryReport Recover(const std::function<void(const Recovered&)>& visit);

  std::unique_ptr<Writer> Begin();

  // Back-pressure: while Congested() callers stop feeding; OnRoom's callback is called once, on the
  // spool's thread, as soon as the queue is half empty.
  bool Congested() const;
  void OnRoom(std::function<void()> callback);

  // False above the high-water mark and while the disk is full; becomes true again by itself.
  bool has_room() const;
  uint64_t bytes() const;  // of the segments that hold something

  // The caller has made durable elsewhere whatever it still needs. Unknown places are ignored.
  void Release(Place place);

 private:
  friend class Writer;
  class Core;
  std::shared_ptr<Core> core_;
};

}  // namespace glossator::spool
