// SPDX-License-Identifier: GPL-3.0-or-later
// A segmentation in a file, one source frame at a time, so that neither its pixels nor its labels
// are in memory as a whole: native pixels stay in the file, compressed ones stay compressed. (A
// deflated data set has no frames to jump to: it is inflated as a whole.)
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "seg/decode.h"

namespace glossator::seg {

// Where the frames' bits are.
class FrameBits {
 public:
  virtual ~FrameBits() = default;
  struct View {
    std::string_view bytes;
    unsigned first_bit = 0;  // of the first byte
  };
  // Good until the next call.
  virtual View Of(size_t frame) = 0;
};

class FrameDecoder {
 public:
  // Throws what ReadSegmentation throws.
  explicit FrameDecoder(const std::filesystem::path& path, const dicom::Limits& limits = {});

  const Segmentation& segmentation() const { return segmentation_; }  // may be without pixels
  // Throws kConflict when a frame belongs to no frame of `grid`, or the matrix differs.
  void On(const Source& grid);
  // The narrowest type that holds the segment numbers.
  LabelType type() const { return type_; }

  // The labels of frame `place` of the grid into `to`, which has room for its voxels of type().
  // False: segments overlap there. Fractions have no labels: kUnsupported.
  bool Labels(uint32_t place, uint8_t* to);
  // One segment's voxels, 0 and 1 or fractions, a byte each.
  void Segment(uint16_t number, uint32_t place, uint8_t* to);

 private:
  void AddSegmentOfMap(size_t frame, uint16_t number, uint8_t* to);

  Segmentation segmentation_;
  std::unique_ptr<FrameBits> bits_;
  LabelType type_ = LabelType::kUint8;
  std::vector<std::vector<uint32_t>> frames_at_;  // of the object, by place in the grid
};

}  // namespace glossator::seg
