// SPDX-License-Identifier: GPL-3.0-or-later
// A Segmentation object back to labels. Hostile input ends in Error{kInvalid}, never worse.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dicom/data_set.h"
#include "dicom/io.h"
#include "seg/description.h"
#include "seg/encode.h"
#include "seg/labels.h"
#include "seg/source.h"

namespace glossator::seg {

struct FrameReference {
  std::string sop_instance_uid;
  uint32_t frame_number = 1;
};

// What a frame shows.
struct SegmentationFrame {
  uint16_t segment = 0;  // number; 0 in a LABELMAP
  std::optional<Plane> plane;
  std::optional<Tile> tile;             // slides only
  std::vector<FrameReference> sources;  // Derivation Image > Source Image
  std::vector<uint32_t> dimension_index_values;
};

// One object, understood. Value type; owns its bytes.
struct Segmentation {
  Kind kind = Kind::kBinary;
  uint32_t rows = 0;
  uint32_t columns = 0;
  uint32_t bits_allocated = 1;  // 1, 8 or 16
  uint32_t maximum_fractional_value = 0;
  Description description;  // Segment::label is the segment number
  std::string sop_instance_uid;
  std::string series_instance_uid;
  std::string study_instance_uid;
  std::string frame_of_reference_uid;
  double slice_spacing = 0;  // (0018,0088) when given
  std::vector<SegmentationFrame> frames;
  dicom::DataSet head;      // everything in front of the per-frame groups and the pixels
  std::string_view pixels;  // native, as in PS3.5 8.1.1, decompressed; part of `storage`
  std::shared_ptr<const void> storage;  // owns the bytes of `pixels`

  size_t frame_voxels() const { return size_t{rows} * columns; }
  // The value of voxel `index` of a frame: 0 or 1, a fraction, or a label.
  uint16_t Voxel(size_t frame, size_t index) const;
};

Segmentation Read(std::string part10_bytes, const dicom::Limits& limits = {});
Segmentation ReadSegmentation(const std::filesystem::path& path, const dicom::Limits& limits = {});

// Labels in the order of the source's frames (found by reference, else by plane). Values are
// segment numbers; uint8 when they fit. Throws kConflict when a frame belongs to no source frame or
// the matrix differs, and when segments overlap (then use DecodeSegment).
// FRACTIONAL is kUnsupported here.
Labels Decode(const Segmentation& segmentation, const Source& source);
// The same into memory that is already there.
void DecodeInto(const Segmentation& segmentation, const Source& source, Labels& labels);
// The same from a file, whose pixels never are in memory as a whole when it is Explicit VR Little
// Endian without compression.
void DecodeFile(const std::filesystem::path& path, const Source& source, Labels& labels,
                const dicom::Limits& limits = {});
// One segment's voxels: 0/1, or fractions.
Labels DecodeSegment(const Segmentation& segmentation, const Source& source, uint16_t segment);
// Voxels set per segment number over all frames (fractions: above zero).
std::map<uint16_t, uint64_t> CountVoxels(const Segmentation& segmentation);

// For each frame its place among the source's frames; nullopt when it has none.
std::vector<std::optional<uint32_t>> MatchFrames(const Segmentation& segmentation,
                                                 const Source& source);

// The grid that the object itself spans (positions missing between frames are filled in when the
// spacing is regular): a Source without instances, good for Decode and for volume files.
Source OwnGrid(const Segmentation& segmentation);

}  // namespace glossator::seg
