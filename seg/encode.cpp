// SPDX-License-Identifier: GPL-3.0-or-later
#include "seg/encode.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "dicom/error.h"
#include "dicom/io.h"
#include "dicom/uid.h"
#include "seg/bits.h"
#include "seg/file_sink.h"
#include "seg/frame_codec.h"
#include "seg/frame_groups.h"
#include "seg/gzip.h"
#include "seg/header.h"
#include "seg/plan.h"

namespace glossator::seg {
namespace tags = dicom::tags;
namespace {

std::string ErrorLines(const std::vector<Finding>& findings) {
  std::string lines;
  for (const Finding& finding : findings) {
    if (finding.severity == kFindingError) lines += "\n" + ToLine(finding);
  }
  return lines;
}

void ThrowOnErrors(const std::vector<Finding>& findings) {
  const std::string lines = ErrorLines(findings);
  if (!lines.empty()) throw Error(ErrorKind::kInvalid, "labels:" + lines);
}

// PS3.3 C.7.3.1, C.12.1: a new object in a new series.
void CheckIdentity(const Identity& identity, const Source& source) {
  if (!dicom::IsValidUid(identity.series_instance_uid) ||
      !dicom::IsValidUid(identity.sop_instance_uid) ||
      identity.series_instance_uid == source.series_instance_uid) {
    throw Error(ErrorKind::kInvalid, "a segmentation needs UIDs of its own");
  }
}

// Pixel Data, native (PS3.5 A.2): streamed behind the functional groups.
class PixelWriter {
 public:
  PixelWriter(std::span<const LabelVolume> layers, const Description& description,
              const Options& options, const Plan& plan, const Layout& layout, const Sink& sink)
      : layers_(layers),
        description_(description),
        options_(options),
        plan_(plan),
        layout_(layout),
        sink_(sink) {}

  uint64_t bytes() const {
    const uint64_t voxels = plan_.frames.size() * layers_[0].frame_voxels();
    const uint64_t bytes =
        options_.kind == Kind::kBinary ? (voxels + 7) / 8 : voxels * layout_.label_bytes;
    return bytes + bytes % 2;
  }

  void Write() {
    WriteHeader();
    WritePixels();
    const uint64_t written = options_.kind == Kind::kBinary
                                 ? (plan_.frames.size() * layers_[0].frame_voxels() + 7) / 8
                                 : bytes_written_;
    if (written % 2 != 0) sink_(std::string_view("\0", 1));
  }

  // The frames alone, without element header and padding.
  void WritePixels() {
    if (options_.kind == Kind::kBinary) {
      WriteBits();
    } else {
      for (const OutputFrame& frame : plan_.frames) WriteBytes(frame);
    }
  }

 private:
  void WriteHeader() {
    if (bytes() >= UINT32_MAX) {
      throw Error(ErrorKind::kUnsupported, "more than 4 GiB of Pixel Data");
    }
    const bool words = layout_.label_bytes == 2;
    std::string header = std::string("\xE0\x7F\x10\x00", 4) + (words ? "OW" : "OB");
    header.resize(12);
    const auto size = static_cast<uint32_t>(bytes());
    std::memcpy(header.data() + 8, &size, 4);
    sink_(header);
  }

  void WriteBits() {
    BitWriter writer(sink_);
    for (const OutputFrame& frame : plan_.frames) {
      const uint16_t label = description_.segments[frame.segment].label;
      if (frame.empty) {
        writer.Zeros(layers_[0].frame_voxels());
      } else if (frame.layer == OutputFrame::kMerged) {
        WriteMerged(writer, frame, label);
      } else if (layers_[frame.layer].type == LabelType::kUint8) {
        WriteFrame<uint8_t>(writer, frame, label);
      } else {
        WriteFrame<uint16_t>(writer, frame, label);
      }
    }
    writer.Finish();
  }

  template <class Value>
  void WriteFrame(BitWriter& writer, const OutputFrame& frame, uint16_t label) {
    const LabelVolume& layer = layers_[frame.layer];
    const size_t columns = layer.columns;
    const size_t before = frame.first_row * columns;
    const size_t count = (frame.last_row + 1 - frame.first_row) * columns;
    const auto* values =
        static_cast<const Value*>(layer.data) + frame.source_frame * layer.frame_voxels();
    writer.Zeros(before);
    writer.Equal(values + before, count, static_cast<Value>(label));
    writer.Zeros(layer.frame_voxels() - before - count);
  }

  void WriteMerged(BitWriter& writer, const OutputFrame& frame, uint16_t label) {
    const size_t count = layers_[0].frame_voxels();
    mask_.assign(count, 0);
    for (const LabelVolume& layer : layers_) {
      for (size_t i = 0; i < count; ++i) {
        mask_[i] |= layer.At(frame.source_frame * count + i) == label ? 1 : 0;
      }
    }
    writer.Equal(mask_.data(), count, uint8_t{1});
  }

  // FRACTIONAL and LABELMAP: whole frames as they are, or widened or narrowed.
  void WriteBytes(const OutputFrame& frame) {
    const LabelVolume& layer = layers_[frame.layer];
    const size_t count = layer.frame_voxels();
    const size_t start = frame.source_frame * count;
    bytes_written_ += count * layout_.label_bytes;
    if (layer.voxel_bytes() == layout_.label_bytes && !frame.empty) {
      const auto* bytes = static_cast<const char*>(layer.data) + start * layout_.label_bytes;
      return sink_({bytes, count * layout_.label_bytes});
    }
    converted_.assign(count * layout_.label_bytes, '\0');
    for (size_t i = 0; i < count && !frame.empty; ++i) {
      const uint16_t value = layer.At(start + i);
      std::memcpy(converted_.data() + i * layout_.label_bytes, &value, layout_.label_bytes);
    }
    sink_(converted_);
  }

  std::span<const LabelVolume> layers_;
  const Description& description_;
  const Options& options_;
  const Plan& plan_;
  const Layout& layout_;
  Sink sink_;
  std::vector<uint8_t> mask_;
  std::string converted_;
  uint64_t bytes_written_ = 0;
};

const dicom::TransferSyntax& SyntaxOf(const Options& options) {
  static constexpr std::string_view kUids[] = {"1.2.840.10008.1.2.1", "1.2.840.10008.1.2.5",
                                               "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.8.1"};
  if (options.deflated) return dicom::kDeflatedExplicitLittleEndian;
  return *dicom::FindTransferSyntax(kUids[static_cast<size_t>(options.compression)]);
}

// An empty Basic Offset Table and a fragment per frame (PS3.5 A.4); no frame needs its neighbours.
void WriteCompressed(const HeaderParts& parts, std::span<const LabelVolume> layers,
                     const Sink& sink) {
  sink(std::string_view("\xE0\x7F\x10\x00OB\x00\x00\xFF\xFF\xFF\xFF", 12));
  sink(std::string_view("\xFE\xFF\x00\xE0\x00\x00\x00\x00", 8));
  Plan one = parts.plan;
  const FrameShape shape{parts.source.rows, parts.source.columns,
                         parts.options.kind == Kind::kBinary ? 1 : 8 * parts.layout.label_bytes};
  for (const OutputFrame& frame : parts.plan.frames) {
    one.frames = {frame};
    std::string native;
    PixelWriter(layers, parts.description, parts.options, one, parts.layout,
                [&](std::string_view piece) { native += piece; })
        .WritePixels();
    std::string fragment = CompressFrame(native, shape, parts.options.compression);
    fragment.resize(fragment.size() + fragment.size() % 2);
    std::string header("\xFE\xFF\x00\xE0", 4);
    header.resize(8);
    const auto size = static_cast<uint32_t>(fragment.size());
    std::memcpy(header.data() + 4, &size, 4);
    sink(header);
    sink(fragment);
  }
  sink(std::string_view("\xFE\xFF\xDD\xE0\x00\x00\x00\x00", 8));
}

std::vector<std::string> TrackingUids(const Description& description, UidSource& uids) {
  std::vector<std::string> tracking;
  for (const Segment& segment : description.segments) {
    tracking.push_back(segment.tracking_uid.empty() ? uids.New() : segment.tracking_uid);
  }
  return tracking;
}

void WriteDataSet(const HeaderParts& parts, std::span<const LabelVolume> layers,
                  const std::vector<std::string>& tracking, UidSource& uids, const Sink& sink) {
  sink(dicom::Write(MakeHeader(parts, tracking, uids), dicom::kExplicitLittleEndian));
  FrameGroups(parts.source, parts.plan, parts.layout, parts.options.derivation_note).Write(sink);
  if (parts.options.compression != Compression::kNone) {
    return WriteCompressed(parts, layers, sink);
  }
  PixelWriter(layers, parts.description, parts.options, parts.plan, parts.layout, sink).Write();
}

// PS3.5 A.5: the data set, not the File Meta; padded to an even length.
void WriteDeflated(const HeaderParts& parts, std::span<const LabelVolume> layers,
                   const std::vector<std::string>& tracking, UidSource& uids, const Sink& sink) {
  uint64_t bytes = 0;
  Deflater deflater(Deflater::Format::kRaw, 1, [&](std::string_view piece) {
    bytes += piece.size();
    sink(piece);
  });
  WriteDataSet(parts, layers, tracking, uids,
               [&](std::string_view piece) { deflater.Write(piece); });
  deflater.Finish();
  if (bytes % 2 != 0) sink(std::string_view("\0", 1));
}

}  // namespace

std::vector<Finding> CheckLabels(const Source& source, std::span<const LabelVolume> layers,
                                 const Description& description, const Options& options) {
  auto findings = Check(description);
  const auto shape = CheckShape(source, layers, description, options);
  findings.insert(findings.end(), shape.begin(), shape.end());
  if (HasErrors(shape)) return findings;
  const auto content = CheckPlan(MakePlan(layers, description, options), description, options);
  findings.insert(findings.end(), content.begin(), content.end());
  return findings;
}

std::vector<Finding> CheckLabels(const Source& source, const LabelVolume& labels,
                                 const Description& description) {
  return CheckLabels(source, {&labels, 1}, description, {});
}

Encoded Encode(const Source& source, std::span<const LabelVolume> layers,
               const Description& description, const Identity& identity, const Options& options,
               UidSource& uids, Time now, const Sink& sink) {
  CheckIdentity(identity, source);
  auto findings = Check(description);
  const auto shape = CheckShape(source, layers, description, options);
  findings.insert(findings.end(), shape.begin(), shape.end());
  ThrowOnErrors(findings);
  const Plan plan = MakePlan(layers, description, options);
  ThrowOnErrors(CheckPlan(plan, description, options));

  const Layout layout = LayoutOf(source, description, options);
  const HeaderParts parts{source, description, identity, options, plan, layout, now};
  Encoded encoded{identity.sop_instance_uid, static_cast<uint32_t>(plan.frames.size()), 0,
                  plan.numbers, TrackingUids(description, uids)};
  const Sink counted = [&](std::string_view bytes) {
    encoded.bytes += bytes.size();
    sink(bytes);
  };
  const bool label_map = options.kind == Kind::kLabelMap;
  counted(dicom::FileMeta(label_map ? kLabelMapStorage : kSegmentationStorage,
                          identity.sop_instance_uid, SyntaxOf(options)));
  const auto write = options.deflated ? WriteDeflated : WriteDataSet;
  write(parts, layers, encoded.tracking_uids, uids, counted);
  return encoded;
}

std::string Encode(const Source& source, const LabelVolume& labels, const Description& description,
                   const Identity& identity, const Options& options, UidSource& uids, Time now,
                   Encoded* encoded) {
  std::string bytes;
  const Encoded result = Encode(source, {&labels, 1}, description, identity, options, uids, now,
                                [&](std::string_view piece) { bytes.append(piece); });
  if (encoded != nullptr) *encoded = result;
  return bytes;
}

Encoded EncodeToFile(const std::filesystem::path& path, const Source& source,
                     std::span<const LabelVolume> layers, const Description& description,
                     const Identity& identity, const Options& options, UidSource& uids, Time now) {
  FileSink file(path);
  const Encoded encoded = Encode(source, layers, description, identity, options, uids, now,
                                 [&](std::string_view piece) { file.Write(piece); });
  file.Commit();
  return encoded;
}

}  // namespace glossator::seg
