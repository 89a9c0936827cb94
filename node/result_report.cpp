// SPDX-License-Identifier: GPL-3.0-or-later
// A submission as TID 1500: a group of TID 1411 for each tracked segment, measured or not.
#include <algorithm>

#include "dicom/io.h"
#include "node/or_finding.h"
#include "node/result_builder.h"
#include "structured-report/decode.h"
#include "structured-report/encode.h"
#include "structured-report/verify.h"

namespace glossator::node {
namespace {

constexpr int kReportSeries = 2;
const dicom::Code kAdjudicator{"C96561", "NCIt", "Adjudicator"};

// Where a form's segment is in the description, which is also the order in the SEG.
size_t IndexOf(const SubmissionForm& form, uint16_t label) {
  const auto& segments = form.description.segments;
  return static_cast<size_t>(std::ranges::find(segments, label, &seg::Segment::label) -
                             segments.begin());
}

// The group of a measurement is the segment's own, made on first use. A segment without one gets
// its group too: what was found is said even where nothing was measured.
class Groups {
 public:
  Groups(const SubmissionForm& form, const std::map<uint16_t, PlacedSegment>& places,
         const std::vector<KnownFinding>& before, UidSource& uids)
      : form_(form), places_(places), before_(before), uids_(uids) {}

  void Add(const Measurement& measurement) {
    GroupFor(measurement)
        .measurements.push_back({measurement.concept_name, measurement.value, measurement.unit});
  }
  void Add(const sr::MeasurementGroup& finding) {
    sr::MeasurementGroup group = finding;
    if (group.segment) {
      const auto label = static_cast<uint16_t>(group.segment->number);
      const sr::MeasurementGroup whole = GroupOf(IndexOf(form_, label));
      group.segment = whole.segment;
      if (group.tracking_uid.empty() && !IsTracked(whole.tracking_uid)) {
        group.tracking_uid = whole.tracking_uid;
      }
    }
    if (group.tracking_uid.empty()) group.tracking_uid = UidOf(group.tracking_identifier);
    groups_.push_back(std::move(group));
  }
  void AddUnmeasured() {
    for (size_t i = 0; i < form_.description.segments.size(); ++i) {
      const sr::MeasurementGroup whole = GroupOf(i);
      const auto is_of = [&](const auto& group) { return group.segment == whole.segment; };
      if (std::ranges::none_of(groups_, is_of)) groups_.push_back(whole);
    }
  }
  std::vector<sr::MeasurementGroup> Take() { return std::move(groups_); }

 private:
  sr::MeasurementGroup& GroupFor(const Measurement& measurement) {
    sr::MeasurementGroup group = GroupOf(IndexOf(form_, measurement.segment));
    bool is_first = true;
    for (sr::MeasurementGroup& other : groups_) {
      if (other.segment != group.segment) continue;
      if (other.tracking_identifier == measurement.tracking_identifier) return other;
      is_first = false;
    }
    group.tracking_identifier = measurement.tracking_identifier;
    if (!is_first) group.tracking_uid = UidOf(group.tracking_identifier);
    group.finding = measurement.finding;
    return groups_.emplace_back(std::move(group));
  }

  std::string UidOf(const std::string& identifier) const {
    const KnownFinding* same = SameFinding(before_, identifier);
    return same != nullptr && !IsTracked(same->uid) ? same->uid : uids_.New();
  }

  bool IsTracked(const std::string& uid) const {
    return std::ranges::find(groups_, uid, &sr::MeasurementGroup::tracking_uid) != groups_.end();
  }

  sr::MeasurementGroup GroupOf(size_t index) const {
    const seg::Segment& segment = form_.description.segments.at(index);
    const PlacedSegment& place = places_.at(segment.label);
    sr::MeasurementGroup group;
    group.tracking_identifier = segment.tracking_id.empty() ? segment.name : segment.tracking_id;
    group.tracking_uid = place.tracking_uid;
    group.finding = segment.type;
    group.site = segment.region;
    if (const auto& made = segment.algorithm) {
      group.algorithm = sr::Algorithm{made->name, made->version, made->parameters};
    }
    group.segment = {place.sop_class_uid, place.sop_instance_uid, place.number};
    return group;
  }

  const SubmissionForm& form_;
  const std::map<uint16_t, PlacedSegment>& places_;
  const std::vector<KnownFinding>& before_;
  UidSource& uids_;
  std::vector<sr::MeasurementGroup> groups_;
};

sr::DeviceObserver Device(const std::string& uid) {
  const seg::Equipment equipment;
  return {.uid = uid,
          .name = equipment.model_name,
          .manufacturer = equipment.manufacturer,
          .model = equipment.model_name,
          .serial_number = equipment.serial_number,
          .software_version = equipment.software_versions};
}

void RequireSame(const std::string& file, const sr::ReportDescription& sent) {
  const sr::Report got = sr::Decode(dicom::ReadFile(std::string_view(file)).data_set);
  const auto same = [](const sr::MeasurementGroup& a, const sr::MeasurementGroup& b) {
    return a.tracking_uid == b.tracking_uid && a.segment == b.segment && a.regions == b.regions &&
           a.extents == b.extents && a.measurements == b.measurements &&
           a.evaluations.size() == b.evaluations.size();
  };
  if (!std::ranges::equal(got.description.groups, sent.groups, same)) {
    throw Error(ErrorKind::kInternal, "the report that was read back differs");
  }
}

// Which algorithm made a segment, and what it says of each reader, in the first group about it.
void PutComputation(const Computation& computation, const std::map<uint16_t, PlacedSegment>& places,
                    std::vector<sr::MeasurementGroup>& groups) {
  for (sr::MeasurementGroup& group : groups) group.algorithm = computation.algorithm;
  for (const Computation::Value& one : computation.values) {
    const PlacedSegment& place = places.at(one.label);
    const auto group = std::ranges::find_if(groups, [&](const sr::MeasurementGroup& candidate) {
      return candidate.segment && candidate.segment->number == place.number &&
             candidate.segment->sop_instance_uid == place.sop_instance_uid;
    });
    if (group != groups.end()) group->measurements.push_back(one.value);
  }
}

const char* SeriesNameOf(const Assignment& assignment) {
  if (assignment.computed) return "Consensus";
  return assignment.others.empty() ? "Measurements" : "Adjudication";
}

}  // namespace

BuiltObject BuiltReport(const dicom::DataSet& report, const std::vector<dicom::DataSet>& sources,
                        std::vector<Finding>& findings) {
  for (Finding& finding : sr::Verify(report, &sources)) {
    finding.file = "SR";
    findings.push_back(std::move(finding));
  }
  BuiltObject built;
  built.file = dicom::WriteFile(report, dicom::kExplicitLittleEndian);
  built.object = {.kind = "SR",
                  .sop_class_uid = report.GetString(dicom::tags::SOPClassUID),
                  .sop_instance_uid = report.GetString(dicom::tags::SOPInstanceUID),
                  .series_instance_uid = report.GetString(dicom::tags::SeriesInstanceUID),
                  .size = static_cast<int64_t>(built.file.size()),
                  .sha256 = ""};
  return built;
}

sr::PersonObserver ObserverOf(const ReaderConfig& person, const std::optional<dicom::Code>& role) {
  return {.name = person.id, .organization = person.organization, .role_in_procedure = role};
}

sr::Participant ParticipantOf(const ReaderConfig& person, const char* type,
                              const std::string& date_time) {
  return {
      .type = type, .date_time = date_time, .name = person.id, .organization = person.organization};
}

sr::Predecessor PredecessorOf(const std::string& study_uid, const MadeObject& report) {
  return {study_uid, report.series_instance_uid, report.sop_class_uid, report.sop_instance_uid};
}

// Of a consensus its readers; of an adjudication the adjudicator, then the readers.
sr::ReportDescription ResultBuilder::ContextOf(const Assignment& assignment) {
  sr::ReportDescription description;
  sr::Provenance& provenance = description.provenance;
  description.device = Device(device_uid_);
  description.amendment_reason = assignment.amendment_reason;
  if (!assignment.computed) {
    const auto role = assignment.others.empty() ? std::nullopt : std::optional(kAdjudicator);
    description.person = ObserverOf(assignment.author, role);
    provenance.participants = {
        ParticipantOf(assignment.author, "SOURCE", ToDicomDateTime(clock_.Now()))};
  }
  for (const OtherRead& other : assignment.others) {
    if (description.person) {
      description.readers.push_back(ObserverOf(other.reader));
    } else {
      description.person = ObserverOf(other.reader);
    }
    provenance.participants.push_back(ParticipantOf(other.reader, "SOURCE"));
    if (!other.report) continue;
    provenance.predecessors.push_back(PredecessorOf(assignment.the_case.study_uid, *other.report));
  }
  if (assignment.amends) {
    provenance.predecessors = {PredecessorOf(assignment.the_case.study_uid, *assignment.amends)};
  }
  return description;
}

std::optional<BuiltObject> ResultBuilder::BuildReport(
    const Assignment& assignment, const SubmissionForm& form, const Prepared& prepared,
    const std::vector<BuiltObject>& segmentations, const std::map<uint16_t, PlacedSegment>& places,
    std::vector<Finding>& findings) {
  Groups groups(form, places, assignment.before, uids_);
  for (const Measurement& measurement : form.measurements) groups.Add(measurement);
  for (const sr::MeasurementGroup& finding : form.findings) groups.Add(finding);
  groups.AddUnmeasured();
  sr::ReportDescription description = ContextOf(assignment);
  description.groups = groups.Take();
  std::vector<dicom::DataSet> others;
  std::vector<std::string> files;
  for (const BuiltObject& one : segmentations) {
    others.push_back(dicom::ReadHead(one.file).data_set);
    files.push_back(one.file);
  }
  AddAgreement(files, assignment.others, prepared.source, description.groups);
  if (assignment.computed) PutComputation(*assignment.computed, places, description.groups);
  const sr::Identity identity{.series_instance_uid = uids_.New(),
                              .sop_instance_uid = uids_.New(),
                              .series_number = kReportSeries,
                              .series_description = SeriesNameOf(assignment)};
  const auto report = OrFinding(findings, "measurement", "measurements", [&] {
    return sr::Encode(description, prepared.heads, others, identity, clock_.Now());
  });
  if (!report) return std::nullopt;
  std::vector<dicom::DataSet> sources = prepared.heads;
  sources.insert(sources.end(), others.begin(), others.end());
  BuiltObject built = BuiltReport(*report, sources, findings);
  RequireSame(built.file, description);
  return built;
}

}  // namespace glossator::node
