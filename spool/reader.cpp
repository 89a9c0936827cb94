// SPDX-License-Identifier: GPL-3.0-or-later
#include "spool/reader.h"

#include "dicom/error.h"
#include "spool/record.h"
#include "spool/scan.h"

namespace glossator::spool {
namespace {

constexpr size_t kSparesMax = 8;

[[noreturn]] void Refuse(FrameReader::Fault fault) {
  if (fault == FrameReader::Fault::kGone) {
    throw Error(ErrorKind::kNotFound, "no record at this place of the spool");
  }
  throw Error(ErrorKind::kInvalid, "a record of the spool is damaged");
}

template <class Found>
Found Checked(std::optional<Found> found, const FrameReader& frames) {
  if (!found) Refuse(frames.fault());
  return std::move(*found);
}

}  // namespace

Reader::Reader(FileSystem& files, std::filesystem::path directory)
    : files_(files), directory_(std::move(directory)) {}
Reader::~Reader() = default;

// Nobody waits for the disk of another.
std::unique_ptr<FrameReader> Reader::Borrow() const {
  const std::lock_guard lock(mutex_);
  if (spare_.empty()) {
    return std::make_unique<FrameReader>(files_, directory_, FrameReader::kSmallBlocks);
  }
  auto frames = std::move(spare_.back());
  spare_.pop_back();
  return frames;
}

void Reader::GiveBack(std::unique_ptr<FrameReader> frames) const {
  const std::lock_guard lock(mutex_);
  if (spare_.size() < kSparesMax) spare_.push_back(std::move(frames));
}

Reader::Record Reader::ReadWhile(Place place, const VisitWhile& visit) const {
  auto frames = Borrow();
  CommitFrame commit = Checked(frames->ReadCommit(place), *frames);
  for (size_t i = 0; i < commit.chunks.size(); ++i) {
    const auto chunk = Checked(frames->ReadChunk(commit, i), *frames);
    if (!visit(chunk.view, i + 1 == commit.chunks.size())) break;
  }
  GiveBack(std::move(frames));
  return {commit.record, std::move(commit.trailer)};
}

Reader::Record Reader::Read(Place place, const VisitChunk& visit) const {
  return ReadWhile(place, [&](std::string_view chunk, bool last) {
    visit(chunk, last);
    return true;
  });
}

void Reader::List(const std::function<void(Place, const Record&)>& visit) const {
  const Contents contents = Scan(files_, directory_);
  FrameReader frames(files_, directory_, FrameReader::kLargeBlocks);
  for (const Place place : contents.commits) {
    if (contents.released.contains(place)) continue;
    if (const auto commit = frames.ReadCommit(place)) {
      visit(place, {commit->record, commit->trailer});
    }
  }
}

}  // namespace glossator::spool
