// SPDX-License-Identifier: GPL-3.0-or-later
#include "seg/volume_file.h"

#include <algorithm>
#include <cmath>

#include "dicom/error.h"
#include "seg/file_sink.h"
#include "seg/gzip.h"
#include "seg/volume_types.h"

namespace glossator::seg {
namespace {

bool IsNifti(const std::filesystem::path& path) {
  return HasEnding(path, ".nii") || HasEnding(path, ".nii.gz");
}

constexpr size_t kVolumeMax = size_t{1} << 34;

bool IsRaw(const std::filesystem::path& path) {
  return HasEnding(path, ".raw") || HasEnding(path, ".raw.gz");
}

// Header and voxels in pieces, so that a volume is not held twice.
class VolumeSink {
 public:
  VolumeSink(const std::filesystem::path& path, bool zipped) : file_(path) {
    if (zipped) {
      deflater_.emplace(Deflater::Format::kGzip, 1,
                        [this](std::string_view bytes) { file_.Write(bytes); });
    }
  }
  void Plain(std::string_view bytes) { file_.Write(bytes); }
  void Write(std::string_view bytes) {
    if (deflater_) {
      deflater_->Write(bytes);
    } else {
      file_.Write(bytes);
    }
  }
  void Commit() {
    if (deflater_) deflater_->Finish();
    file_.Commit();
  }

 private:
  FileSink file_;
  std::optional<Deflater> deflater_;
};

bool IsEven(const Source& source) {
  return source.IsRegular() || std::abs(source.SliceSpacing()) == 0;
}

std::string HeaderOf(const std::filesystem::path& path, const VolumeShape& shape,
                     const Source& source) {
  if (HasEnding(path, ".nrrd")) return NrrdHeader(shape, source);
  if (IsNifti(path)) return NiftiHeader(shape, source);
  if (IsRaw(path)) return "";
  throw Error(ErrorKind::kUnsupported,
              "output: expected a name ending in .nii, .nii.gz, .nrrd, .raw, .raw.gz");
}

VolumeShape ShapeOf(const std::vector<Labels>& layers) {
  const Labels& first = layers.at(0);
  const ValueType type = first.type == LabelType::kUint16 ? ValueType::kUint16 : ValueType::kUint8;
  return {first.columns, first.rows, first.frames, static_cast<uint32_t>(layers.size()), type};
}

}  // namespace

bool HasEnding(const std::filesystem::path& path, std::string_view ending) {
  const std::string name = path.filename().string();
  return name.size() > ending.size() &&
         name.compare(name.size() - ending.size(), ending.size(), ending) == 0;
}

bool WriteVolume(const std::filesystem::path& path, const VolumeShape& shape, const Source& source,
                 const std::function<void(const VoxelSink& sink)>& write) {
  const bool nrrd = HasEnding(path, ".nrrd");
  const std::string header = HeaderOf(path, shape, source);
  VolumeSink sink(path, nrrd || HasEnding(path, ".gz"));
  if (nrrd) {
    sink.Plain(header);  // text; the voxels are zipped
  } else {
    sink.Write(header);
  }
  write([&](std::string_view bytes) { sink.Write(bytes); });
  sink.Commit();
  return IsEven(source);
}

bool WriteVolume(const std::filesystem::path& path, const std::vector<Labels>& layers,
                 const Source& source) {
  return WriteVolume(path, ShapeOf(layers), source, [&](const VoxelSink& sink) {
    for (const Labels& layer : layers) {
      sink({reinterpret_cast<const char*>(layer.bytes.data()), layer.bytes.size()});
    }
  });
}

VolumeFile ReadVolume(const std::filesystem::path& path) {
  std::string bytes = ReadBytes(path);
  if (HasEnding(path, ".nrrd")) return ParseNrrd(bytes);
  if (!IsNifti(path)) {
    throw Error(ErrorKind::kUnsupported, "labels: expected a name ending in .nii, .nii.gz, .nrrd");
  }
  if (IsGzip(bytes)) bytes = Gunzip(bytes, kVolumeMax);
  return ParseNifti(bytes);
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
