// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/consensus.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "agreement/consensus.h"
#include "dicom/error.h"
#include "dicom/io.h"

namespace glossator::node {
namespace {

constexpr size_t kLabelsMax = 254;
const dicom::Code kSensitivity{"Sensitivity", "99GLOSSATOR", "Sensitivity against the consensus"};
const dicom::Code kSpecificity{"Specificity", "99GLOSSATOR", "Specificity against the consensus"};
const dicom::Code kVolume{"118565006", "SCT", "Volume"};
const dicom::Code kCubicMillimeter{"mm3", "UCUM", "cubic millimeter"};

// From the first voxel to behind the last, by frame, row and column.
struct Box {
  std::array<uint32_t, 3> begin{UINT32_MAX, UINT32_MAX, UINT32_MAX};
  std::array<uint32_t, 3> end{};

  void Add(const std::array<uint32_t, 3>& place) {
    for (size_t i = 0; i < 3; ++i) {
      begin[i] = std::min(begin[i], place[i]);
      end[i] = std::max(end[i], place[i] + 1);
    }
  }
  // With a margin of one voxel, inside of the volume.
  uint64_t Voxels(const std::array<uint32_t, 3>& size) const {
    uint64_t voxels = 1;
    for (size_t i = 0; i < 3; ++i) {
      if (end[i] == 0) return 0;
      const uint32_t first = begin[i] == 0 ? 0 : begin[i] - 1;
      voxels *= std::min(end[i] + 1, size[i]) - first;
    }
    return voxels;
  }
};

// A structure that somebody drew.
struct Structure {
  seg::Segment segment;  // as the first who drew it describes it
  agreement::PatternCounts counts;
  Box box;
  agreement::Consensus consensus;
};

bool DrewSeveral(const Drawings& drawings, const dicom::Code& type) {
  int count = 0;
  for (const seg::Segmentation& object : drawings.objects()) {
    for (const seg::Segment& segment : object.description.segments) {
      count += segment.type.SameConcept(type) ? 1 : 0;
    }
  }
  return count > 1;
}

// The voxels of all readers as numbers of structures, from 1; 0 is none.
class Stack {
 public:
  Stack(const std::vector<OtherRead>& reads, const seg::Source& source)
      : size_{static_cast<uint32_t>(source.frames.size()), source.rows, source.columns},
        voxels_(source.frames.size() * source.rows * source.columns) {
    for (const OtherRead& read : reads) CollectTypes(Drawings(read.segmentations, source));
    for (const OtherRead& read : reads) {
      layers_.push_back(Numbered(Drawings(read.segmentations, source)));
    }
    for (Structure& structure : structures_) structure.counts.resize(size_t{1} << layers_.size());
  }

  std::vector<Structure>& structures() { return structures_; }
  size_t readers() const { return layers_.size(); }
  size_t voxels() const { return voxels_; }

  // Calls visit(structure, pattern) for each structure that somebody has at the voxel.
  template <class Visit>
  void ForEachAt(size_t voxel, Visit visit) const {
    for (size_t i = 0; i < layers_.size(); ++i) {
      const uint8_t number = layers_[i][voxel];
      if (number == 0) continue;
      size_t pattern = 0;
      bool is_first = true;
      for (size_t k = 0; k < layers_.size(); ++k) {
        if (layers_[k][voxel] != number) continue;
        pattern |= size_t{1} << k;
        is_first = is_first && k >= i;
      }
      if (is_first) visit(size_t{number} - 1, pattern);
    }
  }

  void Count() {
    size_t voxel = 0;
    for (uint32_t frame = 0; frame < size_[0]; ++frame) {
      for (uint32_t row = 0; row < size_[1]; ++row) {
        for (uint32_t column = 0; column < size_[2]; ++column, ++voxel) {
          ForEachAt(voxel, [&](size_t number, size_t pattern) {
            ++structures_[number].counts[pattern];
            structures_[number].box.Add({frame, row, column});
          });
        }
      }
    }
    for (Structure& structure : structures_) {
      uint64_t marked = 0;
      for (const uint64_t count : structure.counts) marked += count;
      structure.counts[0] = structure.box.Voxels(size_) - marked;
    }
  }

 private:
  // A name tells structures of one type apart once some reader has several of it.
  void CollectTypes(const Drawings& drawings) {
    for (const seg::Segmentation& object : drawings.objects()) {
      for (const seg::Segment& segment : object.description.segments) {
        if (DrewSeveral(drawings, segment.type)) several_.push_back(segment.type);
      }
    }
  }

  bool AreSame(const seg::Segment& one, const seg::Segment& other) const {
    if (!one.type.SameConcept(other.type)) return false;
    const bool by_name = std::ranges::any_of(
        several_, [&](const dicom::Code& type) { return type.SameConcept(one.type); });
    return !by_name || one.name == other.name;
  }

  uint8_t NumberOf(const seg::Segment& segment) {
    const auto known = std::ranges::find_if(
        structures_, [&](const Structure& one) { return AreSame(one.segment, segment); });
    const auto index = static_cast<size_t>(known - structures_.begin());
    if (known == structures_.end()) structures_.push_back({segment, {}, {}, {}});
    if (index >= kLabelsMax) throw Error(ErrorKind::kUnsupported, "too many segments");
    return static_cast<uint8_t>(index + 1);
  }

  std::vector<uint8_t> Numbered(Drawings drawings) {
    std::vector<uint8_t> layer(voxels_, 0);
    for (size_t k = 0; k < drawings.objects().size(); ++k) {
      std::vector<uint8_t> numbers(65536, 0);
      for (const seg::Segment& segment : drawings.objects()[k].description.segments) {
        numbers[segment.label] = NumberOf(segment);
      }
      const seg::LabelVolume view = drawings.LabelsOf(k).view();
      for (size_t i = 0; i < voxels_; ++i) {
        if (const uint8_t number = numbers[view.At(i)]; number != 0) layer[i] = number;
      }
    }
    return layer;
  }

  const std::array<uint32_t, 3> size_;
  const size_t voxels_;
  std::vector<dicom::Code> several_;
  std::vector<Structure> structures_;
  std::vector<std::vector<uint8_t>> layers_;
};

void RequireReaders(size_t readers, ConsensusMethod method) {
  const size_t least = ReadersFor(method);
  if (readers < least) {
    throw Error(ErrorKind::kConflict, "this needs the work of " + std::to_string(least) +
                                          " readers; there is that of " + std::to_string(readers));
  }
  if (readers > agreement::kRatersMax) {
    throw Error(ErrorKind::kUnsupported, "too many readers");
  }
}

// The structure of a voxel, from 1; 0: none.
uint8_t Decide(const Stack& stack, const std::vector<Structure>& structures, size_t voxel) {
  uint8_t best = 0;
  double probability = 0.5;
  stack.ForEachAt(voxel, [&](size_t number, size_t pattern) {
    const double here = structures[number].consensus.probability[pattern];
    if (here > probability) {
      best = static_cast<uint8_t>(number + 1);
    } else if (here == probability) {
      best = 0;
    }
    probability = std::max(probability, here);
  });
  return best;
}

double VoxelVolume(const seg::Source& source) {
  if (!source.has_planes() || !source.IsRegular() || source.frames.empty()) return 0;
  const seg::Plane& plane = *source.frames.front().plane;
  return plane.row_spacing * plane.column_spacing * source.SliceSpacing();
}

void AddPerformance(const std::vector<OtherRead>& reads, const Structure& structure, uint16_t label,
                    Computation& computation) {
  for (size_t i = 0; i < reads.size(); ++i) {
    const agreement::Performance& one = structure.consensus.raters[i];
    const std::string& reader = reads[i].reader.id;
    if (one.sensitivity) {
      computation.values.push_back({label, ValueOf(reader, kSensitivity, *one.sensitivity)});
    }
    if (one.specificity) {
      computation.values.push_back({label, ValueOf(reader, kSpecificity, *one.specificity)});
    }
  }
}

sr::Algorithm AlgorithmOf(ConsensusMethod method, size_t readers) {
  return {.name = method == ConsensusMethod::kStaple ? "STAPLE" : "Majority vote",
          .version = std::string(dicom::kImplementationVersionName),
          .parameters = "readers: " + std::to_string(readers) +
                        "; over the box around all that was drawn and one voxel more"};
}

}  // namespace

ConsensusMethod ConsensusMethodFrom(const std::string& name) {
  if (name == "majority") return ConsensusMethod::kMajority;
  if (name == "staple") return ConsensusMethod::kStaple;
  throw Error(ErrorKind::kInvalid, "method: expected majority or staple");
}

size_t ReadersFor(ConsensusMethod method) { return method == ConsensusMethod::kStaple ? 3 : 2; }

const char* NameOf(ConsensusMethod method) {
  return method == ConsensusMethod::kStaple ? "staple" : "majority";
}

ConsensusDrawing ConsensusOf(const std::vector<OtherRead>& reads, const seg::Source& source,
                             ConsensusMethod method) {
  RequireReaders(reads.size(), method);
  Stack stack(reads, source);
  stack.Count();
  ConsensusDrawing made;
  made.computation.algorithm = AlgorithmOf(method, reads.size());
  made.labels = {static_cast<uint32_t>(source.frames.size()), source.rows, source.columns,
                 seg::LabelType::kUint8, std::vector<uint8_t>(stack.voxels(), 0)};
  made.form.series_instance_uid = source.series_instance_uid;
  made.form.shape = {made.labels.frames, made.labels.rows, made.labels.columns};
  const auto compute =
      method == ConsensusMethod::kStaple ? agreement::EstimateTruth : agreement::MajorityVote;
  for (Structure& one : stack.structures()) one.consensus = compute(reads.size(), one.counts);
  std::vector<uint64_t> sizes(stack.structures().size() + 1, 0);
  for (size_t voxel = 0; voxel < stack.voxels(); ++voxel) {
    made.labels.bytes[voxel] = Decide(stack, stack.structures(), voxel);
    ++sizes[made.labels.bytes[voxel]];
  }
  const double voxel_volume = VoxelVolume(source);
  for (size_t i = 0; i < stack.structures().size(); ++i) {
    seg::Segment segment = stack.structures()[i].segment;
    segment.label = static_cast<uint16_t>(i + 1);
    segment.algorithm_type = "SEMIAUTOMATIC";  // drawn by people, decided by an algorithm
    segment.algorithm_name = made.computation.algorithm.name;
    segment.algorithm.reset();
    segment.tracking_id.clear();
    segment.tracking_uid.clear();
    if (voxel_volume > 0) {
      made.form.measurements.push_back({.tracking_identifier = segment.name,
                                        .concept_name = kVolume,
                                        .value = voxel_volume * static_cast<double>(sizes[i + 1]),
                                        .unit = kCubicMillimeter,
                                        .finding = segment.type,
                                        .segment = segment.label});
    }
    AddPerformance(reads, stack.structures()[i], segment.label, made.computation);
    made.form.description.segments.push_back(std::move(segment));
  }
  return made;
}

}  // namespace glossator::node
