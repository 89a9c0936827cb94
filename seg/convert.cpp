// SPDX-License-Identifier: GPL-3.0-or-later
#include "seg/convert.h"

#include <algorithm>
#include <set>

#include "dicom/error.h"
#include "seg/slide.h"

namespace glossator::seg {
namespace tags = dicom::tags;
namespace {

// SOP classes of the referenced images, by instance.
struct References {
  std::map<std::string, std::string> class_of;
  std::string series_instance_uid;
};

References ReferencesOf(const dicom::DataSet& head) {
  References references;
  for (const auto& series : head.GetItems(tags::ReferencedSeriesSequence)) {
    if (references.series_instance_uid.empty()) {
      references.series_instance_uid = series.GetString(tags::SeriesInstanceUID);
    }
    for (const auto& instance : series.GetItems(tags::ReferencedInstanceSequence)) {
      references.class_of[instance.GetString(tags::ReferencedSOPInstanceUID)] =
          instance.GetString(tags::ReferencedSOPClassUID);
    }
  }
  return references;
}

// Frames in the object's own order, each place once.
class SourceMaker {
 public:
  explicit SourceMaker(const Segmentation& segmentation)
      : segmentation_(segmentation), references_(ReferencesOf(segmentation.head)) {}

  Source Make() {
    source_.rows = segmentation_.rows;
    source_.columns = segmentation_.columns;
    source_.study_instance_uid = segmentation_.study_instance_uid;
    source_.series_instance_uid = references_.series_instance_uid;
    source_.head = segmentation_.head;
    source_.slide = SlideOf(segmentation_.head);
    source_.lossy = segmentation_.head.GetString(tags::LossyImageCompression) == "01";
    for (const SegmentationFrame& frame : segmentation_.frames) Add(frame);
    const bool planes = std::all_of(source_.frames.begin(), source_.frames.end(),
                                    [](const SourceFrame& frame) { return frame.plane; });
    if (planes || source_.slide) {
      source_.frame_of_reference_uid = segmentation_.frame_of_reference_uid;
    }
    if (planes) std::stable_sort(source_.frames.begin(), source_.frames.end(), Before);
    source_.Index();
    return std::move(source_);
  }

 private:
  static bool Before(const SourceFrame& a, const SourceFrame& b) {
    return a.plane->Along() < b.plane->Along();
  }

  void Add(const SegmentationFrame& frame) {
    if (frame.sources.size() != 1) {
      throw Error(ErrorKind::kUnsupported,
                  "segmentation: a frame does not name one source image; give the source");
    }
    const FrameReference& reference = frame.sources[0];
    const std::string& uid = reference.sop_instance_uid;
    const auto next = static_cast<uint32_t>(source_.instances.size());
    const auto [place, added] = instances_.emplace(uid, next);
    if (added) source_.instances.push_back({references_.class_of[uid], uid, 1, false});
    SourceInstance& instance = source_.instances[place->second];
    instance.multi_frame |= reference.frame_number > 1;
    if (!seen_.insert({place->second, reference.frame_number}).second) return;
    source_.frames.push_back({place->second, reference.frame_number, frame.plane, frame.tile});
  }

  const Segmentation& segmentation_;
  References references_;
  Source source_;
  std::map<std::string, uint32_t> instances_;
  std::set<std::pair<uint32_t, uint32_t>> seen_;
};

using Layers = std::vector<Labels>;

// One layer per segment, every set voxel turned into `value_of(value)`.
template <class ValueOf>
Layers OnePerSegment(const Segmentation& segmentation, const Source& source, ValueOf&& value_of) {
  Layers layers;
  for (const Segment& segment : segmentation.description.segments) {
    Labels layer = DecodeSegment(segmentation, source, segment.label);
    for (uint8_t& value : layer.bytes) value = value_of(value, segment.label);
    layers.push_back(std::move(layer));
  }
  return layers;
}

// A layer per segment as labels: needs 8 bits only because of DecodeSegment, so widened here.
Layers AsLabels(const Segmentation& segmentation, const Source& source) {
  const bool fractional = segmentation.kind == Kind::kFractional;
  const uint32_t least = fractional ? (segmentation.maximum_fractional_value + 1) / 2 : 1;
  Layers layers;
  for (const Segment& segment : segmentation.description.segments) {
    const Labels mask = DecodeSegment(segmentation, source, segment.label);
    Labels layer{mask.frames, mask.rows, mask.columns, LabelType::kUint16, {}};
    layer.bytes.resize(layer.view().bytes());
    auto* values = reinterpret_cast<uint16_t*>(layer.bytes.data());
    for (size_t i = 0; i < mask.bytes.size(); ++i) {
      values[i] = mask.bytes[i] >= least ? segment.label : uint16_t{0};
    }
    layers.push_back(std::move(layer));
  }
  return layers;
}

// One labelmap when nothing overlaps.
Layers Merged(Layers layers) {
  if (layers.empty()) return layers;
  auto* into = reinterpret_cast<uint16_t*>(layers[0].bytes.data());
  for (size_t k = 1; k < layers.size(); ++k) {
    const auto* from = reinterpret_cast<const uint16_t*>(layers[k].bytes.data());
    for (size_t i = 0; i < layers[0].view().voxels(); ++i) {
      if (from[i] == 0) continue;
      if (into[i] != 0) throw Error(ErrorKind::kConflict, "segmentation: segments overlap");
      into[i] = from[i];
    }
  }
  layers.resize(1);
  return layers;
}

Layers LayersFor(const Segmentation& segmentation, const Source& source, const Options& options) {
  const uint8_t maximum = options.maximum_fractional_value;
  if (options.kind == Kind::kFractional) {
    if (segmentation.kind == Kind::kFractional) {
      return OnePerSegment(segmentation, source, [](uint8_t value, uint16_t) { return value; });
    }
    return OnePerSegment(segmentation, source, [maximum](uint8_t value, uint16_t) {
      return value != 0 ? maximum : uint8_t{0};
    });
  }
  if (segmentation.kind == Kind::kLabelMap) return {Decode(segmentation, source)};
  Layers layers = AsLabels(segmentation, source);
  return options.kind == Kind::kLabelMap ? Merged(std::move(layers)) : layers;
}

}  // namespace

Source SourceOf(const Segmentation& segmentation) { return SourceMaker(segmentation).Make(); }

Encoded Convert(const Segmentation& segmentation, const Identity& identity, const Options& options,
                UidSource& uids, Time now, const Sink& sink) {
  const Source source = SourceOf(segmentation);
  Options wanted = options;
  if (segmentation.kind == Kind::kFractional && segmentation.maximum_fractional_value > 0) {
    wanted.maximum_fractional_value =
        static_cast<uint8_t>(std::min<uint32_t>(255, segmentation.maximum_fractional_value));
    if (segmentation.head.GetString(tags::SegmentationFractionalType) == "OCCUPANCY") {
      wanted.fractional_type = FractionalType::kOccupancy;
    }
  }
  const Layers layers = LayersFor(segmentation, source, wanted);
  std::vector<LabelVolume> views;
  for (const Labels& layer : layers) views.push_back(layer.view());
  return Encode(source, views, segmentation.description, identity, wanted, uids, now, sink);
}

}  // namespace glossator::seg
