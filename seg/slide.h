// SPDX-License-Identifier: GPL-3.0-or-later
// Whole slides (PS3.3 A.32.8, C.8.12): the total pixel matrix and its tiles.
#pragma once

#include <optional>

#include "dicom/data_set.h"
#include "seg/labels.h"
#include "seg/source.h"

namespace glossator::seg {

// The matrix that the head of a slide image or of a segmentation of one describes; nullopt when it
// is none, or absurd.
std::optional<SlideMatrix> SlideOf(const dicom::DataSet& head);
// How many tiles of that size stand in a row, and in all.
uint32_t TilesAcross(const SlideMatrix& slide, uint32_t tile_columns);
uint64_t TilesOf(const SlideMatrix& slide, uint32_t tile_rows, uint32_t tile_columns);
// The index-th tile, row by row (PS3.3 C.7.6.17.3).
Tile TileAt(const SlideMatrix& slide, uint64_t index, uint32_t tile_rows, uint32_t tile_columns);
// Tiles of the frames of a slide image: of its groups, or by TILED_FULL's rule, where focal planes
// and optical paths follow each other. Throws kInvalid when the frames do not fit the matrix.
std::vector<std::optional<Tile>> TilesOfImage(const dicom::DataSet& head, const SlideMatrix& slide,
                                              uint32_t frames);

// An image of the whole matrix (a single frame of zeros), and a frame of the source put into it;
// pixels of a tile beyond the matrix are left out.
Labels EmptyMatrix(const Source& source, LabelType type);
void PlaceTile(const Source& source, uint32_t frame, const LabelVolume& tile, Labels& matrix);

}  // namespace glossator::seg
