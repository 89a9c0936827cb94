// SPDX-License-Identifier: GPL-3.0-or-later
// Writes one object as a sealed spool record: plain bytes in, sealed chunks out, encrypted while
// they come so that nothing is collected first.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "model/ports.h"
#include "spool/spool.h"
#include "vault/seal.h"

namespace glossator::gate {

class RecordWriter {
 public:
  RecordWriter(spool::Spool& spool, const vault::Key& key, Entropy& entropy)
      : writer_(spool.Begin()), sealer_(key, entropy) {}

  void Write(std::string_view plain);
  // What follows begins a new chunk, so that what came before can be read by itself.
  void EndChunk();
  // An empty last chunk: no chunk knows that it is the last while it streams. After it seal() is
  // valid, and Commit may be called.
  void Close();
  void Commit(std::string trailer, spool::Writer::Done done) {
    writer_->Commit(std::move(trailer), std::move(done));
  }

  std::string seal() const { return sealer_.RecordSeal(); }
  int64_t size() const { return size_; }  // of the plain bytes

 private:
  void StartChunk(bool last);

  std::unique_ptr<spool::Writer> writer_;
  vault::ChunkSealer sealer_;
  spool::Buffer buffer_;  // the chunk, sealed so far
  size_t used_ = 0;       // of it
  bool started_ = false;
  int64_t size_ = 0;
};

}  // namespace glossator::gate
