// SPDX-License-Identifier: GPL-3.0-or-later
#include "seg/write_decoded.h"

#include <algorithm>
#include <functional>

#include "dicom/error.h"
#include "seg/slide.h"

namespace glossator::seg {
namespace {

// Voxels of frame `place` into `to`.
using FillFrame = std::function<void(uint32_t place, uint8_t* to)>;

std::string_view BytesOf(const std::vector<uint8_t>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void WriteFrames(const Source& grid, LabelType type, const FillFrame& fill, const VoxelSink& sink) {
  Labels frame{1, grid.rows, grid.columns, type, {}};
  frame.bytes.resize(frame.view().bytes());
  if (!grid.slide) {
    for (uint32_t place = 0; place < grid.frames.size(); ++place) {
      fill(place, frame.bytes.data());
      sink(BytesOf(frame.bytes));
    }
    return;
  }
  Labels matrix = EmptyMatrix(grid, type);
  for (uint32_t place = 0; place < grid.frames.size(); ++place) {
    fill(place, frame.bytes.data());
    PlaceTile(grid, place, frame.view(), matrix);
  }
  sink(BytesOf(matrix.bytes));
}

VolumeShape ShapeOn(const Source& grid, size_t layers, ValueType type) {
  if (grid.slide) {
    return {grid.slide->columns, grid.slide->rows, 1, static_cast<uint32_t>(layers), type};
  }
  return {grid.columns, grid.rows, static_cast<uint32_t>(grid.frames.size()),
          static_cast<uint32_t>(layers), type};
}

Written WriteLabels(FrameDecoder& decoder, const Source& grid, const std::filesystem::path& path) {
  const bool wide = decoder.type() == LabelType::kUint16;
  const VolumeShape shape = ShapeOn(grid, 1, wide ? ValueType::kUint16 : ValueType::kUint8);
  const auto fill = [&](uint32_t place, uint8_t* to) {
    if (!decoder.Labels(place, to)) {
      throw Error(ErrorKind::kConflict, "segmentation: segments overlap");
    }
  };
  const bool even = WriteVolume(path, shape, grid, [&](const VoxelSink& sink) {
    WriteFrames(grid, decoder.type(), fill, sink);
  });
  return {shape, even};
}

// Fractions up to `maximum` as floats from 0 to 1.
VoxelSink AsProbabilities(uint32_t maximum, const VoxelSink& sink) {
  return [scale = 1.0F / static_cast<float>(std::max<uint32_t>(1, maximum)),
          floats = std::vector<float>(), &sink](std::string_view bytes) mutable {
    floats.resize(bytes.size());
    std::transform(bytes.begin(), bytes.end(), floats.begin(), [&](char fraction) {
      return static_cast<float>(static_cast<uint8_t>(fraction)) * scale;
    });
    sink({reinterpret_cast<const char*>(floats.data()), floats.size() * sizeof(float)});
  };
}

Written WriteSegments(FrameDecoder& decoder, const Source& grid, const std::filesystem::path& path,
                      bool probability) {
  const Segmentation& segmentation = decoder.segmentation();
  const auto& segments = segmentation.description.segments;
  if (segments.empty()) throw Error(ErrorKind::kInvalid, "segmentation: no segment");
  const VolumeShape shape =
      ShapeOn(grid, segments.size(), probability ? ValueType::kFloat : ValueType::kUint8);
  const bool even = WriteVolume(path, shape, grid, [&](const VoxelSink& voxels) {
    const VoxelSink sink =
        probability ? AsProbabilities(segmentation.maximum_fractional_value, voxels) : voxels;
    for (const Segment& segment : segments) {
      const auto fill = [&](uint32_t place, uint8_t* to) {
        decoder.Segment(segment.label, place, to);
      };
      WriteFrames(grid, LabelType::kUint8, fill, sink);
    }
  });
  return {shape, even};
}

}  // namespace

Written WriteDecoded(FrameDecoder& decoder, const Source& grid, const std::filesystem::path& path,
                     bool probability) {
  decoder.On(grid);
  if (decoder.segmentation().kind == Kind::kFractional) {
    return WriteSegments(decoder, grid, path, probability);
  }
  try {
    return WriteLabels(decoder, grid, path);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kConflict) throw;  // segments overlap: a layer each
    return WriteSegments(decoder, grid, path, false);
  }
}

}  // namespace glossator::seg
