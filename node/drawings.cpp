// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/drawings.h"

#include <algorithm>

#include "agreement/consensus.h"

namespace glossator::node {
namespace {

const dicom::Code kDice{"Dice", "99GLOSSATOR", "Dice coefficient against this result"};
const dicom::Code kNoUnit{"1", "UCUM", "no units"};

struct Counterpart {
  const Drawing* drawing = nullptr;
  uint16_t number = 0;
};

Counterpart CounterpartOf(const seg::Segment& segment, const std::vector<Drawing>& theirs) {
  Counterpart found;
  for (const Drawing& drawing : theirs) {
    for (const seg::Segment& candidate : drawing.object.description.segments) {
      if (!candidate.type.SameConcept(segment.type)) continue;
      if (candidate.name == segment.name) return {&drawing, candidate.label};
      if (found.drawing == nullptr) found = {&drawing, candidate.label};
    }
  }
  return found;
}

std::optional<double> Agreement(const Drawing& ours, const seg::Segment& segment,
                                const std::vector<Drawing>& theirs) {
  const Counterpart match = CounterpartOf(segment, theirs);
  if (match.drawing == nullptr) return 0.0;
  return Dice(ours.labels.view(), segment.label, match.drawing->labels.view(), match.number);
}

// The first group about a segment; nullptr: nothing was said of it.
sr::MeasurementGroup* GroupOf(const Drawing& ours, const seg::Segment& segment,
                              std::vector<sr::MeasurementGroup>& groups) {
  const auto group = std::ranges::find_if(groups, [&](const sr::MeasurementGroup& candidate) {
    return candidate.segment && candidate.segment->number == segment.label &&
           candidate.segment->sop_instance_uid == ours.object.sop_instance_uid;
  });
  return group == groups.end() ? nullptr : &*group;
}

bool HasAgreement(const sr::MeasurementGroup& group, const std::string& reader) {
  return std::ranges::any_of(group.measurements, [&](const sr::Measurement& measurement) {
    return measurement.reader == reader && measurement.concept_name.SameConcept(kDice);
  });
}

}  // namespace

std::vector<Drawing> DrawingsOf(const std::vector<std::string>& files, const seg::Source& source) {
  std::vector<Drawing> drawings;
  for (const std::string& file : files) {
    seg::Segmentation object = seg::Read(file);
    seg::Labels labels = seg::Decode(object, source);
    drawings.push_back({std::move(object), std::move(labels)});
  }
  return drawings;
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
  const std::vector<Drawing> accepted = DrawingsOf(segmentations, source);
  for (const OtherRead& other : others) {
    const std::vector<Drawing> theirs = DrawingsOf(other.segmentations, source);
    for (const Drawing& ours : accepted) {
      for (const seg::Segment& segment : ours.object.description.segments) {
        sr::MeasurementGroup* group = GroupOf(ours, segment, groups);
        if (group == nullptr || HasAgreement(*group, other.reader.id)) continue;
        const auto dice = Agreement(ours, segment, theirs);
        if (dice) group->measurements.push_back(ValueOf(other.reader.id, kDice, *dice));
      }
    }
  }
}

}  // namespace glossator::node
