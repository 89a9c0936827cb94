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

Reader::Record Reader::Read(Place place, const VisitChunk& visit) const {
  FrameReader frames(files_, directory_);
  auto commit = frames.ReadCommit(place);
  if (!commit) Refuse(frames.fault());
  for (size_t i = 0; i < commit->chunks.size(); ++i) {
    const auto chunk = frames.ReadChunk(*commit, i);
    if (!chunk) Refuse(frames.fault());
    visit(*chunk, i + 1 == commit->chunks.size());
  }
  return {commit->record, std::move(commit->trailer)};
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
