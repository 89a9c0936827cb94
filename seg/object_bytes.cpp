// SPDX-License-Identifier: GPL-3.0-or-later
#include "seg/object_bytes.h"

#include <cstring>
#include <optional>

#include "dicom/error.h"
#include "dicom/transfer_syntax.h"
#include "seg/element_cursor.h"

namespace glossator::seg {
namespace tags = dicom::tags;
namespace {

constexpr size_t kMetaAt = 132;

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

struct HeadExtent {
  std::string_view before;  // the data set in front of the per-frame groups
  std::string_view items;
  std::string_view after;
  size_t pixels_at = 0;
};

bool IsPixelData(std::string_view bytes, size_t at) {
  return bytes.size() >= at + 12 && bytes.substr(at, 4) == std::string_view("\xE0\x7F\x10\x00", 4);
}

// Walks the top level only.
std::optional<HeadExtent> FindPixels(std::string_view data) {
  HeadExtent extent;
  ElementCursor cursor(data, false);
  RawElement element;
  size_t behind_groups = 0;
  while (!IsPixelData(data, cursor.position())) {
    const size_t start = cursor.position();
    if (!cursor.Next(element)) return std::nullopt;
    if (element.tag != tags::PerFrameFunctionalGroupsSequence) continue;
    extent.before = data.substr(0, start);
    extent.items = element.value;
    behind_groups = cursor.position();
  }
  extent.pixels_at = cursor.position();
  extent.after = data.substr(behind_groups, extent.pixels_at - behind_groups);
  return extent;
}

// nullopt: read it the general way.
std::optional<std::pair<QuickHead, HeadExtent>> Start(std::string_view bytes) {
  const auto start = DataStart(bytes);
  if (!start) return std::nullopt;
  QuickHead head;
  ObjectBytes& object = head.object;
  object.meta = dicom::Read(bytes.substr(kMetaAt, *start - kMetaAt), dicom::kExplicitLittleEndian);
  object.transfer_syntax_uid = object.meta.GetString(tags::TransferSyntaxUID);
  if (object.transfer_syntax_uid != dicom::kExplicitLittleEndian.uid) return std::nullopt;
  const auto extent = FindPixels(bytes.substr(*start));
  if (!extent) return std::nullopt;
  const std::string_view element = bytes.substr(*start + extent->pixels_at);
  const auto vr = dicom::ParseVr(element.substr(4, 2));
  if (vr != dicom::Vr::OB && vr != dicom::Vr::OW) return std::nullopt;
  head.pixels_at = *start + extent->pixels_at + 12;
  head.pixel_bytes = Number32(element, 8);
  object.has_pixels = true;
  object.pixel_vr = *vr;
  return std::pair(std::move(head), *extent);
}

// The object with everything in its data set, or nullopt as above.
std::optional<ObjectBytes> TakeApartQuickly(std::string_view bytes, const dicom::Limits& limits) {
  auto started = Start(bytes);
  if (!started) return std::nullopt;
  const auto& [head, extent] = *started;
  if (head.pixel_bytes > bytes.size() - head.pixels_at) return std::nullopt;
  const std::string_view data = bytes.substr(head.pixels_at - 12 - extent.pixels_at);
  ObjectBytes object = std::move(started->first.object);
  object.data_set =
      dicom::Read(data.substr(0, extent.pixels_at), dicom::kExplicitLittleEndian, limits);
  object.pixels = bytes.substr(head.pixels_at, head.pixel_bytes);
  return object;
}

// A deflated data set with native pixels at the end: these stay where they were inflated to.
std::optional<ObjectBytes> TakeApartDeflated(std::string_view bytes, const dicom::Limits& limits) {
  const auto start = DataStart(bytes);
  if (!start) return std::nullopt;
  ObjectBytes object;
  object.meta = dicom::Read(bytes.substr(kMetaAt, *start - kMetaAt), dicom::kExplicitLittleEndian);
  object.transfer_syntax_uid = object.meta.GetString(tags::TransferSyntaxUID);
  if (object.transfer_syntax_uid != dicom::kDeflatedExplicitLittleEndian.uid) return std::nullopt;
  const auto storage =
      std::make_shared<const std::string>(dicom::Inflate(bytes.substr(*start), limits));
  const std::string_view data = *storage;
  const auto extent = FindPixels(data);
  if (!extent) return std::nullopt;
  const std::string_view pixels = data.substr(extent->pixels_at);
  const auto vr = dicom::ParseVr(pixels.substr(4, 2));
  const size_t size = Number32(pixels, 8);
  if ((vr != dicom::Vr::OB && vr != dicom::Vr::OW) || size > pixels.size() - 12) {
    return std::nullopt;
  }
  object.data_set =
      dicom::Read(data.substr(0, extent->pixels_at), dicom::kExplicitLittleEndian, limits);
  object.has_pixels = true;
  object.pixel_vr = *vr;
  object.pixels = pixels.substr(12, size);
  object.storage = storage;
  return object;
}

// What is no plain object, or not a sound one, is for the general reader to say.
std::optional<ObjectBytes> TryQuickly(std::string_view bytes, const dicom::Limits& limits) {
  try {
    if (auto deflated = TakeApartDeflated(bytes, limits)) return deflated;
    return TakeApartQuickly(bytes, limits);
  } catch (const Error&) {
    return std::nullopt;
  }
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

std::optional<QuickHead> TakeHeadApart(std::string_view prefix, const dicom::Limits& limits) {
  auto started = Start(prefix);
  if (!started) return std::nullopt;
  auto& [head, extent] = *started;
  std::string rest(extent.before);
  rest += extent.after;
  head.object.data_set = dicom::Read(rest, dicom::kExplicitLittleEndian, limits);
  if (!extent.before.empty()) head.object.frame_items = extent.items;
  return std::move(head);
}

ObjectBytes TakeApart(std::shared_ptr<const void> storage, std::string_view bytes,
                      const dicom::Limits& limits) {
  if (auto object = TryQuickly(bytes, limits)) {
    if (!object->storage) object->storage = std::move(storage);
    return std::move(*object);
  }
  ObjectBytes general;
  TakeApartSlowly(bytes, limits, general);
  return general;
}

ObjectBytes TakeApart(std::string part10_bytes, const dicom::Limits& limits) {
  const auto storage = std::make_shared<const std::string>(std::move(part10_bytes));
  return TakeApart(storage, *storage, limits);
}

}  // namespace glossator::seg
