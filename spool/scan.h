// SPDX-License-Identifier: GPL-3.0-or-later
// What a spool directory holds, put together from all its segments.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <vector>

#include "model/ports.h"
#include "spool/format.h"

namespace glossator::spool {

struct Contents {
  struct File {
    uint64_t segment = 0;  // 0: never used
    uint64_t bytes = 0;
  };
  std::map<uint64_t, File> files;  // by slot
  std::vector<Place> commits;      // in log order, released ones too
  std::set<Place> released;
  std::vector<Place> holes;             // a frame that was synced and is no longer there
  std::map<uint64_t, uint64_t> synced;  // by segment: known durable up to this offset
  uint64_t last_record = 0;

  // The file was taken for another segment, which happens only when all records were released.
  bool WasReused(uint64_t segment) const {
    const auto found = files.find(SlotOf(segment));
    return found == files.end() || found->second.segment > segment;
  }

  // Whatever began before it was durable once, so damage there is damage and no torn write.
  bool WasSynced(Place place) const {
    const auto found = synced.find(place.segment);
    return found != synced.end() && place.offset < found->second;
  }
};

Contents Scan(FileSystem& files, const std::filesystem::path& directory);

}  // namespace glossator::spool
