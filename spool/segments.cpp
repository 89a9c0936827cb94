// SPDX-License-Identifier: GPL-3.0-or-later
#include "spool/segments.h"

#include <algorithm>
#include <array>
#include <string>

#include "dicom/error.h"

namespace glossator::spool {
namespace {

constexpr uint64_t kStep = 1 << 20;  // a commit that comes meanwhile waits for one
// What lies ready must not be what others miss on a small disk: so many segments stay free there.
constexpr uint64_t kLeftFree = 16;

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
  may_prepare_ = true;
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
  for (const auto& [slot, state] : states_) {
    bytes += state.free() || state.preparing ? 0 : state.bytes;
  }
  return bytes;
}

// The first write to a preallocated block changes the file system's own tables, and the sync behind
// it waits for its journal; a block that was written before costs neither.
bool Segments::PrepareStep() {
  try {
    if (!preparing_ && !StartPreparing()) return false;
    WriteAhead();
  } catch (const Error&) {
    may_prepare_ = false;
    if (preparing_) states_[preparing_->slot].retired = true;
    preparing_.reset();
  }
  return may_prepare_;
}

bool Segments::StartPreparing() {
  const auto ready = std::ranges::count_if(states_, [&](const auto& entry) {
    return entry.second.free() && entry.second.bytes == options_.segment_bytes;
  });
  if (!may_prepare_ || size_t(ready) >= options_.written_ahead) return false;
  if (files_.FreeBytes(directory_) / kLeftFree < options_.segment_bytes) return false;
  uint64_t slot = 0;
  auto file = Create(slot);
  may_prepare_ = file != nullptr;
  if (!file) return false;
  states_[slot] = {.bytes = options_.segment_bytes, .preparing = true};
  preparing_ = {slot, std::move(file)};
  return true;
}

void Segments::WriteAhead() {
  static const std::string zeros(kStep, '\0');
  const uint64_t bytes = std::min(kStep, options_.segment_bytes - preparing_->written);
  const std::array<std::string_view, 1> piece{std::string_view(zeros).substr(0, bytes)};
  preparing_->file->WriteAt(preparing_->written, piece);
  preparing_->written += bytes;
  if (preparing_->written < options_.segment_bytes) return;
  preparing_->file->SyncData();
  states_[preparing_->slot].preparing = false;
  preparing_.reset();
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
