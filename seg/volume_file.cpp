// SPDX-License-Identifier: GPL-3.0-or-later
#include "seg/volume_file.h"

#include <cmath>

#include "dicom/error.h"
#include "seg/file_sink.h"
#include "seg/gzip.h"

namespace glossator::seg {
namespace {

bool EndsWith(const std::filesystem::path& path, std::string_view ending) {
  const std::string name = path.filename().string();
  return name.size() > ending.size() &&
         name.compare(name.size() - ending.size(), ending.size(), ending) == 0;
}

bool IsNifti(const std::filesystem::path& path) {
  return EndsWith(path, ".nii") || EndsWith(path, ".nii.gz");
}

constexpr size_t kVolumeMax = size_t{1} << 34;

}  // namespace

VolumeFile ReadVolume(const std::filesystem::path& path) {
  std::string bytes = ReadBytes(path);
  if (EndsWith(path, ".nrrd")) return ParseNrrd(bytes);
  if (!IsNifti(path)) {
    throw Error(ErrorKind::kUnsupported, "labels: expected a name ending in .nii, .nii.gz, .nrrd");
  }
  if (IsGzip(bytes)) bytes = Gunzip(bytes, kVolumeMax);
  return ParseNifti(bytes);
}

bool WriteVolume(const std::filesystem::path& path, const std::vector<Labels>& layers,
                 const Source& source) {
  const bool nrrd = EndsWith(path, ".nrrd");
  if (!nrrd && !IsNifti(path)) {
    throw Error(ErrorKind::kUnsupported, "output: expected a name ending in .nii, .nii.gz, .nrrd");
  }
  std::string bytes = nrrd ? MakeNrrd(layers, source) : MakeNifti(layers, source);
  if (EndsWith(path, ".gz")) bytes = Gzip(bytes, 1);
  FileSink file(path);
  file.Write(bytes);
  file.Commit();
  return source.IsRegular() || std::abs(source.SliceSpacing()) == 0;
}

std::optional<Affine> AffineOf(const Source& source) {
  if (source.frames.empty() || !source.frames.front().plane || !source.frames.back().plane) {
    return std::nullopt;
  }
  const Plane& first = *source.frames.front().plane;
  const Plane& last = *source.frames.back().plane;
  Affine affine;
  affine.origin = first.position;
  const auto normal = first.Normal();
  const double thickness = source.slice_thickness > 0 ? source.slice_thickness : 1;
  const auto steps = static_cast<double>(source.frames.size() - 1);
  for (int k = 0; k < 3; ++k) {
    affine.axes[0][k] = first.orientation[k] * first.column_spacing;
    affine.axes[1][k] = first.orientation[3 + k] * first.row_spacing;
    affine.axes[2][k] = source.frames.size() == 1 ? normal[k] * thickness
                                                  : (last.position[k] - first.position[k]) / steps;
  }
  return affine;
}

}  // namespace glossator::seg
