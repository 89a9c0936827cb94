// SPDX-License-Identifier: GPL-3.0-or-later
#include "spool/reader.h"

#include "dicom/error.h"
#include "spool/record.h"
#include "spool/scan.h"

namespace glossator::spool {
namespace {

[[noreturn]] void Refuse(FrameReader::Fault fault) {
  if (fault == FrameReader::Fault::kGone) {
    throw Error(ErrorKind::kNotFound, "no record at this place of the spool");
  }
  throw Error(ErrorKind::kInvalid, "a record of the spool is damaged");
}

}  // namespace

Reader::Reader(FileSystem& files, std::filesystem::path directory)
    : files_(files),
      directory_(std::move(directory)),
      frames_(std::make_unique<FrameReader>(files_, directory_)) {}
Reader::~Reader() = default;

// Others may read while `visit` is at work.
template <class Call>
auto Reader::Locked(Call&& call) const {
  const std::lock_guard lock(mutex_);
  auto result = call();
  if (!result) Refuse(frames_->fault());
  return std::move(*result);
}

Reader::Record Reader::ReadWhile(Place place, const VisitWhile& visit) const {
  CommitFrame commit = Locked([&] { return frames_->ReadCommit(place); });
  for (size_t i = 0; i < commit.chunks.size(); ++i) {
    const auto chunk = Locked([&] { return frames_->ReadChunk(commit, i); });
    if (!visit(chunk.view, i + 1 == commit.chunks.size())) break;
  }
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
  FrameReader frames(files_, directory_);
  for (const Place place : contents.commits) {
    if (contents.released.contains(place)) continue;
    if (const auto commit = frames.ReadCommit(place)) {
      visit(place, {commit->record, commit->trailer});
    }
  }
}

}  // namespace glossator::spool
