// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/record_writer.h"

#include <algorithm>

namespace glossator::gate {
namespace {

constexpr size_t kChunkBytes = 256 * 1024;

}  // namespace

void RecordWriter::Write(std::string_view plain) {
  digest_.Add(plain);
  size_ += static_cast<int64_t>(plain.size());
  while (!plain.empty()) {
    if (pending_.size() == kChunkBytes) {
      writer_->Append(sealer_.Seal(pending_, false));
      pending_.clear();
    }
    const size_t part = std::min(kChunkBytes - pending_.size(), plain.size());
    pending_.append(plain.substr(0, part));
    plain.remove_prefix(part);
  }
}

void RecordWriter::Close() {
  writer_->Append(sealer_.Seal(pending_, true));
  sha256_ = digest_.FinishHex();
}

}  // namespace glossator::gate
