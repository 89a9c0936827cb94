// SPDX-License-Identifier: GPL-3.0-or-later
// Authenticated encryption, AES-256-GCM. The bytes are described in docs/sealed-records.md.
// Whatever does not open (wrong key, other place, changed, cut, reordered) throws Error{kInvalid}.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "vault/key.h"

namespace glossator::vault {

// One value under a random nonce. `associated` is where the value lives (table, column, row), so
// that a sealed value cannot be moved elsewhere. 29 bytes longer than `plain`.
std::string Seal(const Key& key, Entropy& entropy, std::string_view associated,
                 std::string_view plain);
std::string Open(const Key& key, std::string_view associated, std::string_view sealed);

// A key under another key. Rotation is UnwrapKey with the old and WrapKey with the new one: what is
// derived from or sealed under the inner key stays.
std::string WrapKey(const Key& outer, Entropy& entropy, std::string_view place, const Key& inner);
Key UnwrapKey(const Key& outer, std::string_view place, std::string_view wrapped);
std::string RewrapKey(const Key& old_outer, const Key& new_outer, Entropy& entropy,
                      std::string_view place, std::string_view wrapped);

// A record in chunks (the STREAM construction): every record has a random salt and with it a key of
// its own; chunk number and "last" are authenticated. The first sealed chunk is 33, each other one
// 16 bytes longer than its plain text; plain text may be empty. Not thread-safe.
class ChunkSealer {
 public:
  ChunkSealer(const Key& key, Entropy& entropy, std::string_view associated = "");
  ~ChunkSealer();
  ChunkSealer(ChunkSealer&&) noexcept;
  ChunkSealer& operator=(ChunkSealer&&) noexcept;

  // Exactly one call, the last, has `last` set; a call after it is Error{kInternal}.
  std::string Seal(std::string_view plain, bool last);
  // One chunk in pieces: Start, Add*, Finish, each to where the one before ended. They return how
  // many bytes they wrote: up to kStartMax, as many as `plain` has, and kFinish.
  static constexpr size_t kStartMax = 17;
  static constexpr size_t kFinish = 16;
  size_t Start(bool last, char* out);
  size_t Add(std::string_view plain, char* out);
  size_t Finish(char* out);

  // Hex; after the last chunk. Equal for equal records only; who has not the key cannot make
  // another record with it.
  std::string RecordSeal() const;

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
};

class ChunkOpener {
 public:
  ChunkOpener(const Key& key, std::string_view associated = "");
  ~ChunkOpener();
  ChunkOpener(ChunkOpener&&) noexcept;
  ChunkOpener& operator=(ChunkOpener&&) noexcept;

  std::string Open(std::string_view sealed, bool last);
  void Open(std::string_view sealed, bool last, std::string& out);  // appends
  bool complete() const;           // the last chunk has been opened
  std::string RecordSeal() const;  // hex, as ChunkSealer says it; when complete

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
};

}  // namespace glossator::vault
