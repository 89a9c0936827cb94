// SPDX-License-Identifier: GPL-3.0-or-later
#include "seg/slide.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "dicom/error.h"
#include "seg/plane.h"

namespace glossator::seg {
namespace tags = dicom::tags;
namespace {

constexpr uint64_t kPixelsMax = uint64_t{1} << 34;

uint32_t Side(const dicom::DataSet& head, dicom::Tag tag) {
  const auto side = head.GetInt(tag).value_or(0);
  return side > 0 && side <= INT32_MAX ? static_cast<uint32_t>(side) : 0;
}

// Spacing of the shared Pixel Measures; 0 when unknown.
void PutSpacing(const dicom::DataSet& head, SlideMatrix& slide) {
  const auto* shared = head.FirstItem(tags::SharedFunctionalGroupsSequence);
  const auto spacing = PlanePartsOf(shared).spacing;
  if (!spacing || !((*spacing)[0] > 0) || !((*spacing)[1] > 0)) return;
  slide.row_spacing = (*spacing)[0];
  slide.column_spacing = (*spacing)[1];
}

[[noreturn]] void Invalid(const char* text) {
  throw Error(ErrorKind::kInvalid, std::string("slide: ") + text);
}

// copy(row of the matrix, first column, row of the tile, columns) for what tile and matrix share.
template <class Copy>
void ForEachRow(const Tile& tile, const Source& source, Copy&& copy) {
  const SlideMatrix& slide = *source.slide;
  if (tile.row < 1 || tile.column < 1) return;
  const uint64_t column = static_cast<uint64_t>(tile.column) - 1;
  if (column >= slide.columns) return;
  const uint64_t columns = std::min<uint64_t>(source.columns, slide.columns - column);
  for (uint32_t row = 0; row < source.rows; ++row) {
    const uint64_t at = static_cast<uint64_t>(tile.row) - 1 + row;
    if (at < slide.rows) copy(at * slide.columns + column, row * uint64_t{source.columns}, columns);
  }
}

}  // namespace

std::optional<SlideMatrix> SlideOf(const dicom::DataSet& head) {
  SlideMatrix slide;
  slide.columns = Side(head, tags::TotalPixelMatrixColumns);
  slide.rows = Side(head, tags::TotalPixelMatrixRows);
  if (slide.columns == 0 || slide.rows == 0) return std::nullopt;
  slide.orientation = {0, 1, 0, 1, 0, 0};
  const auto directions = head.GetDoubles(tags::ImageOrientationSlide);
  if (directions.size() == 6)
    std::copy(directions.begin(), directions.end(), slide.orientation.begin());
  if (const auto* origin = head.FirstItem(tags::TotalPixelMatrixOriginSequence)) {
    slide.origin = {origin->GetDouble(tags::XOffsetInSlideCoordinateSystem).value_or(0),
                    origin->GetDouble(tags::YOffsetInSlideCoordinateSystem).value_or(0)};
  }
  PutSpacing(head, slide);
  slide.tiled_full = head.GetString(tags::DimensionOrganizationType) == "TILED_FULL";
  return slide;
}

uint32_t TilesAcross(const SlideMatrix& slide, uint32_t tile_columns) {
  return (slide.columns - 1) / tile_columns + 1;
}

uint64_t TilesOf(const SlideMatrix& slide, uint32_t tile_rows, uint32_t tile_columns) {
  return uint64_t{TilesAcross(slide, tile_columns)} * ((slide.rows - 1) / tile_rows + 1);
}

Tile TileAt(const SlideMatrix& slide, uint64_t index, uint32_t tile_rows, uint32_t tile_columns) {
  const uint64_t across = TilesAcross(slide, tile_columns);
  const double row = static_cast<double>(index / across * tile_rows);
  const double column = static_cast<double>(index % across * tile_columns);
  const auto whole = [](double at) {
    return static_cast<int32_t>(std::min(at + 1, static_cast<double>(INT32_MAX)));
  };
  Tile tile{whole(column), whole(row), {}};
  for (size_t k = 0; k < 2; ++k) {
    tile.offset[k] = slide.origin[k] + slide.orientation[k] * slide.column_spacing * column +
                     slide.orientation[3 + k] * slide.row_spacing * row;
  }
  return tile;
}

std::vector<std::optional<Tile>> TilesOfImage(const dicom::DataSet& head, const SlideMatrix& slide,
                                              uint32_t frames) {
  std::vector<std::optional<Tile>> tiles;
  const auto& items = head.GetItems(tags::PerFrameFunctionalGroupsSequence);
  const bool given = items.size() == frames && TileOf(&items[0]);
  const uint32_t rows = Side(head, tags::Rows);
  const uint32_t columns = Side(head, tags::Columns);
  if (rows == 0 || columns == 0) Invalid("no Rows or Columns");
  const uint64_t per_plane = TilesOf(slide, rows, columns);
  if (!given && (!slide.tiled_full || frames % per_plane != 0)) {
    Invalid("the frames do not say where they lie");
  }
  for (uint32_t i = 0; i < frames; ++i) {
    tiles.push_back(given ? TileOf(&items[i]) : TileAt(slide, i % per_plane, rows, columns));
    if (!tiles.back()) Invalid("a frame does not say where it lies");
  }
  return tiles;
}

void PlaceTile(const Source& source, uint32_t frame, const LabelVolume& tile, Labels& matrix) {
  const size_t size = tile.voxel_bytes();
  const auto* from = static_cast<const uint8_t*>(tile.data);
  ForEachRow(*source.frames[frame].tile, source,
             [&](uint64_t at, uint64_t in_tile, uint64_t count) {
               std::memcpy(matrix.bytes.data() + at * size, from + in_tile * size, count * size);
             });
}

Labels EmptyMatrix(const Source& source, LabelType type) {
  const SlideMatrix& slide = *source.slide;
  if (uint64_t{slide.rows} * slide.columns > kPixelsMax) Invalid("too large for one image");
  Labels matrix{1, slide.rows, slide.columns, type, {}};
  matrix.bytes.resize(matrix.view().bytes());
  return matrix;
}

}  // namespace glossator::seg
