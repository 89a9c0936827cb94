// SPDX-License-Identifier: GPL-3.0-or-later
#include "spool/recovery.h"

namespace glossator::spool {

RecoveryReport Recovery::Run(const Visit& visit) {
  visit_ = visit;
  for (const Place place : contents_.commits) Judge(place);
  for (const Place hole : holes_) ShowUnreadable(hole);
  return report_;
}

void Recovery::Judge(Place place) {
  const bool released = contents_.released.contains(place);
  if (released && holes_.empty()) return;
  const auto commit = frames_.ReadCommit(place);
  if (commit) Explain(*commit);
  if (released) return;
  if (!commit && contents_.WasSynced(place)) return ShowUnreadable(place);
  if (!commit) {
    ++report_.unfinished;
    return;
  }
  Recovered found{place, commit->record, commit->trailer, 0, false};
  const State state = Check(*commit, found);
  found.damaged = state == State::kDamaged;
  report_.unfinished += state == State::kTorn;
  report_.whole += state == State::kWhole;
  report_.damaged += state == State::kDamaged;
  if (state == State::kTorn || state == State::kReleased) return;
  visit_(found, SegmentsOf(place, *commit));
}

// Only those that are there: a damaged record may name others.
std::set<uint64_t> Recovery::SegmentsOf(Place place, const CommitFrame& commit) const {
  std::set<uint64_t> segments{place.segment};
  for (const Place chunk : commit.chunks) {
    const auto file = contents_.files.find(SlotOf(chunk.segment));
    if (file != contents_.files.end() && file->second.segment == chunk.segment) {
      segments.insert(chunk.segment);
    }
  }
  return segments;
}

Recovery::State Recovery::Check(const CommitFrame& commit, Recovered& found) {
  for (size_t i = 0; i < commit.chunks.size(); ++i) {
    const auto chunk = frames_.ReadChunk(commit, i);
    if (!chunk && contents_.WasReused(commit.chunks[i].segment)) return State::kReleased;
    if (!chunk && contents_.WasSynced(found.place)) return State::kDamaged;
    if (!chunk) return Blame(commit.chunks[i]);
    found.bytes += chunk->view.size();
  }
  return State::kWhole;
}

// The commit frame is of the last group before the stop: had its sync ended or not?
Recovery::State Recovery::Blame(Place bad) const {
  return contents_.WasSynced(bad) ? State::kDamaged : State::kTorn;
}

void Recovery::ShowUnreadable(Place place) {
  ++report_.damaged;
  visit_({place, 0, "", 0, true}, {place.segment});
}

void Recovery::Explain(const CommitFrame& commit) {
  for (const Place chunk : commit.chunks) holes_.erase(chunk);
}

}  // namespace glossator::spool
