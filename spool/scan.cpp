// SPDX-License-Identifier: GPL-3.0-or-later
#include "spool/scan.h"

#include <algorithm>

#include "spool/record.h"
#include "spool/walk.h"

namespace glossator::spool {
namespace {

class Scanner {
 public:
  Scanner(FileSystem& files, const std::filesystem::path& directory)
      : files_(files),
        directory_(directory),
        frames_(files, directory, FrameReader::kLargeBlocks) {}

  Contents Run() {
    for (const auto& name : files_.List(directory_)) {
      if (const auto slot = SlotFrom(name)) ScanFile(*slot);
    }
    std::sort(contents_.commits.begin(), contents_.commits.end());
    KeepDamagedHoles();
    return std::move(contents_);
  }

 private:
  void ScanFile(uint64_t slot) {
    const auto file = files_.OpenUncached(directory_ / FileName(slot), false);
    const Walked walked = Walk(*file, slot, [this](uint64_t offset, const FrameHeader& header) {
      Take({header.segment, offset}, header);
    });
    contents_.files[slot] = {walked.segment, walked.bytes};
    Raise(walked.segment, walked.synced);
    Raise(walked.closed.segment, walked.closed.offset);
    for (const uint64_t hole : walked.holes) contents_.holes.push_back({walked.segment, hole});
  }

  void Take(Place place, const FrameHeader& header) {
    contents_.last_record = std::max(contents_.last_record, header.record);
    if (header.type == FrameType::kCommit) contents_.commits.push_back(place);
    if (header.type == FrameType::kRelease) TakeReleases(place, header.number);
  }

  // A damaged release frame is no loss: the record is offered once more.
  void TakeReleases(Place place, uint64_t count) {
    const auto frame = frames_.Read(place);
    if (!frame) return;
    std::string_view payload = frame->payload.view;
    if (const auto places = TakePlaces(payload, count)) {
      contents_.released.insert(places->begin(), places->end());
    }
  }

  void Raise(uint64_t segment, uint64_t offset) {
    auto& synced = contents_.synced[segment];
    synced = std::max(synced, offset);
  }

  // The space after the last frame is a hole too, but nothing was ever synced there.
  void KeepDamagedHoles() {
    std::erase_if(contents_.holes, [this](Place hole) { return !contents_.WasSynced(hole); });
  }

  FileSystem& files_;
  const std::filesystem::path& directory_;
  FrameReader frames_;
  Contents contents_;
};

}  // namespace

Contents Scan(FileSystem& files, const std::filesystem::path& directory) {
  return Scanner(files, directory).Run();
}

}  // namespace glossator::spool
