// SPDX-License-Identifier: GPL-3.0-or-later
// NIfTI-1 (.nii, .nii.gz) and NRRD (.nrrd, attached data, raw or gzip) labelmaps, with their
// geometry checked against the source.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "seg/labels.h"
#include "seg/source.h"

namespace glossator::seg {

enum class ValueType { kInt8, kUint8, kInt16, kUint16, kInt32, kUint32, kFloat, kDouble };

// Voxel index (i fastest) to millimetres in patient coordinates (LPS).
struct Affine {
  std::array<double, 3> origin{};
  std::array<std::array<double, 3>, 3> axes{};  // of i, j, k
};

struct VolumeFile {
  std::array<uint32_t, 3> size{};  // i, j, k
  uint32_t layers = 1;             // outermost, whatever the file's order was
  ValueType type = ValueType::kUint8;
  std::optional<Affine> affine;  // nullopt: the file does not know where it lies
  std::string data;              // little endian, i fastest, then j, k, layer
};

// By name ending; throws kInvalid or kUnsupported.
VolumeFile ReadVolume(const std::filesystem::path& path);
VolumeFile ParseNifti(std::string bytes);
VolumeFile ParseNrrd(std::string_view bytes);

// How voxels of the file lie in the source: data index = start[frame] + row * per_row +
// column * per_column. Flipped and permuted axes are followed; without geometry the file must
// already be in source order. Throws kConflict when the grids differ.
struct GridMatch {
  std::vector<int64_t> start;  // per source frame
  int64_t per_row = 0;
  int64_t per_column = 0;
};
GridMatch MatchGrid(const VolumeFile& volume, const Source& source);
bool FitsGrid(const VolumeFile& volume, const Source& source);  // MatchGrid would not throw

// The file's voxels on the source's grid, each from the nearest voxel of the file; 0 where the file
// has none. Only when somebody asked for it: what lies between voxels is lost. Throws kConflict
// when file or source do not say where they lie.
VolumeFile Resampled(const VolumeFile& volume, const Source& source);

// One Labels per layer, in source order. kInvalid when a value is no whole number in 0..65535.
std::vector<Labels> ToLabels(const VolumeFile& volume, const Source& source);
// Fractions in 0..maximum: floating point values are probabilities in 0..1, whole numbers as they
// are.
std::vector<Labels> ToFractions(const VolumeFile& volume, const Source& source, uint8_t maximum);

// Fractions out of `layers` (0..maximum) as 32-bit floats from 0 to 1, one volume per layer.
bool WriteProbabilities(const std::filesystem::path& path, const std::vector<Labels>& layers,
                        uint32_t maximum, const Source& source);

// By name ending, atomically. `layers` have the same shape; the affine comes from the source.
// False when the source's frames are not evenly spaced, so that the file's geometry is only close.
bool WriteVolume(const std::filesystem::path& path, const std::vector<Labels>& layers,
                 const Source& source);
// What stands in front of the voxels (NRRD: gzip follows); the affine comes from the source.
struct VolumeShape {
  uint32_t columns = 0;
  uint32_t rows = 0;
  uint32_t frames = 0;
  uint32_t layers = 1;
  ValueType type = ValueType::kUint8;  // or kUint16, kFloat
};
std::string NiftiHeader(const VolumeShape& shape, const Source& source);
std::string NrrdHeader(const VolumeShape& shape, const Source& source);

// Column, row and frame axes of a source with planes.
std::optional<Affine> AffineOf(const Source& source);

}  // namespace glossator::seg
