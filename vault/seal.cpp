// SPDX-License-Identifier: GPL-3.0-or-later
#include "vault/seal.h"

#include <algorithm>
#include <optional>

#include "vault/digest.h"
#include "vault/evp.h"
#include "vault/hmac.h"

namespace glossator::vault {
namespace {

constexpr char kValueVersion = 1;  // docs/sealed-records.md, "sealed value"
constexpr char kChunkVersion = 2;  // same, "sealed record"
constexpr size_t kSaltSize = 16;
constexpr std::string_view kKeyPlace = "glossator/key/1";
constexpr std::string_view kSealLabel = "glossator/record-seal/1";

std::string WithVersion(char version, std::string_view associated) {
  std::string all(1, version);
  return all.append(associated);
}

std::string KeyPlace(std::string_view place) {
  std::string all(kKeyPlace);
  all += '\0';
  return all.append(place);
}

[[noreturn]] void UnknownFormat() {
  throw Error(ErrorKind::kInvalid, "sealed bytes of an unknown format");
}

}  // namespace

std::string Seal(const Key& key, Entropy& entropy, std::string_view associated,
                 std::string_view plain) {
  Nonce nonce;
  entropy.Fill(nonce);
  std::string sealed;
  sealed.reserve(1 + kNonceSize + plain.size() + kTagSize);
  sealed += kValueVersion;
  sealed.append(reinterpret_cast<const char*>(nonce.data()), nonce.size());
  Gcm(key, true).Seal(nonce, WithVersion(kValueVersion, associated), plain, sealed);
  return sealed;
}

std::string Open(const Key& key, std::string_view associated, std::string_view sealed) {
  if (sealed.size() < 1 + kNonceSize + kTagSize || sealed[0] != kValueVersion) UnknownFormat();
  Nonce nonce;
  std::copy_n(sealed.begin() + 1, kNonceSize, nonce.begin());
  std::string plain;
  Gcm(key, false)
      .Open(nonce, WithVersion(kValueVersion, associated), sealed.substr(1 + kNonceSize), plain);
  return plain;
}

std::string WrapKey(const Key& outer, Entropy& entropy, std::string_view place, const Key& inner) {
  const auto bytes = inner.bytes();
  return Seal(outer, entropy, KeyPlace(place),
              {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

Key UnwrapKey(const Key& outer, std::string_view place, std::string_view wrapped) {
  std::string bytes = Open(outer, KeyPlace(place), wrapped);
  Key key(bytes);
  Wipe(bytes);
  return key;
}

std::string RewrapKey(const Key& old_outer, const Key& new_outer, Entropy& entropy,
                      std::string_view place, std::string_view wrapped) {
  return WrapKey(new_outer, entropy, place, UnwrapKey(old_outer, place, wrapped));
}

namespace {

// Nonce of the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizar 2015): the key is used for
// one record only, so that counter and last flag are all it takes.
class ChunkNonces {
 public:
  Nonce Next(bool last) {
    if (complete_) throw Error(ErrorKind::kInternal, "a chunk after the last one");
    if (counter_ > UINT32_MAX) throw Error(ErrorKind::kInvalid, "too many chunks");
    complete_ = last;
    Nonce nonce{};
    for (size_t i = 0; i < 4; ++i) nonce[7 + i] = static_cast<uint8_t>(counter_ >> (24 - 8 * i));
    nonce[11] = last ? 1 : 0;
    ++counter_;
    return nonce;
  }
  bool first() const { return counter_ == 0; }
  bool complete() const { return complete_; }

 private:
  uint64_t counter_ = 0;
  bool complete_ = false;
};

// What docs/sealed-records.md calls the record's seal.
std::string SealOf(std::string_view salt_and_tags) {
  std::string all(kSealLabel);
  all += '\0';
  return Sha256Hex(all.append(salt_and_tags));
}

std::string_view TagOf(std::string_view chunk) { return chunk.substr(chunk.size() - kTagSize); }

Key RecordKey(const Key& key, std::string_view salt) {
  return Hkdf(key, salt, "glossator/record/1");
}

}  // namespace

struct ChunkSealer::Stream {
  std::string salt;
  std::string associated;
  Gcm gcm;
  ChunkNonces nonces;
  std::string seals;
};

ChunkSealer::ChunkSealer(const Key& key, Entropy& entropy, std::string_view associated) {
  std::array<uint8_t, kSaltSize> random{};
  entropy.Fill(random);
  const std::string salt(reinterpret_cast<const char*>(random.data()), random.size());
  stream_.reset(new Stream{
      salt, WithVersion(kChunkVersion, associated), Gcm(RecordKey(key, salt), true), {}, salt});
}
ChunkSealer::~ChunkSealer() = default;
ChunkSealer::ChunkSealer(ChunkSealer&&) noexcept = default;
ChunkSealer& ChunkSealer::operator=(ChunkSealer&&) noexcept = default;

static_assert(ChunkSealer::kStartMax == 1 + kSaltSize && ChunkSealer::kFinish == kTagSize);

size_t ChunkSealer::Start(bool last, char* out) {
  const bool first = stream_->nonces.first();
  if (first) {
    *out = kChunkVersion;
    stream_->salt.copy(out + 1, kSaltSize);
  }
  stream_->gcm.Start(stream_->nonces.Next(last), stream_->associated);
  return first ? kStartMax : 0;
}

size_t ChunkSealer::Add(std::string_view plain, char* out) {
  stream_->gcm.Add(plain, out);
  return plain.size();
}

size_t ChunkSealer::Finish(char* out) {
  stream_->gcm.Finish(out);
  stream_->seals.append(out, kTagSize);
  return kFinish;
}

std::string ChunkSealer::Seal(std::string_view plain, bool last) {
  std::string chunk(kStartMax + plain.size() + kFinish, '\0');
  size_t size = Start(last, chunk.data());
  size += Add(plain, chunk.data() + size);
  size += Finish(chunk.data() + size);
  chunk.resize(size);
  return chunk;
}

std::string ChunkSealer::RecordSeal() const { return SealOf(stream_->seals); }

struct ChunkOpener::Stream {
  Key key;
  std::string associated;
  std::optional<Gcm> gcm;
  ChunkNonces nonces;
  std::string seals;

  // Takes version and salt off the first chunk.
  std::string_view Start(std::string_view sealed) {
    if (sealed.size() < 1 + kSaltSize + kTagSize || sealed[0] != kChunkVersion) UnknownFormat();
    seals = sealed.substr(1, kSaltSize);
    gcm.emplace(RecordKey(key, seals), false);
    return sealed.substr(1 + kSaltSize);
  }
};

ChunkOpener::ChunkOpener(const Key& key, std::string_view associated)
    : stream_(new Stream{key.Clone(), WithVersion(kChunkVersion, associated), {}, {}, {}}) {}
ChunkOpener::~ChunkOpener() = default;
ChunkOpener::ChunkOpener(ChunkOpener&&) noexcept = default;
ChunkOpener& ChunkOpener::operator=(ChunkOpener&&) noexcept = default;

std::string ChunkOpener::Open(std::string_view sealed, bool last) {
  std::string plain;
  Open(sealed, last, plain);
  return plain;
}

void ChunkOpener::Open(std::string_view sealed, bool last, std::string& out) {
  if (stream_->nonces.first()) sealed = stream_->Start(sealed);
  const Nonce nonce = stream_->nonces.Next(last);
  stream_->gcm->Open(nonce, stream_->associated, sealed, out);
  stream_->seals.append(TagOf(sealed));
}

std::string ChunkOpener::RecordSeal() const { return SealOf(stream_->seals); }

bool ChunkOpener::complete() const { return stream_->nonces.complete(); }

}  // namespace glossator::vault
