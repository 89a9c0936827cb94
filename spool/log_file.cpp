// SPDX-License-Identifier: GPL-3.0-or-later
#include "spool/log_file.h"

#include <cstring>
#include <string>

#include "spool/crc32c.h"

namespace glossator::spool {
namespace {

const std::string kZeros(kPage, '\0');

// Where the segment's last frame would end if it came on the page after this frame.
uint64_t EndAfter(uint64_t offset, uint64_t payload) {
  return AlignUp(offset + kHeaderSize + payload, kPage) + kHeaderSize;
}

}  // namespace

std::optional<Place> LogFile::Stage(FrameType type, uint64_t record, uint64_t number,
                                    std::string_view payload, uint32_t payload_crc, char* frame) {
  if (frame != nullptr) EndPage();
  if (!MakeRoom(payload.size())) return std::nullopt;
  const Place place{segment_, next_};
  Push(type, record, number, payload, payload_crc, frame);
  return place;
}

bool LogFile::Fits(uint64_t payload) const { return EndAfter(kPage, payload) <= segment_bytes_; }

void LogFile::Flush() {
  if (staged_.empty()) return;
  EndPage();
  file_->WriteAt(written_, Pieces());
  written_ = next_;
  staged_.clear();
}

void LogFile::Sync() {
  Flush();
  if (file_ == nullptr || synced_ == written_) return;
  file_->SyncData();
  synced_ = written_;
}

void LogFile::Close() {
  if (file_ == nullptr) return;
  Push(FrameType::kEnd, 0, 0, {}, Crc32c({}));
  Sync();
  closed_ = {segment_, synced_};
  file_.reset();
  segments_.Close(segment_);
  segment_ = 0;
}

uint64_t LogFile::Fail() {
  staged_.clear();
  const uint64_t failed = segment_;
  if (file_ != nullptr) segments_.Retire(failed);
  file_.reset();
  segment_ = 0;
  closed_ = {};  // nobody knows how far it got
  return failed;
}

bool LogFile::MakeRoom(uint64_t payload) {
  if (!Fits(payload)) return false;
  if (file_ != nullptr && EndAfter(next_, payload) > segment_bytes_) Close();
  return Ready();
}

bool LogFile::OpenNext() {
  auto [segment, file] = segments_.Open(closed_);
  if (!file) return false;
  segment_ = segment;
  file_ = std::move(file);
  written_ = next_ = kPage;
  synced_ = 0;
  return true;
}

// The next frame begins on a page.
void LogFile::EndPage() {
  if (staged_.empty()) return;
  staged_.back().header.page_end = true;
  next_ = AlignUp(next_, kPage);
}

void LogFile::Push(FrameType type, uint64_t record, uint64_t number, std::string_view payload,
                   uint32_t payload_crc, char* frame) {
  FrameHeader header;
  header.page_end = frame != nullptr;
  header.type = type;
  header.segment = segment_;
  header.record = record;
  header.number = number;
  header.synced = synced_;
  header.length = static_cast<uint32_t>(payload.size());
  header.payload_crc = payload_crc;
  staged_.push_back({header, payload, frame, {}});
  next_ = header.Next(next_);
}

std::vector<std::string_view> LogFile::Pieces() {
  std::vector<std::string_view> pieces;
  pieces.reserve(staged_.size() * 3);
  uint64_t at = written_;
  for (auto& [header, payload, frame, bytes] : staged_) {
    bytes = Encode(header);
    const uint64_t next = header.Next(at);
    const uint64_t padding = next - at - kHeaderSize - payload.size();
    at = next;
    if (frame != nullptr) {
      std::memcpy(frame, bytes.data(), bytes.size());
      std::memset(frame + kHeaderSize + payload.size(), 0, padding);
      pieces.emplace_back(frame, kHeaderSize + payload.size() + padding);
      continue;
    }
    pieces.emplace_back(bytes.data(), bytes.size());
    if (!payload.empty()) pieces.push_back(payload);
    if (padding > 0) pieces.push_back(std::string_view(kZeros).substr(0, padding));
  }
  return pieces;
}

}  // namespace glossator::spool
