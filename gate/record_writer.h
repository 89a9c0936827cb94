// SPDX-License-Identifier: GPL-3.0-or-later
// Writes one object as a sealed spool record: plain bytes in, digest and size kept, chunks out.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "model/ports.h"
#include "spool/spool.h"
#include "vault/digest.h"
#include "vault/seal.h"

namespace glossator::gate {

class RecordWriter {
 public:
  RecordWriter(spool::Spool& spool, const vault::Key& key, Entropy& entropy)
      : writer_(spool.Begin()), sealer_(key, entropy) {}

  void Write(std::string_view plain);
  // The last chunk. After it sha256() and size() are valid, and Commit may be called.
  void Close();
  void Commit(std::string trailer, spool::Writer::Done done) {
    writer_->Commit(std::move(trailer), std::move(done));
  }

  const std::string& sha256() const { return sha256_; }  // hex, of the plain bytes
  int64_t size() const { return size_; }                 // of the plain bytes

 private:
  std::unique_ptr<spool::Writer> writer_;
  vault::ChunkSealer sealer_;
  vault::Sha256 digest_;
  std::string pending_;
  std::string sha256_;
  int64_t size_ = 0;
};

}  // namespace glossator::gate
