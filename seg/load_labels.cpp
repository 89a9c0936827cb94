// SPDX-License-Identifier: GPL-3.0-or-later
#include "seg/load_labels.h"

#include <cmath>
#include <cstring>
#include <type_traits>
#include <utility>

#include "dicom/error.h"
#include "seg/byte_stream.h"
#include "seg/file_sink.h"
#include "seg/line_runs.h"
#include "seg/slide.h"
#include "seg/volume_file.h"
#include "seg/volume_types.h"

namespace glossator::seg {
namespace {

constexpr uint64_t kRawMax = uint64_t{1} << 36;
constexpr uint64_t kLayersMax = 65535;
constexpr size_t kNrrdHeaderMax = size_t{1} << 20;

// Whether a voxel can be a label. Asked before anything is cast: NaN, infinity and numbers out of
// range have no integer (a NaN voxel of a float volume once went through a cast).
template <class Value>
bool IsLabel(Value value) {
  if constexpr (std::is_floating_point_v<Value>) {
    return value >= 0 && value <= 65535 && value == std::trunc(value);
  } else {
    return std::in_range<uint16_t>(value);
  }
}

struct AsLabel {
  template <class Value>
  bool operator()(Value value, uint16_t& out) const {
    const bool fine = IsLabel(value);
    out = fine ? static_cast<uint16_t>(value) : uint16_t{0};
    return fine;
  }
  static constexpr const char* kFault = "labels: a value is no whole number in 0..65535";
};

struct AsFraction {
  uint8_t maximum;
  template <class Value>
  bool operator()(Value value, uint16_t& out) const {
    const double scaled =
        static_cast<double>(value) * (std::is_floating_point_v<Value> ? maximum : 1);
    const bool fine = scaled >= 0 && scaled <= maximum + 1e-6;  // not so for NaN
    out = fine ? static_cast<uint16_t>(scaled + 0.5) : uint16_t{0};
    return fine;
  }
  static constexpr const char* kFault = "labels: a fraction is outside of its range";
};

// Every `apart`-th value of `raw`.
template <class Value, class Convert>
bool ConvertLine(const char* raw, size_t apart, const Convert& convert,
                 std::vector<uint16_t>& out) {
  bool fine = true;
  for (size_t i = 0; i < out.size(); ++i) {
    Value value;
    std::memcpy(&value, raw + i * apart * sizeof(Value), sizeof(Value));
    fine &= convert(value, out[i]);
  }
  return fine;
}

template <class Convert>
using LineConverter = bool (*)(const char*, size_t, const Convert&, std::vector<uint16_t>&);

template <class Convert>
LineConverter<Convert> ConverterOf(ValueType type) {
  switch (type) {
    case ValueType::kInt8:
      return ConvertLine<int8_t, Convert>;
    case ValueType::kUint8:
      return ConvertLine<uint8_t, Convert>;
    case ValueType::kInt16:
      return ConvertLine<int16_t, Convert>;
    case ValueType::kUint16:
      return ConvertLine<uint16_t, Convert>;
    case ValueType::kInt32:
      return ConvertLine<int32_t, Convert>;
    case ValueType::kUint32:
      return ConvertLine<uint32_t, Convert>;
    case ValueType::kFloat:
      return ConvertLine<float, Convert>;
    case ValueType::kDouble:
      break;
  }
  return ConvertLine<double, Convert>;
}

// One layer that begins with 8 bit and grows to 16 when a label asks for it. Room for that is
// reserved, which costs addresses only until it is touched.
class GrowingLabels {
 public:
  explicit GrowingLabels(const Source& source)
      : labels_{static_cast<uint32_t>(source.frames.size()),
                source.rows,
                source.columns,
                LabelType::kUint8,
                {}} {
    const size_t voxels = labels_.view().voxels();
    labels_.bytes.reserve(2 * voxels);
    labels_.bytes.resize(voxels);
  }

  void Put(const std::vector<Run>& runs, const std::vector<uint16_t>& line) {
    uint16_t any = 0;
    for (const uint16_t value : line) any |= value;
    if (any > 255 && labels_.type == LabelType::kUint8) Widen();
    for (const Run& run : runs) {
      if (labels_.type == LabelType::kUint8) {
        PutRun(run, line.data() + run.from, labels_.bytes.data());
      } else {
        PutRun(run, line.data() + run.from, reinterpret_cast<uint16_t*>(labels_.bytes.data()));
      }
    }
  }

  Labels Take() { return std::move(labels_); }

 private:
  template <class Label>
  static void PutRun(const Run& run, const uint16_t* values, Label* labels) {
    labels += run.to;
    if (run.step == 1) {
      for (uint32_t i = 0; i < run.count; ++i) labels[i] = static_cast<Label>(values[i]);
      return;
    }
    for (uint32_t i = 0; i < run.count; ++i) {
      labels[run.step * static_cast<int64_t>(i)] = static_cast<Label>(values[i]);
    }
  }

  void Widen() {
    const size_t voxels = labels_.bytes.size();
    labels_.bytes.resize(2 * voxels);
    auto* wide = reinterpret_cast<uint16_t*>(labels_.bytes.data());
    for (size_t i = voxels; i-- > 0;) wide[i] = labels_.bytes[i];
    labels_.type = LabelType::kUint16;
  }

  Labels labels_;
};

// Lines as they come: layer by layer, or those of all layers side by side.
template <class Convert>
class LayerReader {
 public:
  LayerReader(const VolumeHeader& volume, ByteStream& stream, const Convert& convert)
      : volume_(volume),
        stream_(stream),
        convert_(convert),
        convert_line_(ConverterOf<Convert>(volume.type)),
        apart_(volume.interleaved ? volume.layers : 1),
        raw_(apart_ * volume.size[0] * BytesOf(volume.type), '\0'),
        line_(volume.size[0]) {}

  std::vector<Labels> Read(const Source& source, const LineRuns& line_runs) {
    std::vector<Labels> layers;
    for (uint32_t round = 0; round < volume_.layers; round += static_cast<uint32_t>(apart_)) {
      std::vector<GrowingLabels> growing;
      growing.reserve(apart_);  // a copy would lose the room that each has reserved
      for (size_t i = 0; i < apart_; ++i) growing.emplace_back(source);
      ReadRound(line_runs, growing);
      for (GrowingLabels& one : growing) layers.push_back(one.Take());
    }
    return layers;
  }

 private:
  void ReadRound(const LineRuns& line_runs, std::vector<GrowingLabels>& layers) {
    for (uint32_t k = 0; k < volume_.size[2]; ++k) {
      for (uint32_t j = 0; j < volume_.size[1]; ++j) {
        line_runs.Of(j, k, runs_);
        ReadLine(layers);
      }
    }
  }

  void ReadLine(std::vector<GrowingLabels>& layers) {
    if (stream_.Read(raw_.data(), raw_.size()) != raw_.size()) {
      throw Error(ErrorKind::kInvalid, "labels: fewer voxels than the file says");
    }
    const size_t value_bytes = BytesOf(volume_.type);
    if (volume_.big_endian) SwapBytes(raw_, value_bytes);
    for (size_t i = 0; i < layers.size(); ++i) {
      if (!convert_line_(raw_.data() + i * value_bytes, apart_, convert_, line_)) {
        throw Error(ErrorKind::kInvalid, Convert::kFault);
      }
      layers[i].Put(runs_, line_);
    }
  }

  const VolumeHeader& volume_;
  ByteStream& stream_;
  const Convert& convert_;
  LineConverter<Convert> convert_line_;
  size_t apart_;
  std::string raw_;
  std::vector<uint16_t> line_;
  std::vector<Run> runs_;
};

bool IsWholeMatrix(const VolumeHeader& volume, const Source& source) {
  return source.slide && volume.size[0] == source.slide->columns &&
         volume.size[1] == source.slide->rows && volume.size[2] == 1;
}

std::unique_ptr<LineRuns> RunsOf(const VolumeHeader& volume, const Source& source) {
  if (IsWholeMatrix(volume, source)) return std::make_unique<TileRuns>(source);
  return std::make_unique<GridRuns>(volume, source, MatchGrid(volume, source));
}

std::vector<Labels> ReadLayers(const VolumeHeader& volume, ByteStream& stream, const Source& source,
                               std::optional<uint8_t> maximum_fraction) {
  const auto runs = RunsOf(volume, source);
  if (maximum_fraction) {
    const AsFraction convert{*maximum_fraction};
    return LayerReader(volume, stream, convert).Read(source, *runs);
  }
  const AsLabel convert;
  return LayerReader(volume, stream, convert).Read(source, *runs);
}

struct Opened {
  VolumeHeader header;
  bool all_zipped = false;
};

uint64_t VoxelsOf(const std::array<uint32_t, 3>& size) {
  return uint64_t{size[0]} * size[1] * size[2];
}

// The file's size says how many layers there are, and of a slide whether they are of tiles.
Opened OpenRaw(const std::filesystem::path& path, const Source& source, LabelType type) {
  Opened opened;
  VolumeHeader& header = opened.header;
  header.type = type == LabelType::kUint8 ? ValueType::kUint8 : ValueType::kUint16;
  std::string magic(2, '\0');
  opened.all_zipped = OpenFile(path)->Read(magic.data(), 2) == 2 && magic == "\x1f\x8b";
  const uint64_t bytes =
      opened.all_zipped ? CountBytes(*OpenGzip(path), kRawMax) : std::filesystem::file_size(path);
  const uint64_t value_bytes = BytesOf(header.type);
  std::vector<std::array<uint32_t, 3>> sizes{
      {source.columns, source.rows, static_cast<uint32_t>(source.frames.size())}};
  if (source.slide) sizes.push_back({source.slide->columns, source.slide->rows, 1});
  for (const auto& size : sizes) {
    const uint64_t layer = VoxelsOf(size) * value_bytes;
    if (layer == 0 || bytes == 0 || bytes % layer != 0) continue;
    if (bytes / layer > kLayersMax) break;
    header.size = size;
    header.layers = static_cast<uint32_t>(bytes / layer);
    return opened;
  }
  throw Error(ErrorKind::kInvalid, "labels: " + std::to_string(bytes) + " bytes, a layer has " +
                                       std::to_string(VoxelsOf(sizes[0]) * value_bytes));
}

std::string Prefix(ByteStream& stream, size_t size) {
  std::string bytes(size, '\0');
  bytes.resize(stream.Read(bytes.data(), bytes.size()));
  return bytes;
}

Opened Open(const std::filesystem::path& path, const Source& source, LabelType raw_type) {
  if (path.filename().string().find(".raw") != std::string::npos) {
    return OpenRaw(path, source, raw_type);
  }
  if (HasEnding(path, ".nrrd")) {
    return {ParseNrrdHeader(Prefix(*OpenFile(path), kNrrdHeaderMax)), false};
  }
  if (!HasEnding(path, ".nii") && !HasEnding(path, ".nii.gz")) {
    throw Error(ErrorKind::kUnsupported, "labels: expected a name ending in .nii, .nii.gz, .nrrd");
  }
  const bool zipped = Prefix(*OpenFile(path), 2) == "\x1f\x8b";
  return {ParseNiftiHeader(Prefix(*(zipped ? OpenGzip(path) : OpenFile(path)), kNiftiHeader)),
          zipped};
}

bool IsIdentity(const GridMatch& match, const Source& source) {
  if (source.columns > 1 && match.per_column != 1) return false;
  if (source.rows > 1 && match.per_row != source.columns) return false;
  for (size_t i = 0; i < match.start.size(); ++i) {
    if (match.start[i] != static_cast<int64_t>(i * source.rows * source.columns)) return false;
  }
  return true;
}

// Labels that lie in the file as they are needed.
std::optional<LabelLayers> Mapped(const std::filesystem::path& path, const Opened& opened,
                                  const Source& source) {
  const VolumeHeader& header = opened.header;
  const bool bytes = header.type == ValueType::kUint8;
  const bool words = header.type == ValueType::kUint16 && header.data_at % 2 == 0;
  const bool swapped = header.big_endian && !bytes;
  const bool interleaved = header.interleaved && header.layers > 1;
  if ((!bytes && !words) || opened.all_zipped || header.zipped || swapped || interleaved ||
      IsWholeMatrix(header, source) || !IsIdentity(MatchGrid(header, source), source)) {
    return std::nullopt;
  }
  const MappedFile file = MapFile(path);
  const uint64_t layer = VoxelsOf(header.size) * BytesOf(header.type);
  if (file.bytes.size() < header.data_at + header.layers * layer) {
    throw Error(ErrorKind::kInvalid, "labels: fewer voxels than the file says");
  }
  LabelLayers layers;
  layers.storage = file.storage;
  for (uint32_t i = 0; i < header.layers; ++i) {
    layers.views.push_back({static_cast<uint32_t>(source.frames.size()), source.rows,
                            source.columns, bytes ? LabelType::kUint8 : LabelType::kUint16,
                            file.bytes.data() + header.data_at + i * layer});
  }
  return layers;
}

LabelLayers Owned(std::vector<Labels> labels) {
  LabelLayers layers;
  layers.owned = std::move(labels);
  for (const Labels& layer : layers.owned) layers.views.push_back(layer.view());
  return layers;
}

std::vector<Labels> FromMemory(const VolumeFile& volume, const Source& source,
                               std::optional<uint8_t> maximum_fraction) {
  return ReadLayers(volume, *OpenMemory(volume.data), source, maximum_fraction);
}

std::unique_ptr<ByteStream> VoxelsIn(const std::filesystem::path& path, const Opened& opened) {
  const uint64_t at = opened.header.data_at;
  if (!opened.all_zipped) return opened.header.zipped ? OpenGzip(path, at) : OpenFile(path, at);
  auto stream = OpenGzip(path);
  Skip(*stream, at);
  return stream;
}

std::vector<Labels> FromFile(const std::filesystem::path& path, const Opened& opened,
                             const Source& source, std::optional<uint8_t> maximum_fraction) {
  const VolumeHeader& header = opened.header;
  // Layers side by side need their memory all at once: not before their voxels are known to be
  // there, else a few bytes could ask for all of it.
  if (header.interleaved && CountBytes(*VoxelsIn(path, opened), kRawMax) < DataBytes(header)) {
    throw Error(ErrorKind::kInvalid, "labels: fewer voxels than the file says");
  }
  return ReadLayers(header, *VoxelsIn(path, opened), source, maximum_fraction);
}

}  // namespace

LabelLayers LoadLabels(const std::filesystem::path& path, const Source& source,
                       const LoadOptions& options, bool* resampled) {
  const Opened opened = Open(path, source, options.raw_type);
  const bool other_grid =
      options.resample && !IsWholeMatrix(opened.header, source) && !FitsGrid(opened.header, source);
  if (resampled != nullptr) *resampled = other_grid;
  if (other_grid) {
    return Owned(FromMemory(Resampled(ReadVolume(path), source), source, options.maximum_fraction));
  }
  if (auto mapped = Mapped(path, opened, source)) return std::move(*mapped);
  return Owned(FromFile(path, opened, source, options.maximum_fraction));
}

std::vector<Labels> ToLabels(const VolumeFile& volume, const Source& source) {
  return FromMemory(volume, source, std::nullopt);
}

std::vector<Labels> ToFractions(const VolumeFile& volume, const Source& source, uint8_t maximum) {
  return FromMemory(volume, source, maximum);
}

}  // namespace glossator::seg
