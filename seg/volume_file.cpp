// SPDX-License-Identifier: GPL-3.0-or-later
#include "seg/volume_file.h"

#include <algorithm>
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
  return ParseNifti(std::move(bytes));
}

namespace {

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

// write(sink) puts the voxels behind the header.
template <class WriteVoxels>
void WriteFile(const std::filesystem::path& path, const VolumeShape& shape, const Source& source,
               WriteVoxels&& write) {
  const bool nrrd = EndsWith(path, ".nrrd");
  if (!nrrd && !IsNifti(path)) {
    throw Error(ErrorKind::kUnsupported, "output: expected a name ending in .nii, .nii.gz, .nrrd");
  }
  VolumeSink sink(path, nrrd || EndsWith(path, ".gz"));
  const std::string header = nrrd ? NrrdHeader(shape, source) : NiftiHeader(shape, source);
  if (nrrd) {
    sink.Plain(header);  // text; the voxels are zipped
  } else {
    sink.Write(header);
  }
  write(sink);
  sink.Commit();
}

VolumeShape ShapeOf(const std::vector<Labels>& layers) {
  const Labels& first = layers.at(0);
  const ValueType type = first.type == LabelType::kUint16 ? ValueType::kUint16 : ValueType::kUint8;
  return {first.columns, first.rows, first.frames, static_cast<uint32_t>(layers.size()), type};
}

}  // namespace

bool WriteVolume(const std::filesystem::path& path, const std::vector<Labels>& layers,
                 const Source& source) {
  WriteFile(path, ShapeOf(layers), source, [&](VolumeSink& sink) {
    for (const Labels& layer : layers) {
      sink.Write({reinterpret_cast<const char*>(layer.bytes.data()), layer.bytes.size()});
    }
  });
  return IsEven(source);
}

bool WriteProbabilities(const std::filesystem::path& path, const std::vector<Labels>& layers,
                        uint32_t maximum, const Source& source) {
  VolumeShape shape = ShapeOf(layers);
  shape.type = ValueType::kFloat;
  const float scale = 1.0F / static_cast<float>(std::max<uint32_t>(1, maximum));
  WriteFile(path, shape, source, [&](VolumeSink& sink) {
    std::vector<float> row(shape.columns);
    for (const Labels& layer : layers) {
      for (size_t at = 0; at < layer.bytes.size(); at += row.size()) {
        for (size_t i = 0; i < row.size(); ++i) {
          row[i] = static_cast<float>(layer.bytes[at + i]) * scale;
        }
        sink.Write({reinterpret_cast<const char*>(row.data()), row.size() * sizeof(float)});
      }
    }
  });
  return IsEven(source);
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
