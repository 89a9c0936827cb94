// SPDX-License-Identifier: GPL-3.0-or-later
// Tiles of a slide (PS3.3 C.7.6.17.3, C.8.12.4, C.8.12.6.1) and palettes (C.8.20.2, C.7.9).
#include <algorithm>
#include <cmath>

#include "seg/slide.h"
#include "seg/verify_context.h"

namespace glossator::seg {
namespace tags = dicom::tags;
namespace {

constexpr double kSameOffset = 1e-3;  // millimetres; tiles are some tenths wide

void CheckTile(VerifyContext& context, size_t i, const SlideMatrix& slide) {
  const std::string path = FramePath(i, tags::PlanePositionSlideSequence);
  const auto& tile = context.frames[i].tile;
  if (!tile) {
    context.findings.Error("tile-missing", path, "PS3.3 A.51.5",
                           "a frame of a slide must say where it lies");
    return;
  }
  const bool inside = tile->row >= 1 && tile->column >= 1 && tile->row <= int64_t{slide.rows} &&
                      tile->column <= int64_t{slide.columns};
  if (inside) return;
  context.findings.Error("tile-outside", path, "PS3.3 C.8.12.6.1",
                         "lies outside of the total pixel matrix");
}

// TILED_FULL: every tile of every segment, none more.
void CheckTiledFull(VerifyContext& context, const SlideMatrix& slide) {
  if (context.rows == 0 || context.columns == 0) return;
  if (context.rows > 65535 || context.columns > 65535) return;
  const uint64_t tiles =
      TilesOf(slide, static_cast<uint32_t>(context.rows), static_cast<uint32_t>(context.columns));
  if (context.frame_count % tiles == 0 && context.frame_count > 0) return;
  context.findings.Error("tiled-full", PathOf(tags::NumberOfFrames), "PS3.3 C.7.6.17.3",
                         "is no multiple of the tiles of the matrix");
}

void CheckSource(VerifyContext& context, const SlideMatrix& slide) {
  const auto& theirs = context.source->slide;
  if (!theirs) return;
  if (slide.rows == theirs->rows && slide.columns == theirs->columns) return;
  context.findings.Warning("matrix", PathOf(tags::TotalPixelMatrixRows), "PS3.3 C.8.12.4",
                           "another matrix than the source's level");
}

// A tile must lie where the tile that it refers to lies.
void CheckReferencedTile(VerifyContext& context, size_t i) {
  const SegmentationFrame& frame = context.frames[i];
  if (!frame.tile || frame.sources.size() != 1) return;
  const auto place =
      context.source->Find(frame.sources[0].sop_instance_uid, frame.sources[0].frame_number);
  if (!place || !context.source->frames[*place].tile) return;
  const Tile& theirs = *context.source->frames[*place].tile;
  const bool same = frame.tile->row == theirs.row && frame.tile->column == theirs.column &&
                    std::abs(frame.tile->offset[0] - theirs.offset[0]) < kSameOffset &&
                    std::abs(frame.tile->offset[1] - theirs.offset[1]) < kSameOffset;
  if (same || context.rows != context.source->rows || context.columns != context.source->columns) {
    return;
  }
  context.findings.Error("frame-geometry", FramePath(i, tags::PlanePositionSlideSequence),
                         "PS3.3 C.8.12.6.1", "the tile does not lie where its source tile lies");
}

void CheckPalette(VerifyContext& context) {
  for (const dicom::Tag tag :
       {tags::RedPaletteColorLookupTableDescriptor, tags::GreenPaletteColorLookupTableDescriptor,
        tags::BluePaletteColorLookupTableDescriptor, tags::ICCProfile}) {
    if (context.head.HasValue(tag)) continue;
    context.findings.Error("palette", PathOf(tag), "PS3.3 C.7.9", "is required with PALETTE COLOR");
  }
  const auto& items = context.head.GetItems(tags::SegmentSequence);
  for (size_t i = 0; i < items.size(); ++i) {
    if (!items[i].Has(tags::RecommendedDisplayCIELabValue)) continue;
    context.findings.Error("palette", ItemPath(tags::SegmentSequence, i), "PS3.3 C.8.20.4",
                           "a color beside the palette's");
  }
}

}  // namespace

void VerifySlides(VerifyContext& context) {
  if (context.head.GetString(tags::PhotometricInterpretation) == "PALETTE COLOR") {
    CheckPalette(context);
  }
  const auto slide = SlideOf(context.head);
  if (!slide) return;
  if (context.tiled) CheckTiledFull(context, *slide);
  if (context.source != nullptr) CheckSource(context, *slide);
  for (size_t i = 0; i < context.frames.size(); ++i) {
    CheckTile(context, i, *slide);
    if (context.source != nullptr) CheckReferencedTile(context, i);
  }
}

}  // namespace glossator::seg
