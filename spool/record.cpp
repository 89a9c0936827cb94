// SPDX-License-Identifier: GPL-3.0-or-later
#include "spool/record.h"

#include <algorithm>

#include "dicom/error.h"
#include "spool/crc32c.h"

namespace glossator::spool {
namespace {

constexpr size_t kOpenFilesMax = 3;  // a file that was removed stays on the disk while it is open
constexpr size_t kBlocksMax = 16;

}  // namespace

struct FrameReader::OpenFile {
  std::unique_ptr<FileSystem::File> file;
  uint64_t size = 0;
  std::map<uint64_t, Block> blocks;  // by number
};

FrameReader::FrameReader(FileSystem& files, std::filesystem::path directory, uint64_t block_bytes)
    : files_(files), directory_(std::move(directory)), block_bytes_(block_bytes) {}
FrameReader::~FrameReader() = default;

// nullptr when there is no such file: the port does not tell why an Open failed.
FrameReader::OpenFile* FrameReader::FileOf(uint64_t slot) {
  const auto found = open_.find(slot);
  if (found != open_.end()) return found->second.get();
  const auto names = files_.List(directory_);
  if (std::find(names.begin(), names.end(), FileName(slot)) == names.end()) return nullptr;
  if (open_.size() >= kOpenFilesMax) open_.clear();
  auto file = files_.OpenUncached(directory_ / FileName(slot), false);
  const uint64_t size = file->Size();
  return (open_[slot] = std::make_unique<OpenFile>(OpenFile{std::move(file), size, {}})).get();
}

FrameReader::Block FrameReader::BlockOf(OpenFile& file, uint64_t number) {
  if (const auto known = file.blocks.find(number); known != file.blocks.end()) {
    return known->second;
  }
  if (++blocks_ > kBlocksMax) {
    for (auto& [slot, other] : open_) other->blocks.clear();
    blocks_ = 1;
  }
  return file.blocks[number] =
             std::make_shared<std::string>(file.file->ReadAt(number * block_bytes_, block_bytes_));
}

// Into the same memory as the one before, when nobody looks at that any more.
Bytes FrameReader::ReadLarge(OpenFile& file, uint64_t offset, size_t size) {
  const size_t skip = offset % kPage;
  const size_t pages = AlignUp(skip + size, kPage);
  if (!room_ || room_.use_count() > 1 || room_->capacity() < pages) {
    room_ = std::make_shared<Pages>(pages);
  }
  const auto into = room_->first(pages);
  const size_t read = file.file->ReadInto(offset - skip, into);
  return {{into.data() + skip, std::min(size, read - std::min(read, skip))}, room_};
}

Bytes FrameReader::Cut(OpenFile& file, uint64_t offset, size_t size) {
  if (size >= block_bytes_ / 2) return ReadLarge(file, offset, size);
  const Block first = BlockOf(file, offset / block_bytes_);
  const auto rest = std::string_view(*first).substr(std::min(offset % block_bytes_, first->size()));
  if (rest.size() >= size || first->size() < block_bytes_) return {rest.substr(0, size), first};
  const auto joined = std::make_shared<std::string>(rest);
  joined->reserve(size);
  while (joined->size() < size) {
    const uint64_t at = offset + joined->size();  // where a block begins
    const Block next = BlockOf(file, at / block_bytes_);
    if (next->empty()) break;
    joined->append(*next, 0, size - joined->size());
  }
  return {*joined, joined};
}

std::optional<Frame> FrameReader::TryRead(Place place, size_t expected) {
  OpenFile* file = FileOf(SlotOf(place.segment));
  if (file == nullptr || place.offset >= file->size) return std::nullopt;
  const Bytes start = Cut(*file, place.offset, kHeaderSize + expected);
  const auto header = DecodeFrame(start.view.substr(0, kHeaderSize));
  if (!header || header->segment != place.segment) return std::nullopt;
  if (header->length > file->size) return std::nullopt;
  const bool whole = start.view.size() >= kHeaderSize + header->length;
  Frame frame{*header, whole ? Bytes{start.view.substr(kHeaderSize, header->length), start.owner}
                             : Cut(*file, place.offset + kHeaderSize, header->length)};
  const auto payload = frame.payload.view;
  if (payload.size() != header->length || Crc32c(payload) != header->payload_crc) {
    return std::nullopt;
  }
  return frame;
}

// Old frames may still lie about in a file that was taken for another segment.
FrameReader::Fault FrameReader::FaultAt(Place place) {
  OpenFile* file = FileOf(SlotOf(place.segment));
  if (file == nullptr || place.offset >= file->size) return Fault::kGone;
  const auto header = DecodeSegment(file->file->ReadAt(0, kHeaderSize));
  return header && header->segment != place.segment ? Fault::kGone : Fault::kDamaged;
}

std::optional<Frame> FrameReader::Read(Place place, size_t expected) {
  auto frame = TryRead(place, expected);
  if (frame) return frame;
  open_.erase(SlotOf(place.segment));  // the file may be another one by now
  frame = TryRead(place, 0);
  return frame ? std::move(frame) : Fail(FaultAt(place));
}

std::optional<CommitFrame> FrameReader::ReadCommit(Place place) {
  const auto frame = Read(place);
  if (!frame) return std::nullopt;
  if (frame->header.type != FrameType::kCommit) return Fail(Fault::kGone);
  std::string_view rest = frame->payload.view;
  auto chunks = TakePlaces(rest, frame->header.number);
  if (!chunks) return Fail(Fault::kDamaged);
  return CommitFrame{frame->header.record, std::move(*chunks), std::string(rest)};
}

std::optional<Bytes> FrameReader::ReadChunk(const CommitFrame& commit, size_t number) {
  size_t unknown = 0;
  size_t& expected = number < sizes_.size() ? sizes_[number] : unknown;
  auto frame = Read(commit.chunks[number], expected);
  if (!frame || frame->header.type != FrameType::kChunk || frame->header.record != commit.record ||
      frame->header.number != number) {
    return Fail(Fault::kDamaged);
  }
  expected = frame->header.length;
  return std::move(frame->payload);
}

}  // namespace glossator::spool
