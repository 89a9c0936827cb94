// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/content_digest.h"

#include <algorithm>
#include <vector>

#include "dicom/dictionary.h"
#include "dicom/error.h"
#include "dicom/io.h"
#include "gate/left_out.h"
#include "vault/hmac.h"

namespace glossator::gate {
namespace {

using dicom::DataSet;
using dicom::Element;

constexpr uint32_t kUndefined = 0xFFFFFFFF;
constexpr size_t kTailBytesMax = 1u << 20;
constexpr size_t kItemHeader = 8;

void Put32(std::string& out, uint32_t number) {
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(number >> shift & 0xFF);
}

// The characters that a writer may put behind a value (PS3.5 6.2). Only a VR that the dictionary
// knows says that they are no content: the same private element comes as LO and as UN.
std::string_view Unpadded(const Element& element) {
  std::string_view value = element.value;
  if (value.empty() || (value.back() != ' ' && value.back() != '\0')) return value;
  const auto* entry = dicom::FindEntry(element.tag);
  if (entry == nullptr || !dicom::IsString(entry->vr)) return value;
  while (!value.empty() && (value.back() == ' ' || value.back() == '\0')) value.remove_suffix(1);
  return value;
}

// One encoding for all that say the same: tag, then the value's or item's length or structure.
class Canonical {
 public:
  void Write(const Element& element, std::string& out) {
    Open(element, out);
    while (!levels_.empty()) Step(out);
  }

 private:
  struct Level {
    const std::vector<DataSet>* items;
    size_t item = 0;
    DataSet::const_iterator next{};
    bool inside = false;
  };

  void Open(const Element& element, std::string& out) {
    if (element.tag.is_group_length()) return;
    Put32(out, element.tag.value());
    if (element.vr == dicom::Vr::SQ) {
      out += 'S';
      levels_.push_back({&element.items});
      return;
    }
    const auto value = Unpadded(element);
    out += 'V';
    Put32(out, static_cast<uint32_t>(value.size()));
    out += value;
    for (const auto& fragment : element.fragments) {
      Put32(out, static_cast<uint32_t>(fragment.size()));
      out += fragment;
    }
  }

  void Step(std::string& out) {
    Level& level = levels_.back();
    if (!level.inside) {
      if (level.item == level.items->size()) {
        out += 'E';
        levels_.pop_back();
        return;
      }
      out += 'I';
      level.next = (*level.items)[level.item].begin();
      level.inside = true;
    } else if (level.next == (*level.items)[level.item].end()) {
      level.inside = false;
      ++level.item;
    } else {
      const Element& element = *level.next++;
      Open(element, out);  // may move the levels
    }
  }

  std::vector<Level> levels_;
};

void RequireEven(uint32_t length) {
  if (length % 2 != 0) throw Error(ErrorKind::kInvalid, "Pixel Data: of odd length");
}

struct Parts {
  std::string content;
  std::string identity;
};

Parts PartsOf(const DataSet& data_set) {
  Parts parts;
  Canonical canonical;
  for (const auto& element : data_set) {
    const auto* left_out = FindLeftOut(element.tag);
    if (left_out == nullptr) {
      canonical.Write(element, parts.content);
    } else if (left_out->why == LeftOut::kIdentity) {
      canonical.Write(element, parts.identity);
    }
  }
  return parts;
}

std::string Sha256(std::string_view bytes) {
  vault::Sha256 digest;
  digest.Add(bytes);
  return digest.Finish();
}

}  // namespace

void PixelDigest::Add(std::string_view bytes) {
  while (!bytes.empty()) bytes.remove_prefix(Take(bytes));
}

size_t PixelDigest::Take(std::string_view bytes) {
  switch (state_) {
    case State::kHeader:
      return TakeHeader(bytes, syntax_.explicit_vr ? 12 : 8);
    case State::kItemHeader:
      return TakeHeader(bytes, kItemHeader);
    case State::kNative:
    case State::kItem: {
      const auto size = static_cast<size_t>(std::min<uint64_t>(bytes.size(), left_));
      value_.Add(bytes.substr(0, size));
      left_ -= size;
      if (left_ == 0) state_ = state_ == State::kNative ? State::kTail : State::kItemHeader;
      return size;
    }
    case State::kTail:
      tail_bytes_.Add(bytes);
      tail_is_long_ = tail_is_long_ || tail_.size() + bytes.size() > kTailBytesMax;
      if (!tail_is_long_) tail_ += bytes;
      return bytes.size();
  }
  return bytes.size();
}

size_t PixelDigest::TakeHeader(std::string_view bytes, size_t size) {
  const size_t part = std::min(size - pending_.size(), bytes.size());
  pending_ += bytes.substr(0, part);
  if (pending_.size() < size) return part;
  state_ == State::kHeader ? OnHeader() : OnItemHeader();
  pending_.clear();
  return part;
}

uint32_t PixelDigest::Number(size_t offset) const {
  uint32_t number = 0;
  for (size_t i = 0; i < 4; ++i) {
    const size_t at = syntax_.big_endian ? offset + i : offset + 3 - i;
    number = number << 8 | static_cast<uint8_t>(pending_[at]);
  }
  return number;
}

// The tag counts (integer, float or double pixels), VR and length field do not: OB and OW of the
// same bytes are the same pixels.
void PixelDigest::OnHeader() {
  const uint32_t length = Number(pending_.size() - 4);
  std::string tag = pending_.substr(0, 4);
  if (syntax_.big_endian) {
    std::swap(tag[0], tag[1]);
    std::swap(tag[2], tag[3]);
  }
  value_.Add(tag);
  left_ = length;
  if (length != kUndefined) RequireEven(length);
  state_ = length == kUndefined ? State::kItemHeader : length == 0 ? State::kTail : State::kNative;
}

// PS3.5 A.4: items of encapsulated pixels; the delimiter of the sequence ends them.
void PixelDigest::OnItemHeader() {
  constexpr uint32_t kItemTag = 0xE000FFFE;  // as the little-endian bytes read
  constexpr uint32_t kDelimiterTag = 0xE0DDFFFE;
  const bool item = Number(0) == kItemTag;
  if (!item && Number(0) != kDelimiterTag) {
    throw Error(ErrorKind::kInvalid, "Pixel Data: not a fragment");
  }
  RequireEven(Number(4));
  if (item) value_.Add(pending_);
  left_ = item ? Number(4) : 0;
  if (!item) {
    state_ = State::kTail;
  } else if (left_ > 0) {
    state_ = State::kItem;
  }
}

std::string PixelDigest::Finish() {
  if (!whole()) throw Error(ErrorKind::kInvalid, "the data set ends inside Pixel Data");
  std::string rest = tail_bytes_.Finish();
  if (!tail_is_long_) rest = Sha256(PartsOf(dicom::Read(tail_, syntax_)).content);
  return Sha256(value_.Finish() + rest);
}

ContentDigest::ContentDigest(const Keys& keys, const DataSet& head,
                             const dicom::TransferSyntax& syntax)
    : keys_(keys), pixels_(keys, syntax) {
  const auto parts = PartsOf(head);
  content_ = Sha256(parts.content);
  identity_ = Sha256(parts.identity);
}

Digests ContentDigest::Finish() {
  const auto pixels = pixels_.Finish();
  return {ToHex(vault::Hmac(keys_.digest, {"content", content_, pixels})),
          ToHex(vault::Hmac(keys_.digest, {"identity", identity_}))};
}

}  // namespace glossator::gate
