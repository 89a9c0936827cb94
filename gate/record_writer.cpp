// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/record_writer.h"

#include <algorithm>

namespace glossator::gate {
namespace {

constexpr size_t kChunkBytes = 256 * 1024;
constexpr size_t kOverhead = 64;  // version, salt, tag

}  // namespace

void RecordWriter::StartChunk(size_t expected) {
  chunk_ = {};
  chunk_.reserve(std::min(kChunkBytes, expected) + kOverhead);
  sealer_.Start(expected == 0, chunk_);
  started_ = true;
  filled_ = 0;
}

void RecordWriter::Write(std::string_view plain) {
  size_ += static_cast<int64_t>(plain.size());
  while (!plain.empty()) {
    if (!started_) StartChunk(kChunkBytes);
    const auto part = plain.substr(0, kChunkBytes - filled_);
    sealer_.Add(part, chunk_);
    filled_ += part.size();
    plain.remove_prefix(part.size());
    if (filled_ == kChunkBytes) EndChunk();
  }
}

void RecordWriter::EndChunk() {
  if (!started_) return;
  sealer_.Finish(chunk_);
  writer_->Append(std::move(chunk_));
  started_ = false;
}

void RecordWriter::Close() {
  EndChunk();
  StartChunk(0);
  EndChunk();
}

}  // namespace glossator::gate
