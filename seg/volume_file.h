// SPDX-License-Identifier: GPL-3.0-or-later
// NIfTI-1 (.nii, .nii.gz) and NRRD (.nrrd, attached data, raw or gzip) labelmaps, with their
// geometry checked against the source.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "seg/labels.h"
#include "seg/source.h"

namespace glossator::seg {

bool HasEnding(const std::filesystem::path& path, std::string_view ending);

enum class ValueType { kInt8, kUint8, kInt16, kUint16, kInt32, kUint32, kFloat, kDouble };

// Voxel index (i fastest) to millimetres in patient coordinates (LPS).
struct Affine {
  std::array<double, 3> origin{};
  std::array<std::array<double, 3>, 3> axes{};  // of i, j, k
};

// What a file says in front of its voxels, which are i fastest, then j, k, layer.
struct VolumeHeader {
  std::array<uint32_t, 3> size{};  // i, j, k
  uint32_t layers = 1;
  ValueType type = ValueType::kUint8;
  std::optional<Affine> affine;  // nullopt: the file does not know where it lies
  bool big_endian = false;
  bool interleaved = false;  // the values of all layers lie side by side instead
  bool zipped = false;       // the voxels alone are a gzip stream, from data_at on
  uint64_t data_at = 0;      // offset of the voxels in the file (in .nii.gz: in what it holds)
};

// With its voxels in memory: little endian, layers outermost, not compressed, data_at 0.
struct VolumeFile : VolumeHeader {
  std::string data;
};

// By name ending; throws kInvalid or kUnsupported.
VolumeFile ReadVolume(const std::filesystem::path& path);
VolumeFile ParseNifti(std::string_view bytes);
VolumeFile ParseNrrd(std::string_view bytes);
// `bytes`: the first kNiftiHeader bytes at least; or up to the empty line of an NRRD file at least.
inline constexpr size_t kNiftiHeader = 352;
VolumeHeader ParseNiftiHeader(std::string_view bytes);
VolumeHeader ParseNrrdHeader(std::string_view bytes);

// How voxels of the file lie in the source: data index = start[frame] + row * per_row +
// column * per_column. Flipped and permuted axes are followed; without geometry the file must
// already be in source order. Throws kConflict when the grids differ.
struct GridMatch {
  std::vector<int64_t> start;  // per source frame
  int64_t per_row = 0;
  int64_t per_column = 0;
};
GridMatch MatchGrid(const VolumeHeader& volume, const Source& source);
bool FitsGrid(const VolumeHeader& volume, const Source& source);  // MatchGrid would not throw

// The file's voxels on the source's grid, each from the nearest voxel of the file; 0 where the file
// has none. Only when somebody asked for it: what lies between voxels is lost. Throws kConflict
// when file or source do not say where they lie.
VolumeFile Resampled(const VolumeFile& volume, const Source& source);

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

// A volume file by name ending (.nii, .nii.gz, .nrrd; .raw and .raw.gz are voxels only),
// atomically, while its voxels come: write(sink) gives them in order, layer by layer. False when
// the source's frames are not evenly spaced, so that the file's geometry is only close.
using VoxelSink = std::function<void(std::string_view bytes)>;
bool WriteVolume(const std::filesystem::path& path, const VolumeShape& shape, const Source& source,
                 const std::function<void(const VoxelSink& sink)>& write);
// The same of labels in memory, all of one shape.
bool WriteVolume(const std::filesystem::path& path, const std::vector<Labels>& layers,
                 const Source& source);

// Column, row and frame axes of a source with planes.
std::optional<Affine> AffineOf(const Source& source);

}  // namespace glossator::seg
