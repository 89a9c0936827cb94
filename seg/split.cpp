// SPDX-License-Identifier: GPL-3.0-or-later
#include "seg/split.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <set>

namespace glossator::seg {
namespace {

using Group = std::vector<size_t>;  // indices into Description::segments

// By label: index of the segment, or kNone.
constexpr size_t kNone = SIZE_MAX;
std::vector<size_t> SegmentOfLabel(const Description& description) {
  std::vector<size_t> segments(65536, kNone);
  for (size_t i = 0; i < description.segments.size(); ++i) {
    segments[description.segments[i].label] = i;
  }
  return segments;
}

std::set<std::pair<size_t, size_t>> OverlappingPairs(std::span<const LabelVolume> layers,
                                                     const Description& description) {
  const auto segment_of = SegmentOfLabel(description);
  std::set<std::pair<size_t, size_t>> pairs;
  for (size_t a = 0; a < layers.size(); ++a) {
    for (size_t b = a + 1; b < layers.size(); ++b) {
      for (size_t i = 0; i < layers[a].voxels(); ++i) {
        const uint16_t one = layers[a].At(i);
        const uint16_t two = layers[b].At(i);
        if (one == 0 || two == 0 || one == two) continue;
        pairs.insert({segment_of[one], segment_of[two]});
        pairs.insert({segment_of[two], segment_of[one]});
      }
    }
  }
  return pairs;
}

// Each segment into the first group that it overlaps nothing of.
std::vector<Group> ByOverlap(std::span<const LabelVolume> layers, const Description& description) {
  const auto pairs = OverlappingPairs(layers, description);
  std::vector<Group> groups;
  for (size_t i = 0; i < description.segments.size(); ++i) {
    const auto free = std::find_if(groups.begin(), groups.end(), [&](const Group& group) {
      return std::none_of(group.begin(), group.end(), [&](size_t other) {
        return pairs.count({i, other}) > 0;
      });
    });
    if (free == groups.end()) {
      groups.push_back({i});
    } else {
      free->push_back(i);
    }
  }
  return groups;
}

std::vector<Group> Groups(std::span<const LabelVolume> layers, const Description& description,
                          Split split) {
  if (split == Split::kOverlap) return ByOverlap(layers, description);
  std::map<size_t, Group> by_key;
  for (size_t i = 0; i < description.segments.size(); ++i) {
    const size_t key = split == Split::kPerSegment ? i
                       : split == Split::kPerGroup ? description.segments[i].group
                                                   : 0;
    by_key[key].push_back(i);
  }
  std::vector<Group> groups;
  for (auto& entry : by_key) groups.push_back(std::move(entry.second));
  std::sort(groups.begin(), groups.end());
  return groups;
}

Labels CopyOf(const LabelVolume& layer) {
  Labels copy{layer.frames, layer.rows, layer.columns, layer.type, {}};
  const auto* bytes = static_cast<const uint8_t*>(layer.data);
  copy.bytes.assign(bytes, bytes + layer.bytes());
  return copy;
}

// Voxels of a layer whose label is wanted, into `out`; the others stay.
template <class Value>
void Merge(const LabelVolume& layer, const std::vector<bool>& wanted, Value* out) {
  for (size_t i = 0; i < layer.voxels(); ++i) {
    const uint16_t label = layer.At(i);
    if (wanted[label]) out[i] = static_cast<Value>(label);
  }
}

void MergeInto(const LabelVolume& layer, const std::vector<bool>& wanted, Labels& out) {
  if (out.type == LabelType::kUint8) return Merge(layer, wanted, out.bytes.data());
  Merge(layer, wanted, reinterpret_cast<uint16_t*>(out.bytes.data()));
}

Labels EmptyLike(const LabelVolume& layer, LabelType type) {
  Labels labels{layer.frames, layer.rows, layer.columns, type, {}};
  labels.bytes.resize(labels.view().bytes());
  return labels;
}

std::vector<Labels> LayersOf(std::span<const LabelVolume> layers, const Part& part, Kind kind) {
  std::vector<bool> wanted(65536, false);
  for (const Segment& segment : part.description.segments) wanted[segment.label] = true;
  LabelType type = LabelType::kUint8;
  for (const LabelVolume& layer : layers) {
    if (layer.type == LabelType::kUint16) type = LabelType::kUint16;
  }
  std::vector<Labels> made;
  for (const LabelVolume& layer : layers) {
    if (made.empty() || kind == Kind::kBinary) made.push_back(EmptyLike(layer, type));
    MergeInto(layer, wanted, made.back());
  }
  return made;
}

}  // namespace

std::vector<LabelVolume> Part::views() const {
  std::vector<LabelVolume> volumes;
  for (const Labels& layer : layers) volumes.push_back(layer.view());
  return volumes;
}

std::vector<Description> SplitDescription(std::span<const LabelVolume> layers,
                                          const Description& description, Split split) {
  std::vector<Description> parts;
  for (const Group& group : Groups(layers, description, split)) {
    Description& part = parts.emplace_back(description);
    part.segments.clear();
    for (const size_t i : group) part.segments.push_back(description.segments[i]);
  }
  return parts;
}

Part PartOf(std::span<const LabelVolume> layers, const Description& description,
            const Description& part, Kind kind) {
  Part made{part, {}};
  if (kind != Kind::kFractional) {
    made.layers = LayersOf(layers, made, kind);
    return made;
  }
  const auto index_of = SegmentOfLabel(description);
  for (const Segment& segment : part.segments) {
    made.layers.push_back(CopyOf(layers[index_of[segment.label]]));
  }
  return made;
}

std::vector<Part> SplitLabels(std::span<const LabelVolume> layers, const Description& description,
                              Kind kind, Split split) {
  std::vector<Part> parts;
  for (const Description& part : SplitDescription(layers, description, split)) {
    parts.push_back(PartOf(layers, description, part, kind));
  }
  return parts;
}

}  // namespace glossator::seg
