// SPDX-License-Identifier: GPL-3.0-or-later
#include "spool/record.h"

#include <algorithm>

#include "dicom/error.h"
#include "spool/crc32c.h"

namespace glossator::spool {
namespace {

constexpr size_t kOpenFilesMax = 8;

// Old frames may still lie about in a file that was taken for another segment.
bool WasReused(FileSystem::File& file, Place place) {
  const auto header = DecodeSegment(file.ReadAt(0, kHeaderSize));
  return header && header->segment != place.segment;
}

}  // namespace

// nullptr when there is no such file: the port does not tell why an Open failed.
FileSystem::File* FrameReader::FileOf(uint64_t slot) {
  const auto found = open_.find(slot);
  if (found != open_.end()) return found->second.get();
  const auto names = files_.List(directory_);
  if (std::find(names.begin(), names.end(), FileName(slot)) == names.end()) return nullptr;
  if (open_.size() >= kOpenFilesMax) open_.clear();
  return (open_[slot] = files_.Open(directory_ / FileName(slot), false)).get();
}

std::optional<Frame> FrameReader::Read(Place place) {
  FileSystem::File* file = FileOf(SlotOf(place.segment));
  if (file == nullptr) return Fail(Fault::kGone);
  if (WasReused(*file, place)) return Fail(Fault::kGone);
  const uint64_t size = file->Size();
  if (place.offset >= size) return Fail(Fault::kGone);
  const auto header = DecodeFrame(file->ReadAt(place.offset, kHeaderSize));
  if (!header || header->segment != place.segment) return Fail(Fault::kDamaged);
  if (header->length > size) return Fail(Fault::kDamaged);
  Frame frame{*header, file->ReadAt(place.offset + kHeaderSize, header->length)};
  if (frame.payload.size() != header->length || Crc32c(frame.payload) != header->payload_crc) {
    return Fail(Fault::kDamaged);
  }
  return frame;
}

std::optional<CommitFrame> FrameReader::ReadCommit(Place place) {
  const auto frame = Read(place);
  if (!frame) return std::nullopt;
  if (frame->header.type != FrameType::kCommit) return Fail(Fault::kGone);
  std::string_view rest = frame->payload;
  auto chunks = TakePlaces(rest, frame->header.number);
  if (!chunks) return Fail(Fault::kDamaged);
  return CommitFrame{frame->header.record, std::move(*chunks), std::string(rest)};
}

std::optional<std::string> FrameReader::ReadChunk(const CommitFrame& commit, size_t number) {
  auto frame = Read(commit.chunks[number]);
  if (!frame || frame->header.type != FrameType::kChunk || frame->header.record != commit.record ||
      frame->header.number != number) {
    return Fail(Fault::kDamaged);
  }
  return std::move(frame->payload);
}

}  // namespace glossator::spool
