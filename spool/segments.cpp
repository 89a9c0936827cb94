// SPDX-License-Identifier: GPL-3.0-or-later
#include "spool/segments.h"

#include <algorithm>
#include <array>
#include <string>

#include "dicom/error.h"

namespace glossator::spool {
namespace {

void WriteHeader(FileSystem::File& file, const SegmentHeader& header) {
  const auto bytes = Encode(header);
  const std::string zeros(kPage - bytes.size(), '\0');
  const std::array<std::string_view, 2> page{std::string_view(bytes.data(), bytes.size()), zeros};
  file.WriteAt(0, page);
}

}  // namespace

void Segments::Adopt(const Contents& contents) {
  for (const auto& [slot, file] : contents.files) {
    states_[slot].segment = file.segment;
    states_[slot].bytes = file.bytes;
    generation_ = std::max(generation_, GenerationOf(file.segment));
  }
}

Segments::Opened Segments::Open(Place closed) {
  uint64_t slot = 0;
  auto file = Reuse(slot);
  if (!file) file = Create(slot);
  if (!file) return {};
  const uint64_t segment = SegmentOf(++generation_, slot);
  states_[slot] = {segment, options_.segment_bytes};
  // Durable before any old frame is overwritten: otherwise a power cut could leave the old header
  // over new bytes, and released records would look damaged.
  WriteHeader(*file, {segment, options_.segment_bytes, closed});
  file->SyncData();
  states_[slot].open = true;
  return {segment, std::move(file)};
}

void Segments::Close(uint64_t segment) { states_[SlotOf(segment)].open = false; }

void Segments::Retire(uint64_t segment) {
  State& state = states_[SlotOf(segment)];
  state.open = false;
  state.retired = true;
}

void Segments::RemoveUser(uint64_t segment) { --states_.at(SlotOf(segment)).users; }

uint64_t Segments::bytes_in_use() const {
  uint64_t bytes = 0;
  for (const auto& [slot, state] : states_) bytes += state.free() ? 0 : state.bytes;
  return bytes;
}

// The file with the highest number stays, so that numbers never come back.
void Segments::Trim() {
  size_t spare = 0;
  for (auto it = states_.begin(); it != states_.end();) {
    const auto& [slot, state] = *it;
    const bool fits = state.bytes == options_.segment_bytes;
    const bool newest = GenerationOf(state.segment) == generation_ && generation_ != 0;
    if (!state.free() || newest || (fits && ++spare <= options_.spare_segments)) {
      ++it;
      continue;
    }
    files_.Remove(directory_ / FileName(slot));
    it = states_.erase(it);
  }
}

// The one that was used longest ago.
std::unique_ptr<FileSystem::File> Segments::Reuse(uint64_t& slot) {
  auto oldest = states_.end();
  for (auto it = states_.begin(); it != states_.end(); ++it) {
    if (!it->second.free() || it->second.bytes != options_.segment_bytes) continue;
    if (oldest == states_.end() || it->second.segment < oldest->second.segment) oldest = it;
  }
  if (oldest == states_.end()) return nullptr;
  slot = oldest->first;
  return files_.OpenUncached(directory_ / FileName(slot), false);
}

std::unique_ptr<FileSystem::File> Segments::Create(uint64_t& slot) {
  if (!MayCreate()) return nullptr;
  slot = UnusedSlot();
  return MakeFile(directory_ / FileName(slot));
}

// A full disk is an expected outcome here, and half a file is not left behind.
std::unique_ptr<FileSystem::File> Segments::MakeFile(const std::filesystem::path& path) {
  auto file = files_.OpenUncached(path, true);
  try {
    file->Preallocate(options_.segment_bytes);
    files_.SyncDirectory(directory_);
  } catch (const Error&) {
    file.reset();
    files_.Remove(path);
    return nullptr;
  }
  return file;
}

bool Segments::MayCreate() const {
  uint64_t bytes = options_.segment_bytes;
  for (const auto& [slot, state] : states_) bytes += state.bytes;
  return bytes <= options_.bytes_max && states_.size() < kSlots;
}

uint64_t Segments::UnusedSlot() const {
  uint64_t slot = 0;
  for (const auto& [used, state] : states_) slot += used == slot ? 1 : 0;
  return slot;
}

}  // namespace glossator::spool
