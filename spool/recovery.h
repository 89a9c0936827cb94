// SPDX-License-Identifier: GPL-3.0-or-later
// Tells whole, damaged and never acknowledged records apart after a start.
#pragma once

#include <filesystem>
#include <functional>
#include <set>
#include <vector>

#include "spool/record.h"
#include "spool/scan.h"
#include "spool/spool.h"

namespace glossator::spool {

class Recovery {
 public:
  Recovery(FileSystem& files, const std::filesystem::path& directory)
      : contents_(Scan(files, directory)),
        frames_(files, directory, FrameReader::kLargeBlocks),
        holes_(contents_.holes.begin(), contents_.holes.end()) {}

  const Contents& contents() const { return contents_; }

  // `segments` are those that must stay until the record is released.
  using Visit = std::function<void(const Recovered&, const std::set<uint64_t>& segments)>;
  RecoveryReport Run(const Visit& visit);

 private:
  enum class State { kWhole, kReleased, kTorn, kDamaged };

  void Judge(Place place);
  State Check(const CommitFrame& commit, Recovered& found);
  State Blame(Place bad) const;
  void ShowUnreadable(Place place);
  std::set<uint64_t> SegmentsOf(Place place, const CommitFrame& commit) const;
  void Explain(const CommitFrame& commit);

  Contents contents_;
  FrameReader frames_;
  std::set<Place> holes_;  // that no commit frame knows
  Visit visit_;
  RecoveryReport report_;
};

}  // namespace glossator::spool
