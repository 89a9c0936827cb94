// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/drawings.h"

#include <algorithm>

#include "agreement/consensus.h"

namespace glossator::node {
namespace {

const dicom::Code kDice{"Dice", "99GLOSSATOR", "Dice coefficient against this result"};
const dicom::Code kNoUnit{"1", "UCUM", "no units"};

struct Counterpart {
  size_t drawing = 0;
  uint16_t number = 0;
};

std::optional<Counterpart> CounterpartOf(const seg::Segment& segment, const Drawings& theirs) {
  std::optional<Counterpart> found;
  for (size_t i = 0; i < theirs.objects().size(); ++i) {
    for (const seg::Segment& candidate : theirs.objects()[i].description.segments) {
      if (!candidate.type.SameConcept(segment.type)) continue;
      if (candidate.name == segment.name) return Counterpart{i, candidate.label};
      if (!found) found = Counterpart{i, candidate.label};
    }
  }
  return found;
}

std::optional<double> Agreement(const seg::Labels& ours, const seg::Segment& segment,
                                Drawings& theirs) {
  const auto match = CounterpartOf(segment, theirs);
  if (!match) return 0.0;
  return Dice(ours.view(), segment.label, theirs.LabelsOf(match->drawing).view(), match->number);
}

// The first group about a segment; nullptr: nothing was said of it.
sr::MeasurementGroup* GroupOf(const seg::Segmentation& ours, const seg::Segment& segment,
                              std::vector<sr::MeasurementGroup>& groups) {
  const auto group = std::ranges::find_if(groups, [&](const sr::MeasurementGroup& candidate) {
    return candidate.segment && candidate.segment->number == segment.label &&
           candidate.segment->sop_instance_uid == ours.sop_instance_uid;
  });
  return group == groups.end() ? nullptr : &*group;
}

bool HasAgreement(const sr::MeasurementGroup& group, const std::string& reader) {
  return std::ranges::any_of(group.measurements, [&](const sr::Measurement& measurement) {
    return measurement.reader == reader && measurement.concept_name.SameConcept(kDice);
  });
}

}  // namespace

Drawings::Drawings(const std::vector<std::string>& files, const seg::Source& source)
    : source_(source) {
  for (const std::string& file : files) objects_.push_back(seg::Read(file));
}

const seg::Labels& Drawings::LabelsOf(size_t index) {
  if (decoded_ != index) {
    decoded_.reset();
    seg::DecodeInto(objects_.at(index), source_, labels_);
    decoded_ = index;
  }
  return labels_;
}

std::optional<double> Dice(const seg::LabelVolume& one, uint16_t in_one,
                           const seg::LabelVolume& other, uint16_t in_other) {
  if (one.voxels() != other.voxels()) return std::nullopt;
  uint64_t first = 0;
  uint64_t second = 0;
  uint64_t both = 0;
  for (size_t i = 0; i < one.voxels(); ++i) {
    const bool a = one.At(i) == in_one;
    const bool b = other.At(i) == in_other;
    first += a ? 1U : 0U;
    second += b ? 1U : 0U;
    both += a && b ? 1U : 0U;
  }
  return agreement::DiceCoefficient(first, second, both);
}

sr::Measurement ValueOf(const std::string& reader, const dicom::Code& concept_name, double value) {
  sr::Measurement measurement;
  measurement.concept_name = concept_name;
  measurement.value = value;
  measurement.unit = kNoUnit;
  measurement.reader = reader;
  return measurement;
}

void AddAgreement(const std::vector<std::string>& segmentations,
                  const std::vector<OtherRead>& others, const seg::Source& source,
                  std::vector<sr::MeasurementGroup>& groups) {
  if (others.empty()) return;
  Drawings accepted(segmentations, source);
  for (const OtherRead& other : others) {
    Drawings theirs(other.segmentations, source);
    for (size_t i = 0; i < accepted.objects().size(); ++i) {
      const seg::Segmentation& ours = accepted.objects()[i];
      for (const seg::Segment& segment : ours.description.segments) {
        sr::MeasurementGroup* group = GroupOf(ours, segment, groups);
        if (group == nullptr || HasAgreement(*group, other.reader.id)) continue;
        const auto dice = Agreement(accepted.LabelsOf(i), segment, theirs);
        if (dice) group->measurements.push_back(ValueOf(other.reader.id, kDice, *dice));
      }
    }
  }
}

}  // namespace glossator::node
