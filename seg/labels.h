// SPDX-License-Identifier: GPL-3.0-or-later
// A labelmap in source order: frames, rows, columns; little endian, row-major.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace glossator::seg {

enum class LabelType { kUint8, kUint16 };

// A view; the caller owns the data. 16-bit data need not be aligned to more than 2 bytes.
struct LabelVolume {
  uint32_t frames = 0;
  uint32_t rows = 0;
  uint32_t columns = 0;
  LabelType type = LabelType::kUint8;
  const void* data = nullptr;

  size_t frame_voxels() const { return size_t{rows} * columns; }
  size_t voxels() const { return frames * frame_voxels(); }
  size_t voxel_bytes() const { return type == LabelType::kUint8 ? 1 : 2; }
  size_t bytes() const { return voxels() * voxel_bytes(); }
  uint16_t At(size_t index) const {
    return type == LabelType::kUint8 ? static_cast<const uint8_t*>(data)[index]
                                     : static_cast<const uint16_t*>(data)[index];
  }
};

// Owns its voxels.
struct Labels {
  uint32_t frames = 0;
  uint32_t rows = 0;
  uint32_t columns = 0;
  LabelType type = LabelType::kUint8;
  std::vector<uint8_t> bytes;

  LabelVolume view() const { return {frames, rows, columns, type, bytes.data()}; }
};

// `bytes` must be exactly frames x rows x columns of the type ("uint8" or "uint16"), else kInvalid.
// A gzip stream is inflated first, never beyond what the shape needs.
Labels LabelsFromBytes(std::string_view bytes, uint32_t frames, uint32_t rows, uint32_t columns,
                       LabelType type);

// 16 bit become 8 bit when every value fits.
Labels Narrowed(Labels labels);

}  // namespace glossator::seg
