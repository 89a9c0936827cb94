// SPDX-License-Identifier: GPL-3.0-or-later
// The report of an acceptance.
#include <algorithm>

#include "dicom/error.h"
#include "dicom/io.h"
#include "node/result_builder.h"
#include "seg/decode.h"
#include "structured-report/decode.h"
#include "structured-report/encode.h"
#include "structured-report/verify.h"

namespace glossator::node {
namespace {

constexpr int kAcceptedSeries = 3;
const dicom::Code kDice{"Dice", "99GLOSSATOR", "Dice coefficient against the accepted result"};
const dicom::Code kNoUnit{"1", "UCUM", "no units"};

// Segmentation objects of one reader, with their voxels.
struct Drawn {
  seg::Segmentation object;
  seg::Labels labels;
};

std::vector<Drawn> Read(const std::vector<std::string>& files, const seg::Source& source) {
  std::vector<Drawn> drawn;
  for (const std::string& file : files) {
    seg::Segmentation object = seg::Read(file);
    seg::Labels labels = seg::Decode(object, source);
    drawn.push_back({std::move(object), std::move(labels)});
  }
  return drawn;
}

// 1 when both are empty; nullopt when they have not the same shape.
std::optional<double> Dice(const seg::LabelVolume& one, uint16_t in_one,
                           const seg::LabelVolume& other, uint16_t in_other) {
  if (one.voxels() != other.voxels()) return std::nullopt;
  uint64_t sum = 0;
  uint64_t both = 0;
  for (size_t i = 0; i < one.voxels(); ++i) {
    const bool a = one.At(i) == in_one;
    const bool b = other.At(i) == in_other;
    sum += (a ? 1U : 0U) + (b ? 1U : 0U);
    both += a && b ? 1U : 0U;
  }
  return sum == 0 ? 1.0 : 2.0 * static_cast<double>(both) / static_cast<double>(sum);
}

struct Counterpart {
  const Drawn* drawn = nullptr;
  uint16_t number = 0;
};

// The other reader's segment of the same type, and of the same name where there are several.
Counterpart CounterpartOf(const seg::Segment& segment, const std::vector<Drawn>& theirs) {
  Counterpart found;
  for (const Drawn& drawn : theirs) {
    for (const seg::Segment& candidate : drawn.object.description.segments) {
      if (!candidate.type.SameConcept(segment.type)) continue;
      if (candidate.name == segment.name) return {&drawn, candidate.label};
      if (found.drawn == nullptr) found = {&drawn, candidate.label};
    }
  }
  return found;
}

// Where the other reader has no such segment it says 0: they saw nothing there.
std::optional<double> Agreement(const Drawn& ours, const seg::Segment& segment,
                                const std::vector<Drawn>& theirs) {
  const Counterpart match = CounterpartOf(segment, theirs);
  if (match.drawn == nullptr) return 0.0;
  return Dice(ours.labels.view(), segment.label, match.drawn->labels.view(), match.number);
}

// The first group about a segment; nullptr: nothing was said of it.
sr::MeasurementGroup* GroupOf(const Drawn& ours, const seg::Segment& segment,
                              std::vector<sr::MeasurementGroup>& groups) {
  const auto group = std::ranges::find_if(groups, [&](const sr::MeasurementGroup& candidate) {
    return candidate.segment && candidate.segment->number == segment.label &&
           candidate.segment->sop_instance_uid == ours.object.sop_instance_uid;
  });
  return group == groups.end() ? nullptr : &*group;
}

// One value for each other reader in the first group of each segment.
void AddAgreement(const Acceptance& acceptance, const seg::Source& source,
                  std::vector<sr::MeasurementGroup>& groups) {
  if (acceptance.others.empty()) return;
  const std::vector<Drawn> accepted = Read(acceptance.segmentations, source);
  for (const OtherRead& other : acceptance.others) {
    const std::vector<Drawn> theirs = Read(other.segmentations, source);
    for (const Drawn& ours : accepted) {
      for (const seg::Segment& segment : ours.object.description.segments) {
        sr::MeasurementGroup* group = GroupOf(ours, segment, groups);
        const auto dice = Agreement(ours, segment, theirs);
        if (group == nullptr || !dice) continue;
        sr::Measurement agreement;
        agreement.concept_name = kDice;
        agreement.value = *dice;
        agreement.unit = kNoUnit;
        agreement.reader = other.reader.id;
        group->measurements.push_back(std::move(agreement));
      }
    }
  }
}

sr::PersonObserver Observer(const ReaderConfig& person) { return {person.id, person.organization}; }

void PutPeople(const Acceptance& acceptance, const std::string& now,
               sr::ReportDescription& description) {
  description.person = Observer(acceptance.reviewer);
  description.readers = {Observer(acceptance.author)};
  auto& provenance = description.provenance;
  for (const OtherRead& other : acceptance.others) {
    if (other.reader.id != acceptance.reviewer.id) {
      description.readers.push_back(Observer(other.reader));
    }
    provenance.participants.push_back(
        {.type = "SOURCE", .name = other.reader.id, .organization = other.reader.organization});
  }
  provenance.participants.push_back({.type = "ATTEST",
                                     .date_time = now,
                                     .name = acceptance.reviewer.id,
                                     .organization = acceptance.reviewer.organization});
  provenance.completion_description = "Accepted";
  if (!acceptance.is_signed) return;
  provenance.verifiers = {{.name = acceptance.reviewer.id,
                           .organization = acceptance.reviewer.organization,
                           .date_time = now}};
}

void RequireFine(const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) {
    if (finding.severity != kFindingError) continue;
    throw Error(ErrorKind::kInternal, "the report of the acceptance: " + finding.message);
  }
}

}  // namespace

BuiltObject ResultBuilder::BuildAccepted(const Acceptance& acceptance) {
  std::vector<dicom::DataSet> heads = HeadsOf(acceptance.instances);
  const seg::Source source = seg::MakeSource(heads);
  SortAs(source, heads);
  std::vector<dicom::DataSet> others;
  for (const std::string& file : acceptance.segmentations) {
    others.push_back(dicom::ReadHead(file).data_set);
  }
  sr::ReportDescription description =
      sr::Decode(dicom::ReadFile(std::string_view(acceptance.report_file)).data_set).description;
  PutPeople(acceptance, ToDicomDateTime(clock_.Now()), description);
  AddAgreement(acceptance, source, description.groups);
  // The author's report itself follows what it amends.
  description.provenance.predecessors = {
      {acceptance.study_uid, acceptance.report.series_instance_uid, acceptance.report.sop_class_uid,
       acceptance.report.sop_instance_uid}};
  const sr::Identity identity{.series_instance_uid = uids_.New(),
                              .sop_instance_uid = uids_.New(),
                              .series_number = kAcceptedSeries,
                              .series_description = "Accepted result"};
  const dicom::DataSet report = sr::Encode(description, heads, others, identity, clock_.Now());
  std::vector<dicom::DataSet> sources = heads;
  sources.insert(sources.end(), others.begin(), others.end());
  RequireFine(sr::Verify(report, &sources));
  BuiltObject built;
  built.file = dicom::WriteFile(report, dicom::kExplicitLittleEndian);
  built.object = {.kind = "SR",
                  .sop_class_uid = report.GetString(dicom::tags::SOPClassUID),
                  .sop_instance_uid = identity.sop_instance_uid,
                  .series_instance_uid = identity.series_instance_uid,
                  .size = static_cast<int64_t>(built.file.size()),
                  .sha256 = ""};
  return built;
}

}  // namespace glossator::node
