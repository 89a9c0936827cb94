// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/face.h"

#include <openssl/evp.h>
#include <zlib.h>

#include <array>
#include <memory>

#include "deid/keyed_pseudonyms.h"
#include "dicom/code.h"
#include "dicom/error.h"
#include "pixels/visible_face.h"

namespace glossator::deid {
namespace {

namespace tags = dicom::tags;

constexpr std::string_view kMaskMagic = "GLFACE1\n";
constexpr size_t kLengthBytes = 2, kUidMax = 64, kNonceBytes = 12, kTagBytes = 16;
constexpr size_t kPicturesMax = size_t{1} << 30;
constexpr size_t kMaskChunk = 1 << 16;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

// Seals or opens; `tag` is written or compared.
bool Crypt(bool seal, std::string_view key, std::string_view nonce, std::string_view associated,
           std::string& text, std::string& tag) {
  const Context context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  int size = 0;
  bool good = EVP_CipherInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, Bytes(key), Bytes(nonce),
                                seal ? 1 : 0) == 1;
  good = good && EVP_CipherUpdate(context.get(), nullptr, &size, Bytes(associated),
                                  static_cast<int>(associated.size())) == 1;
  for (size_t at = 0; good && at < text.size(); at += kMaskChunk) {
    const auto part = static_cast<int>(std::min(kMaskChunk, text.size() - at));
    good = EVP_CipherUpdate(context.get(), Bytes(text) + at, &size, Bytes(text) + at, part) == 1;
  }
  const auto set_tag = [&](int what) {
    return EVP_CIPHER_CTX_ctrl(context.get(), what, static_cast<int>(kTagBytes), tag.data()) == 1;
  };
  std::array<unsigned char, EVP_MAX_BLOCK_LENGTH> rest{};
  if (!seal) good = good && set_tag(EVP_CTRL_GCM_SET_TAG);
  good = good && EVP_CipherFinal_ex(context.get(), rest.data(), &size) == 1;
  return good && (!seal || set_tag(EVP_CTRL_GCM_GET_TAG));
}

Error NoMask() { return Error(ErrorKind::kInvalid, "no mask of a face"); }

std::string Deflated(std::string_view text) {
  uLongf size = compressBound(text.size());
  std::string out(size, '\0');
  if (compress2(Bytes(out), &size, Bytes(text), text.size(), Z_BEST_SPEED) != Z_OK) {
    throw Error(ErrorKind::kInternal, "a mask cannot be compressed");
  }
  out.resize(size);
  return out;
}

std::string Inflated(std::string_view text) {
  z_stream stream{};
  stream.next_in = const_cast<unsigned char*>(Bytes(text));
  stream.avail_in = static_cast<uInt>(text.size());
  if (inflateInit(&stream) != Z_OK) throw Error(ErrorKind::kInternal, "no memory");
  const std::unique_ptr<z_stream, decltype(&inflateEnd)> end(&stream, &inflateEnd);
  std::string out, chunk(kMaskChunk, '\0');
  int state = Z_OK;
  while (state == Z_OK && out.size() <= kPicturesMax) {
    stream.next_out = Bytes(chunk);
    stream.avail_out = static_cast<uInt>(chunk.size());
    state = inflate(&stream, Z_NO_FLUSH);
    out.append(chunk, 0, chunk.size() - stream.avail_out);
  }
  if (state != Z_STREAM_END) throw NoMask();
  return out;
}

std::string Header(std::string_view uid) {
  std::string header(kMaskMagic);
  header += static_cast<char>(uid.size());
  header += static_cast<char>(uid.size() >> 8);
  return header.append(uid);
}

std::string MaskKey(std::string_view key) { return Keyed(key, "face masks", ""); }

}  // namespace

void StampFace(const dicom::DataSet& head, bool removed, dicom::DataSet& out) {
  if (!pixels::MayShowFace(head)) return;
  out.SetString(tags::RecognizableVisualFeatures, removed ? "NO" : "YES");
  if (!removed) return;
  auto codes = out.GetItems(tags::DeidentificationMethodCodeSequence);
  codes.push_back(dicom::ToItem({"113102", "DCM", "Clean Recognizable Visual Features Option"}));
  out.SetItems(tags::DeidentificationMethodCodeSequence, std::move(codes));
}

std::optional<Reason> FaceReason(const dicom::DataSet& head, const Policy& policy) {
  if (policy.faces == Faces::kFlag || !pixels::MayShowFace(head)) return std::nullopt;
  return Reason{std::string(reasons::kFace), kFacePath};
}

// The nonce depends on all that is sealed: the same nonce never seals two different masks.
std::string SealMask(std::string_view key, std::string_view uid, std::string_view pictures) {
  const std::string header = Header(uid);
  std::string text = Deflated(pictures);
  const std::string nonce = Keyed(MaskKey(key), "nonce", header + text).substr(0, kNonceBytes);
  std::string tag(kTagBytes, '\0');
  if (!Crypt(true, MaskKey(key), nonce, header, text, tag)) {
    throw Error(ErrorKind::kInternal, "a mask cannot be sealed");
  }
  return header + nonce + text + tag;
}

std::string OpenMask(std::string_view key, std::string_view file) {
  if (!file.starts_with(kMaskMagic) || file.size() < kMaskMagic.size() + kLengthBytes)
    throw NoMask();
  const size_t uid = static_cast<uint8_t>(file[kMaskMagic.size()]) |
                     size_t{static_cast<uint8_t>(file[kMaskMagic.size() + 1])} << 8;
  const size_t header = kMaskMagic.size() + kLengthBytes + uid;
  if (uid > kUidMax || file.size() < header + kNonceBytes + kTagBytes) throw NoMask();
  std::string text(file.substr(header + kNonceBytes));
  std::string tag = text.substr(text.size() - kTagBytes);
  text.resize(text.size() - kTagBytes);
  if (!Crypt(false, MaskKey(key), file.substr(header, kNonceBytes), file.substr(0, header), text,
             tag)) {
    throw Error(ErrorKind::kForbidden, "the mask was not sealed with this key");
  }
  return Inflated(text);
}

}  // namespace glossator::deid
