// SPDX-License-Identifier: GPL-3.0-or-later
#include "spool/walk.h"

#include <algorithm>

namespace glossator::spool {
namespace {

// A sound frame that ends inside the file.
std::optional<FrameHeader> FrameAt(Window& window, uint64_t offset) {
  auto header = DecodeFrame(window.At(offset, kHeaderSize));
  if (header && header->length > window.size() - offset - kHeaderSize) return std::nullopt;
  return header;
}

std::optional<FrameHeader> FrameAt(Window& window, uint64_t offset, uint64_t segment) {
  auto header = FrameAt(window, offset);
  if (header && header->segment != segment) return std::nullopt;  // of an earlier use of the file
  return header;
}

uint64_t NextSound(Window& window, uint64_t offset, uint64_t segment) {
  while (offset < window.size() && !FrameAt(window, offset, segment)) offset += kFrameAlign;
  return offset;
}

// The latest use of the file that left a frame.
uint64_t SegmentFromFrames(Window& window, uint64_t slot) {
  uint64_t segment = 0;
  for (uint64_t offset = kPage; offset < window.size(); offset += kFrameAlign) {
    const auto header = FrameAt(window, offset);
    if (header && SlotOf(header->segment) == slot) segment = std::max(segment, header->segment);
  }
  return segment;
}

Walked ReadHeader(Window& window, uint64_t slot) {
  Walked walked;
  walked.bytes = window.size();
  const auto header = DecodeSegment(window.At(0, kHeaderSize));
  if (header && SlotOf(header->segment) == slot) {
    walked.segment = header->segment;
    walked.closed = header->closed;
  } else {
    walked.segment = SegmentFromFrames(window, slot);
  }
  return walked;
}

}  // namespace

// A little from where it jumps to, much where it goes on.
void Window::Fill(uint64_t offset) {
  const bool goes_on = offset <= start_ + bytes_.size() && offset >= start_;
  const auto into = pages_.first(goes_on ? pages_.capacity() : pages_.capacity() / 16);
  start_ = offset / kPage * kPage;
  bytes_ = {into.data(), file_.ReadInto(start_, into)};
}

std::string_view Window::At(uint64_t offset, size_t size) {
  if (offset >= size_) return {};
  if (offset < start_ || offset + size > start_ + bytes_.size()) Fill(offset);
  return bytes_.substr(std::min(offset - start_, bytes_.size()), size);
}

Walked Walk(FileSystem::File& file, uint64_t slot, const VisitFrame& visit) {
  Window window(file);
  Walked walked = ReadHeader(window, slot);
  if (walked.segment == 0) return walked;
  for (uint64_t offset = kPage; offset < window.size();) {
    const auto header = FrameAt(window, offset, walked.segment);
    if (!header) {
      walked.holes.push_back(offset);
      offset = NextSound(window, offset, walked.segment);
      continue;
    }
    walked.synced = std::max(walked.synced, header->synced);
    visit(offset, *header);
    offset = header->Next(offset);
  }
  return walked;
}

}  // namespace glossator::spool
