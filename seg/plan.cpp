// SPDX-License-Identifier: GPL-3.0-or-later
#include "seg/plan.h"

#include <algorithm>
#include <optional>

#include "seg/scan.h"

namespace glossator::seg {
namespace {

Finding Fault(const char* severity, const char* code, const std::string& path,
              const std::string& message, const char* paragraph = "") {
  return {"", severity, code, path, paragraph, message};
}

std::vector<uint16_t> Numbers(const Description& description, Kind kind) {
  std::vector<uint16_t> numbers;
  for (const Segment& segment : description.segments) {
    const auto next = static_cast<uint16_t>(numbers.size() + 1);
    numbers.push_back(kind == Kind::kLabelMap ? segment.label : next);
  }
  return numbers;
}

// Two layers set the same voxel to different labels.
bool Overlap(const LabelVolume& a, const LabelVolume& b, uint32_t frame) {
  const size_t start = frame * a.frame_voxels();
  for (size_t i = start; i < start + a.frame_voxels(); ++i) {
    const uint16_t x = a.At(i);
    const uint16_t y = b.At(i);
    if (x != 0 && y != 0 && x != y) return true;
  }
  return false;
}

// One frame of BINARY: the segments of all layers, each once.
class BinaryFrame {
 public:
  void Add(const Extent& extent, uint32_t layer, uint32_t source_frame) {
    for (OutputFrame& frame : frames) {
      if (frame.segment != extent.segment) continue;
      frame.layer = OutputFrame::kMerged;
      frame.first_row = std::min(frame.first_row, extent.first_row);
      frame.last_row = std::max(frame.last_row, extent.last_row);
      return;
    }
    frames.push_back(
        {extent.segment, source_frame, layer, extent.first_row, extent.last_row, false});
  }
  std::vector<OutputFrame> frames;
};

class Planner {
 public:
  Planner(std::span<const LabelVolume> layers, const Description& description,
          const Options& options)
      : layers_(layers), description_(description), options_(options), scanner_(description) {
    plan_.numbers = Numbers(description, options.kind);
  }

  Plan Make() {
    if (options_.kind == Kind::kBinary) Binary();
    if (options_.kind == Kind::kLabelMap) LabelMap();
    if (options_.kind == Kind::kFractional) Fractional();
    plan_.unknown = scanner_.unknown();
    FindAbsent();
    if (options_.keep_empty_frames) KeepEmpty();
    if (plan_.frames.empty() && !description_.segments.empty()) {
      plan_.frames.push_back({0, 0, 0, 0, 0, true});
    }
    SortFrames();
    return std::move(plan_);
  }

 private:
  uint32_t frames() const { return layers_.front().frames; }

  void Binary() {
    bool overlap = false;
    for (uint32_t frame = 0; frame < frames(); ++frame) {
      BinaryFrame all;
      for (uint32_t layer = 0; layer < layers_.size(); ++layer) {
        const auto extents = scanner_.Scan(layers_[layer], frame);
        const bool both = !all.frames.empty() && !extents.empty();
        for (const Extent& extent : extents) all.Add(extent, layer, frame);
        for (uint32_t k = 0; both && !overlap && k < layer; ++k) {
          overlap = Overlap(layers_[layer], layers_[k], frame);
        }
      }
      plan_.frames.insert(plan_.frames.end(), all.frames.begin(), all.frames.end());
    }
    plan_.overlap = overlap ? "YES" : "NO";
  }

  void LabelMap() {
    const uint32_t last = layers_[0].rows - 1;
    for (uint32_t frame = 0; frame < frames(); ++frame) {
      const auto extents = scanner_.Scan(layers_[0], frame);
      for (const Extent& extent : extents) present_.insert(extent.segment);
      if (!extents.empty()) plan_.frames.push_back({0, frame, 0, 0, last, false});
    }
    plan_.overlap = "NO";
  }

  void Fractional() {
    for (uint32_t segment = 0; segment < layers_.size(); ++segment) {
      for (uint32_t frame = 0; frame < frames(); ++frame) FractionalFrame(segment, frame);
    }
    plan_.overlap = FractionsOverlap() ? "YES" : "NO";
  }

  // Two segments above zero in one voxel.
  bool FractionsOverlap() const {
    const size_t count = layers_[0].frame_voxels();
    std::vector<uint8_t> seen(count);
    for (uint32_t frame = 0; layers_.size() > 1 && frame < frames(); ++frame) {
      std::fill(seen.begin(), seen.end(), uint8_t{0});
      uint8_t twice = 0;
      for (const LabelVolume& layer : layers_) {
        const auto* values = static_cast<const uint8_t*>(layer.data) + frame * count;
        for (size_t i = 0; i < count; ++i) {
          const uint8_t here = values[i] != 0;
          twice |= seen[i] & here;
          seen[i] |= here;
        }
      }
      if (twice != 0) return true;
    }
    return false;
  }

  void FractionalFrame(uint32_t segment, uint32_t frame) {
    const LabelVolume& layer = layers_[segment];
    const auto* values = static_cast<const uint8_t*>(layer.data) + frame * layer.frame_voxels();
    const uint8_t most = *std::max_element(values, values + layer.frame_voxels());
    if (most == 0) return;
    plan_.above_maximum |= most > options_.maximum_fractional_value;
    plan_.frames.push_back({segment, frame, segment, 0, layer.rows - 1, false});
  }

  void FindAbsent() {
    if (options_.kind != Kind::kLabelMap) {
      for (const OutputFrame& frame : plan_.frames) present_.insert(frame.segment);
    }
    for (uint32_t i = 0; i < description_.segments.size(); ++i) {
      if (present_.count(i) == 0) plan_.absent.insert(i);
    }
  }

  void KeepEmpty() {
    std::set<std::pair<uint32_t, uint32_t>> there;
    for (const OutputFrame& frame : plan_.frames) there.insert({frame.segment, frame.source_frame});
    const size_t segments = options_.kind == Kind::kLabelMap ? 1 : description_.segments.size();
    for (uint32_t segment = 0; segment < segments; ++segment) {
      for (uint32_t frame = 0; frame < frames(); ++frame) {
        if (there.count({segment, frame}) > 0) continue;
        plan_.frames.push_back({segment, frame, 0, 0, 0, true});
      }
    }
  }

  void SortFrames() {
    std::sort(plan_.frames.begin(), plan_.frames.end(),
              [](const OutputFrame& a, const OutputFrame& b) {
                return std::pair(a.segment, a.source_frame) < std::pair(b.segment, b.source_frame);
              });
    std::set<uint32_t> used;
    for (const OutputFrame& frame : plan_.frames) used.insert(frame.source_frame);
    plan_.used.assign(used.begin(), used.end());
  }

  std::span<const LabelVolume> layers_;
  const Description& description_;
  const Options& options_;
  Scanner scanner_;
  std::set<uint32_t> present_;
  Plan plan_;
};

std::string Shape(uint32_t frames, uint32_t rows, uint32_t columns) {
  return std::to_string(frames) + " x " + std::to_string(rows) + " x " + std::to_string(columns);
}

// FRACTIONAL has a layer per segment, LABELMAP one; BINARY as many as overlap needs.
std::optional<size_t> LayersWanted(Kind kind, size_t segments) {
  if (kind == Kind::kFractional) return segments;
  if (kind == Kind::kLabelMap) return 1;
  return std::nullopt;
}

}  // namespace

Plan MakePlan(std::span<const LabelVolume> layers, const Description& description,
              const Options& options) {
  return Planner(layers, description, options).Make();
}

std::vector<Finding> CheckShape(const Source& source, std::span<const LabelVolume> layers,
                                const Description& description, const Options& options) {
  std::vector<Finding> findings;
  const auto wanted = LayersWanted(options.kind, description.segments.size());
  if (layers.empty() || (wanted && *wanted != layers.size())) {
    findings.push_back(Fault(kFindingError, "layers", "labels",
                             "the number of layers does not fit the kind of segmentation"));
  }
  const bool bytes_only =
      options.compression == Compression::kRle || options.compression == Compression::kJpegLs;
  if (bytes_only && options.kind == Kind::kBinary) {
    findings.push_back(Fault(kFindingError, "compression", "(0002,0010)",
                             "RLE and JPEG-LS take whole bytes, BINARY has bits", "PS3.5 G.2"));
  }
  if (options.compression != Compression::kNone && options.deflated) {
    findings.push_back(Fault(kFindingError, "compression", "(0002,0010)",
                             "an object has one transfer syntax", "PS3.5 A"));
  }
  if (options.palette && options.kind != Kind::kLabelMap) {
    findings.push_back(Fault(kFindingError, "palette", "(0028,0004)",
                             "only a LABELMAP can have a palette", "PS3.3 C.8.20.2"));
  }
  for (const LabelVolume& layer : layers) {
    if (layer.frames != source.frames.size() || layer.rows != source.rows ||
        layer.columns != source.columns) {
      findings.push_back(Fault(
          kFindingError, "shape", "labels",
          "the labels are " + Shape(layer.frames, layer.rows, layer.columns) + ", the source is " +
              Shape(static_cast<uint32_t>(source.frames.size()), source.rows, source.columns)));
    }
    if (options.kind == Kind::kFractional && layer.type != LabelType::kUint8) {
      findings.push_back(
          Fault(kFindingError, "layers", "labels", "fractions must be 8 bit", "PS3.3 C.8.20.2"));
    }
  }
  return findings;
}

std::vector<Finding> CheckPlan(const Plan& plan, const Description& description,
                               const Options& options) {
  std::vector<Finding> findings;
  for (const uint16_t label : plan.unknown) {
    findings.push_back(Fault(kFindingError, "label-not-described",
                             "labels[" + std::to_string(label) + "]",
                             "a label occurs that no segment describes"));
  }
  for (const uint32_t segment : plan.absent) {
    findings.push_back(
        Fault(kFindingWarning, "segment-empty",
              "segments[" + std::to_string(description.segments[segment].label) + "]",
              "no voxel has this segment's label"));
  }
  if (plan.above_maximum) {
    findings.push_back(Fault(kFindingError, "fraction-range", "labels",
                             "a value is above the maximum fractional value",
                             "PS3.3 C.8.20.2.3.2"));
  }
  if (options.kind == Kind::kFractional && options.maximum_fractional_value == 0) {
    findings.push_back(Fault(kFindingError, "fraction-range", "(0062,000E)",
                             "the maximum fractional value is 0", "PS3.3 C.8.20.2.3.2"));
  }
  return findings;
}

}  // namespace glossator::seg
