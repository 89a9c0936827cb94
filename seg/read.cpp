// SPDX-License-Identifier: GPL-3.0-or-later
// A Segmentation object to a value.
#include <algorithm>

#include "dicom/error.h"
#include "seg/bits.h"
#include "seg/decode.h"
#include "seg/element_cursor.h"
#include "seg/file_sink.h"
#include "seg/frame_bytes.h"
#include "seg/frame_codec.h"
#include "seg/header.h"
#include "seg/object_bytes.h"
#include "seg/plain_file.h"
#include "seg/segment_items.h"
#include "seg/slide.h"

namespace glossator::seg {
namespace tags = dicom::tags;
namespace {

[[noreturn]] void Invalid(const std::string& text) {
  throw Error(ErrorKind::kInvalid, "segmentation: " + text);
}

uint32_t Positive(const dicom::DataSet& head, dicom::Tag tag, int64_t most) {
  const auto value = head.GetInt(tag);
  if (!value || *value < 1 || *value > most) Invalid(dicom::ToString(tag) + " is not usable");
  return static_cast<uint32_t>(*value);
}

Kind KindOf(const dicom::DataSet& head) {
  const std::string type = head.GetString(tags::SegmentationType);
  if (type == "BINARY") return Kind::kBinary;
  if (type == "FRACTIONAL") return Kind::kFractional;
  if (type == "LABELMAP") return Kind::kLabelMap;
  Invalid("Segmentation Type is none of BINARY, FRACTIONAL, LABELMAP");
}

uint32_t BitsOf(const dicom::DataSet& head, Kind kind) {
  const auto bits = head.GetInt(tags::BitsAllocated).value_or(0);
  const bool fine = kind == Kind::kBinary       ? bits == 1
                    : kind == Kind::kFractional ? bits == 8
                                                : bits == 8 || bits == 16;
  if (!fine) Invalid("Bits Allocated does not fit the Segmentation Type");
  return static_cast<uint32_t>(bits);
}

// TILED_FULL has no items: tiles lie row by row, then by segment (PS3.3 C.7.6.17.3).
void AddTiledFrames(Segmentation& result, const dicom::DataSet& head, uint32_t frames) {
  const auto slide = SlideOf(head);
  const auto& segments = result.description.segments;
  const size_t planes = result.kind == Kind::kLabelMap || segments.empty() ? 1 : segments.size();
  const size_t tiles = std::max<size_t>(1, frames / planes);
  for (uint32_t i = 0; i < frames; ++i) {
    SegmentationFrame& frame = result.frames.emplace_back();
    if (slide) frame.tile = TileAt(*slide, i % tiles, result.rows, result.columns);
    if (planes > 1 || result.kind != Kind::kLabelMap) {
      if (!segments.empty()) frame.segment = segments[std::min(i / tiles, planes - 1)].label;
    }
  }
}

void AddFrameItems(Segmentation& result, const FrameReader& reader, std::string_view items) {
  const FrameBytes bytes(reader, false);
  ItemCursor cursor(items, false);
  for (std::string_view item; cursor.Next(item);) result.frames.push_back(bytes.Of(item));
}

void AddFrames(Segmentation& result, ObjectBytes& object) {
  dicom::DataSet& head = object.data_set;
  const uint32_t frames =
      head.Has(tags::NumberOfFrames) ? Positive(head, tags::NumberOfFrames, 10'000'000) : 1;
  const FrameReader reader(head.FirstItem(tags::SharedFunctionalGroupsSequence));
  const auto& items = head.GetItems(tags::PerFrameFunctionalGroupsSequence);
  const bool none = items.empty() && object.frame_items.value_or("").empty();
  if (none && head.GetString(tags::DimensionOrganizationType) == "TILED_FULL") {
    return AddTiledFrames(result, head, frames);
  }
  if (object.frame_items) {
    result.frames.reserve(std::min<size_t>(frames, object.frame_items->size() / 8));
    AddFrameItems(result, reader, *object.frame_items);
  } else {
    result.frames.reserve(std::min<size_t>(frames, items.size()));
    for (const dicom::DataSet& item : items) result.frames.push_back(reader.Of(item));
  }
  if (result.frames.size() != frames) Invalid("Number of Frames differs from the per-frame groups");
  head.Erase(tags::PerFrameFunctionalGroupsSequence);
}

// Of many frames most writers use one fragment each. A fragment holds at least one byte per 1032 of
// deflate, 64 of RLE: no bomb gets far.
CompressedFrames TakeFrames(ObjectBytes& object, size_t count, const FrameShape& shape) {
  CompressedFrames frames{std::move(object.fragments), CompressionOf(object.transfer_syntax_uid)};
  if (!frames.fragments.empty()) frames.fragments.erase(frames.fragments.begin());
  if (frames.fragments.size() != count) Invalid("not one fragment per frame");
  uint64_t compressed = 0;
  for (const std::string& fragment : frames.fragments) compressed += fragment.size();
  if (count * uint64_t{shape.bytes()} > 1100 * (compressed + 1)) {
    Invalid("Pixel Data is too short");
  }
  return frames;
}

void AppendBits(std::string& pixels, uint64_t& bits, std::string_view frame, size_t count) {
  pixels.resize((bits + count + 7) / 8 + 8);
  for (size_t i = 0; i < count; i += 64) {
    const size_t here = std::min<size_t>(64, count - i);
    const uint64_t value =
        BitsAt(frame, i) & (here == 64 ? ~uint64_t{0} : (uint64_t{1} << here) - 1);
    const unsigned shift = (bits + i) % 8;
    for (unsigned k = 0; 8 * k < here + shift; ++k) {
      const uint64_t byte = k == 0 ? value << shift : value >> (8 * k - shift);
      char& out = pixels[(bits + i) / 8 + k];
      out = static_cast<char>(out | (byte & 0xFF));
    }
  }
  bits += count;
}

// Frames stand alone when compressed; natively their bits follow each other without a gap.
std::string Decompress(const CompressedFrames& frames, const FrameShape& shape) {
  std::string pixels;
  uint64_t bit_count = 0;
  for (const std::string& fragment : frames.fragments) {
    const std::string frame = DecompressFrame(fragment, shape, frames.compression);
    if (shape.bits == 1) {
      AppendBits(pixels, bit_count, frame, size_t{shape.rows} * shape.columns);
    } else {
      pixels += frame;
    }
  }
  return pixels;
}

FrameShape ShapeOf(const Segmentation& segmentation) {
  return {segmentation.rows, segmentation.columns, segmentation.bits_allocated};
}

void AddPixels(Segmentation& result, ObjectBytes& object) {
  if (!object.has_pixels) Invalid("no Pixel Data");
  const uint64_t voxels = result.frames.size() * uint64_t{result.frame_voxels()};
  if (object.encapsulated) {
    const FrameShape shape = ShapeOf(result);
    const auto storage = std::make_shared<const std::string>(
        Decompress(TakeFrames(object, result.frames.size(), shape), shape));
    result.pixels = *storage;
    result.storage = storage;
  } else {
    result.storage = std::move(object.storage);
    result.pixels = object.pixels;
  }
  if (result.pixels.size() < (voxels * result.bits_allocated + 7) / 8) {
    Invalid("Pixel Data is too short");
  }
}

}  // namespace

uint16_t Segmentation::Voxel(size_t frame, size_t index) const {
  const size_t at = frame * frame_voxels() + index;
  if (bits_allocated == 1) return static_cast<uint16_t>(BitsAt(pixels, at) & 1);
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(pixels[i]); };
  if (bits_allocated == 8) return byte(at);
  return static_cast<uint16_t>(byte(2 * at) | byte(2 * at + 1) << 8);
}

namespace {

// Everything but the pixels; the data set stays with `object`.
Segmentation UnderstandHead(ObjectBytes& object) {
  const dicom::DataSet& head = object.data_set;
  Segmentation result;
  result.kind = KindOf(head);
  result.bits_allocated = BitsOf(head, result.kind);
  result.rows = Positive(head, tags::Rows, 65535);
  result.columns = Positive(head, tags::Columns, 65535);
  result.maximum_fractional_value =
      static_cast<uint32_t>(head.GetInt(tags::MaximumFractionalValue).value_or(0));
  result.sop_instance_uid = head.GetString(tags::SOPInstanceUID);
  result.series_instance_uid = head.GetString(tags::SeriesInstanceUID);
  result.study_instance_uid = head.GetString(tags::StudyInstanceUID);
  result.frame_of_reference_uid = head.GetString(tags::FrameOfReferenceUID);
  result.description = DescriptionOf(head);
  if (const auto* shared = head.FirstItem(tags::SharedFunctionalGroupsSequence)) {
    if (const auto* measures = shared->FirstItem(tags::PixelMeasuresSequence)) {
      result.slice_spacing = measures->GetDouble(tags::SpacingBetweenSlices).value_or(0);
    }
  }
  AddFrames(result, object);
  return result;
}

Segmentation Understand(ObjectBytes object) {
  Segmentation result = UnderstandHead(object);
  AddPixels(result, object);
  result.head = std::move(object.data_set);
  return result;
}

// The quick way for plain objects; all else, and what is not sound, goes the general way.
std::optional<Segmentation> ReadQuickly(const std::shared_ptr<const void>& storage,
                                        std::string_view bytes, const dicom::Limits& limits) {
  try {
    auto head = TakeHeadApart(bytes, limits);
    if (!head || head->pixel_bytes > bytes.size() - head->pixels_at) return std::nullopt;
    head->object.pixels = bytes.substr(head->pixels_at, head->pixel_bytes);
    head->object.storage = storage;
    return Understand(std::move(head->object));
  } catch (const Error&) {
    return std::nullopt;
  }
}

Segmentation ReadAny(const std::shared_ptr<const void>& storage, std::string_view bytes,
                     const dicom::Limits& limits) {
  if (auto quick = ReadQuickly(storage, bytes, limits)) return std::move(*quick);
  return Understand(TakeApart(storage, bytes, limits));
}

}  // namespace

Segmentation Read(std::string part10_bytes, const dicom::Limits& limits) {
  const auto storage = std::make_shared<const std::string>(std::move(part10_bytes));
  return ReadAny(storage, *storage, limits);
}

Segmentation ReadSegmentation(const std::filesystem::path& path, const dicom::Limits& limits) {
  const MappedFile file = MapFile(path);
  return ReadAny(file.storage, file.bytes, limits);
}

std::optional<PlainFile> ReadPlainHead(std::string_view prefix, const dicom::Limits& limits) {
  try {
    auto head = TakeHeadApart(prefix, limits);
    if (!head) return std::nullopt;
    PlainFile file{UnderstandHead(head->object), head->pixels_at, head->pixel_bytes};
    file.segmentation.head = std::move(head->object.data_set);
    return file;
  } catch (const Error&) {
    return std::nullopt;
  }
}

GeneralFile ReadGeneral(const std::filesystem::path& path, const dicom::Limits& limits) {
  const MappedFile mapped = MapFile(path);
  ObjectBytes object = TakeApart(mapped.storage, mapped.bytes, limits);
  if (!object.encapsulated) return {Understand(std::move(object)), std::nullopt};
  GeneralFile file{UnderstandHead(object), std::nullopt};
  file.compressed = TakeFrames(object, file.segmentation.frames.size(), ShapeOf(file.segmentation));
  file.segmentation.head = std::move(object.data_set);
  return file;
}

bool MakeNative(ObjectBytes& object) {
  const bool known = CompressionOf(object.transfer_syntax_uid) != Compression::kNone;
  if (!object.encapsulated || !known) return false;
  const dicom::DataSet& head = object.data_set;
  const FrameShape shape{Positive(head, tags::Rows, 65535), Positive(head, tags::Columns, 65535),
                         BitsOf(head, KindOf(head))};
  const uint32_t frames = Positive(head, tags::NumberOfFrames, 10'000'000);
  std::string native = Decompress(TakeFrames(object, frames, shape), shape);
  const uint64_t bits = uint64_t{shape.rows} * shape.columns * shape.bits * frames;
  native.resize((bits + 15) / 16 * 2);  // of bits there is room behind the last frame
  const auto pixels = std::make_shared<const std::string>(std::move(native));
  object.pixels = *pixels;
  object.storage = pixels;
  object.pixel_vr = shape.bits == 16 ? dicom::Vr::OW : dicom::Vr::OB;
  object.encapsulated = false;
  return true;
}

}  // namespace glossator::seg
