// SPDX-License-Identifier: GPL-3.0-or-later
#include "seg/object_bytes.h"

#include <array>
#include <cstring>
#include <optional>

#include "dicom/error.h"
#include "dicom/transfer_syntax.h"
#include "seg/gzip.h"

namespace glossator::seg {
namespace tags = dicom::tags;
namespace {

constexpr size_t kMetaAt = 132;

[[noreturn]] void Invalid(const char* text) {
  throw Error(ErrorKind::kInvalid, std::string("segmentation: ") + text);
}

uint32_t Number32(std::string_view bytes, size_t at) {
  uint32_t number = 0;
  if (at + 4 <= bytes.size()) std::memcpy(&number, bytes.data() + at, 4);
  return number;
}

// Start of the data set when the file begins as PS3.10 7.1 says, with group length.
std::optional<size_t> DataStart(std::string_view bytes) {
  constexpr std::string_view kGroupLength("\x02\x00\x00\x00UL\x04\x00", 8);
  if (bytes.size() < kMetaAt + 12 || bytes.substr(128, 4) != "DICM") return std::nullopt;
  if (bytes.substr(kMetaAt, 8) != kGroupLength) return std::nullopt;
  const size_t start = kMetaAt + 12 + size_t{Number32(bytes, kMetaAt + 8)};
  if (start + 8 > bytes.size()) return std::nullopt;
  return start;
}

// Explicit VR Little Endian, native pixels at the end: everything that we write, and most else.
// False: read it the general way.
bool TakeApartQuickly(std::string_view bytes, const dicom::Limits& limits, ObjectBytes& object) {
  const auto start = DataStart(bytes);
  if (!start) return false;
  object.meta = dicom::Read(bytes.substr(kMetaAt, *start - kMetaAt), dicom::kExplicitLittleEndian);
  object.transfer_syntax_uid = object.meta.GetString(tags::TransferSyntaxUID);
  if (object.transfer_syntax_uid != dicom::kExplicitLittleEndian.uid) return false;
  const std::string_view data = bytes.substr(*start);
  dicom::HeadScanner scanner(dicom::kExplicitLittleEndian, limits);
  if (scanner.Scan(data) != dicom::HeadScanner::State::kAtPixelData) return false;
  const std::string_view element = data.substr(scanner.head_size());
  if (element.size() < 12 || element.substr(0, 4) != std::string_view("\xE0\x7F\x10\x00", 4)) {
    return false;
  }
  const uint64_t length = Number32(element, 8);
  if (length > element.size() - 12) return false;
  const auto vr = dicom::ParseVr(element.substr(4, 2));
  if (vr != dicom::Vr::OB && vr != dicom::Vr::OW) return false;
  object.data_set =
      dicom::Read(data.substr(0, scanner.head_size()), dicom::kExplicitLittleEndian, limits);
  object.has_pixels = true;
  object.pixel_vr = *vr;
  object.pixels = element.substr(12, length);
  return true;
}

void TakeApartSlowly(std::string_view bytes, const dicom::Limits& limits, ObjectBytes& object) {
  dicom::File file = dicom::ReadFile(bytes, limits);
  object.meta = std::move(file.meta);
  object.transfer_syntax_uid = file.syntax->uid;
  object.data_set = std::move(file.data_set);
  dicom::Element* pixels = object.data_set.Find(tags::PixelData);
  if (pixels == nullptr) return;
  object.has_pixels = true;
  object.encapsulated = pixels->encapsulated;
  object.pixel_vr = pixels->vr;
  object.fragments = std::move(pixels->fragments);
  const auto storage = std::make_shared<const std::string>(std::move(pixels->value));
  object.pixels = *storage;
  object.storage = storage;
  object.data_set.Erase(tags::PixelData);
}

}  // namespace

ObjectBytes TakeApart(std::shared_ptr<const void> storage, std::string_view bytes,
                      const dicom::Limits& limits) {
  ObjectBytes object;
  if (TakeApartQuickly(bytes, limits, object)) {
    object.storage = std::move(storage);
    return object;
  }
  ObjectBytes general;
  TakeApartSlowly(bytes, limits, general);
  return general;
}

ObjectBytes TakeApart(std::string part10_bytes, const dicom::Limits& limits) {
  const auto storage = std::make_shared<const std::string>(std::move(part10_bytes));
  return TakeApart(storage, *storage, limits);
}

namespace {

// One PackBits segment (PS3.5 G.3.1) to every `stride`-th byte from `first`.
void UnpackSegment(std::string_view packed, std::string& frame, size_t first, size_t stride) {
  size_t out = first;
  const auto put = [&](char byte) {
    if (out < frame.size()) frame[out] = byte;
    out += stride;
  };
  for (size_t i = 0; i < packed.size() && out < frame.size();) {
    const int count = static_cast<signed char>(packed[i++]);
    if (count >= 0) {
      for (int k = 0; k <= count && i < packed.size(); ++k) put(packed[i++]);
    } else if (count != -128 && i < packed.size()) {
      for (int k = 0; k <= -count; ++k) put(packed[i]);
      ++i;
    }
  }
  if (out < frame.size()) Invalid("an RLE frame is too short");
}

}  // namespace

std::string UnpackRle(std::string_view fragment, size_t frame_bytes, size_t sample_bytes) {
  constexpr size_t kHeader = 64;
  if (fragment.size() < kHeader || Number32(fragment, 0) != sample_bytes) {
    Invalid("an RLE header does not fit the pixels");
  }
  std::string frame(frame_bytes, '\0');
  for (size_t i = 0; i < sample_bytes; ++i) {
    const size_t begin = Number32(fragment, 4 + 4 * i);
    const size_t next = i + 1 < sample_bytes ? Number32(fragment, 8 + 4 * i) : fragment.size();
    if (begin < kHeader || begin > next || next > fragment.size()) {
      Invalid("an RLE segment lies outside of its frame");
    }
    // The most significant byte comes first (PS3.5 G.2).
    UnpackSegment(fragment.substr(begin, next - begin), frame, sample_bytes - 1 - i, sample_bytes);
  }
  return frame;
}

std::string InflateFrame(std::string_view fragment, size_t frame_bytes) {
  std::string frame = InflateRaw(fragment, frame_bytes);
  if (frame.size() < frame_bytes) Invalid("a deflated frame is too short");
  return frame;
}

}  // namespace glossator::seg
