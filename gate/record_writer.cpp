// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/record_writer.h"

#include <utility>

namespace glossator::gate {
namespace {

// Smaller chunks are copied out of their buffer: it waits in the spool's queue as a whole.
constexpr size_t kWorthABuffer = 64 << 10;
constexpr size_t kRoom = spool::Buffer::kCapacity - vault::ChunkSealer::kFinish;

}  // namespace

void RecordWriter::StartChunk(bool last) {
  if (!buffer_) buffer_ = writer_->NewBuffer();
  used_ = sealer_.Start(last, buffer_.data());
  started_ = true;
}

void RecordWriter::Write(std::string_view plain) {
  size_ += static_cast<int64_t>(plain.size());
  while (!plain.empty()) {
    if (!started_) StartChunk(false);
    const auto part = plain.substr(0, kRoom - used_);
    used_ += sealer_.Add(part, buffer_.data() + used_);
    plain.remove_prefix(part.size());
    if (used_ == kRoom) EndChunk();
  }
}

void RecordWriter::EndChunk() {
  if (!started_) return;
  used_ += sealer_.Finish(buffer_.data() + used_);
  started_ = false;
  if (used_ < kWorthABuffer) return writer_->Append(std::string(buffer_.data(), used_));
  buffer_.set_size(used_);
  writer_->Append(std::exchange(buffer_, {}));
}

void RecordWriter::Close() {
  EndChunk();
  StartChunk(true);
  EndChunk();
}

}  // namespace glossator::gate
