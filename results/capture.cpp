// SPDX-License-Identifier: GPL-3.0-or-later
#include "results/capture.h"

#include <algorithm>
#include <set>

#include "dicom/error.h"
#include "results/modules.h"

namespace glossator::results {
namespace tags = dicom::tags;
namespace {

using dicom::DataSet;

constexpr uint64_t kPixelBytesMax = 1u << 30;

struct Burned {
  std::string pixels;
  std::vector<size_t> frames;
};

// The pixels of a mask that have a neighbour outside of it.
void DrawEdges(std::span<const uint8_t> mask, const Regions& regions, const dicom::Rgb& color,
               std::span<uint8_t> rgb) {
  const size_t columns = regions.columns;
  const size_t rows = regions.rows;
  for (size_t i = 0; i < mask.size(); ++i) {
    if (mask[i] == 0) continue;
    const size_t row = i / columns;
    const size_t column = i % columns;
    const bool inside = row > 0 && row + 1 < rows && column > 0 && column + 1 < columns &&
                        mask[i - 1] != 0 && mask[i + 1] != 0 && mask[i - columns] != 0 &&
                        mask[i + columns] != 0;
    if (!inside) std::copy(color.begin(), color.end(), rgb.begin() + std::ptrdiff_t(i * 3));
  }
}

std::vector<size_t> FramesToShow(const Regions& regions, size_t frames_max) {
  std::vector<size_t> frames;
  std::vector<uint8_t> mask(regions.frame_pixels());
  for (size_t frame = 0; frame < regions.frames.size(); ++frame) {
    bool any = false;
    for (size_t region = 0; !any && region < regions.regions.size(); ++region) {
      any = regions.mask(region, frame, mask);
    }
    if (!any) continue;
    frames.push_back(frame);
    std::fill(mask.begin(), mask.end(), 0);
  }
  if (frames.empty()) return {0};
  if (frames.size() <= frames_max) return frames;
  std::vector<size_t> chosen;
  for (size_t i = 0; i < frames_max; ++i) chosen.push_back(frames[i * frames.size() / frames_max]);
  return chosen;
}

Burned Burn(const Regions& regions, const FrameSource& pixels, const CaptureWords& words) {
  Burned burned;
  burned.frames = FramesToShow(regions, std::max<size_t>(words.frames_max, 1));
  const size_t frame_bytes = regions.frame_pixels() * 3;
  if (frame_bytes * burned.frames.size() > kPixelBytesMax) {
    throw Error(ErrorKind::kUnsupported, "a capture of more than a gigabyte");
  }
  burned.pixels.resize(frame_bytes * burned.frames.size());
  const uint32_t scale = std::max(1u, regions.columns / 400);
  std::vector<uint8_t> mask(regions.frame_pixels());
  for (size_t i = 0; i < burned.frames.size(); ++i) {
    const std::span<uint8_t> rgb(reinterpret_cast<uint8_t*>(burned.pixels.data()) + i * frame_bytes,
                                 frame_bytes);
    pixels(burned.frames[i], rgb);
    for (size_t region = 0; region < regions.regions.size(); ++region) {
      if (!regions.mask(region, burned.frames[i], mask)) continue;
      DrawEdges(mask, regions, ColorOf(regions.regions[region]), rgb);
      std::fill(mask.begin(), mask.end(), 0);
    }
    DrawText(words.banner, 0, 0, scale, regions.rows, regions.columns, rgb);
  }
  return burned;
}

// General Image, SC Equipment, SC Multi-frame Image and Vector (C.7.6.1, C.8.6.1, C.8.6.3,
// C.8.6.4).
void PutImage(const Regions& regions, const Burned& burned, DataSet& object) {
  object.SetStrings(tags::ImageType, {"DERIVED", "SECONDARY"});
  object.SetString(tags::ConversionType, "WSD");
  object.SetString(tags::BurnedInAnnotation, "YES");
  object.SetString(tags::RecognizableVisualFeatures, "NO");
  object.SetString(tags::DerivationDescription, "Outlines of segments burned into a rendering");
  object.SetString(tags::PatientOrientation, "");
  std::vector<DataSet> sources;
  for (const size_t frame : burned.frames) {
    DataSet item = SopReference(regions.frames[frame].image);
    dicom::SetCode(item, tags::PurposeOfReferenceCodeSequence,
                   {"121322", "DCM", "Source image for image processing operation"});
    sources.push_back(std::move(item));
  }
  object.SetItems(tags::SourceImageSequence, std::move(sources));
  object.SetInt(tags::SamplesPerPixel, 3);
  object.SetString(tags::PhotometricInterpretation, "RGB");
  object.SetInt(tags::PlanarConfiguration, 0);
  object.SetInt(tags::NumberOfFrames, static_cast<int64_t>(burned.frames.size()));
  object.SetBytes(tags::FrameIncrementPointer, dicom::Vr::AT, std::string("\x18\0\x01\x20", 4));
  std::vector<int64_t> pages;
  for (size_t i = 1; i <= burned.frames.size(); ++i) pages.push_back(static_cast<int64_t>(i));
  object.SetInts(tags::PageNumberVector, pages);
  object.SetInt(tags::Rows, regions.rows);
  object.SetInt(tags::Columns, regions.columns);
  object.SetInt(tags::BitsAllocated, 8);
  object.SetInt(tags::BitsStored, 8);
  object.SetInt(tags::HighBit, 7);
  object.SetInt(tags::PixelRepresentation, 0);
}

}  // namespace

DataSet EncodeCapture(const Regions& regions, const FrameSource& pixels, const CaptureWords& words,
                      const Identity& identity, const Equipment& equipment, Time now) {
  if (regions.frames.empty()) throw Error(ErrorKind::kInvalid, "no frames");
  Burned burned = Burn(regions, pixels, words);
  DataSet object = Begin(regions.head, kTrueColorCaptureStorage, "OT", identity, equipment, now);
  object.SetString(tags::ContentDate, ToDicomDate(now));
  object.SetString(tags::ContentTime, ToDicomTime(now));
  PutImage(regions, burned, object);
  Finish(object, regions.head);
  if (burned.pixels.size() % 2 != 0) burned.pixels += '\0';
  object.SetBytes(tags::PixelData, dicom::Vr::OB, std::move(burned.pixels));
  return object;
}

}  // namespace glossator::results
