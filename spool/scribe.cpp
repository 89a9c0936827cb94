// SPDX-License-Identifier: GPL-3.0-or-later
#include "spool/scribe.h"

#include <algorithm>

#include "spool/crc32c.h"
#include "spool/recovery.h"

namespace glossator::spool {

RecoveryReport Scribe::Recover(const std::function<void(const Recovered&)>& visit) {
  Recovery recovery(files_, directory_);
  segments_.Adopt(recovery.contents());
  last_record_ = recovery.contents().last_record;
  const auto report =
      recovery.Run([&](const Recovered& record, const std::set<uint64_t>& segments) {
        for (const uint64_t segment : segments) segments_.AddUser(segment);
        alive_[record.place] = segments;
        visit(record);
      });
  segments_.Trim();
  return report;
}

void Scribe::Write(Group& group) {
  for (auto& item : group.items) Stage(item);
  StageReleases(group);
  const bool commits = std::any_of(group.items.begin(), group.items.end(),
                                   [](const Item& item) { return item.place.has_value(); });
  commits ? log_.Sync() : log_.Flush();
}

void Scribe::Fail(Group& group) {
  const uint64_t failed = log_.Fail();
  for (const auto& [id, record] : growing_) {
    if (record->segments.contains(failed)) record->lost = true;
  }
  for (auto& item : group.items) {
    item.place.reset();
    item.record->lost = true;
  }
}

void Scribe::Settle(Group& group) {
  for (auto& item : group.items) {
    if (item.kind == ItemKind::kChunk) continue;
    if (item.place) {
      alive_[*item.place] = std::move(item.record->segments);
    } else {
      Forget(*item.record);
    }
    growing_.erase(item.record->id);
  }
  for (const Place place : group.releases) Free(place);
  if (!group.releases.empty()) segments_.Trim();
}

void Scribe::Stage(Item& item) {
  if (item.record->lost) return;
  if (item.kind == ItemKind::kChunk) StageChunk(item);
  if (item.kind == ItemKind::kCommit) StageCommit(item);
}

void Scribe::StageChunk(Item& item) {
  Growing& record = *item.record;
  growing_.try_emplace(record.id, item.record);
  char* const frame = item.buffer ? item.buffer.frame() : nullptr;
  const auto place =
      Put(record, FrameType::kChunk, record.chunks.size(), item.content(), item.crc, frame);
  if (place) record.chunks.push_back(*place);
}

void Scribe::StageCommit(Item& item) {
  Growing& record = *item.record;
  item.payload = EncodePlaces(record.chunks) + item.bytes;
  item.place =
      Put(record, FrameType::kCommit, record.chunks.size(), item.payload, Crc32c(item.payload));
}

std::optional<Place> Scribe::Put(Growing& record, FrameType type, uint64_t number,
                                 std::string_view payload, uint32_t crc, char* frame) {
  const auto place = log_.Stage(type, record.id, number, payload, crc, frame);
  if (!place) {
    record.lost = true;
    full_ = full_ || log_.Fits(payload.size());
  } else if (record.segments.insert(place->segment).second) {
    segments_.AddUser(place->segment);
  }
  return place;
}

// Written without a sync of their own: a release that a power cut takes back is asked again.
void Scribe::StageReleases(Group& group) {
  if (group.releases.empty()) return;
  group.release_payload = EncodePlaces(group.releases);
  if (!log_.Fits(group.release_payload.size())) return;
  log_.Stage(FrameType::kRelease, 0, group.releases.size(), group.release_payload,
             Crc32c(group.release_payload));
}

void Scribe::Forget(const Growing& record) {
  for (const uint64_t segment : record.segments) segments_.RemoveUser(segment);
}

void Scribe::Free(Place place) {
  const auto found = alive_.find(place);
  if (found == alive_.end()) return;
  for (const uint64_t segment : found->second) segments_.RemoveUser(segment);
  alive_.erase(found);
}

}  // namespace glossator::spool
