// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/result_builder.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "dicom/error.h"
#include "dicom/io.h"
#include "node/or_finding.h"
#include "seg/decode.h"
#include "seg/verify.h"

namespace glossator::node {
namespace {

namespace tags = dicom::tags;

constexpr int kSeriesNumber = 1;
constexpr const char* kSeriesDescription = "Segmentation";

std::string ShapeText(const seg::Source& source) {
  return std::to_string(source.frames.size()) + " frames, " + std::to_string(source.rows) +
         " rows, " + std::to_string(source.columns) + " columns";
}

bool SameShape(const seg::Source& source, const SubmissionForm& form) {
  return form.shape[0] == source.frames.size() && form.shape[1] == source.rows &&
         form.shape[2] == source.columns;
}

// Segment number in the object for each label that was sent.
std::vector<uint16_t> NumberOfLabel(const seg::Description& description,
                                    const seg::Encoded& encoded) {
  std::vector<uint16_t> numbers(65536, 0);
  for (size_t i = 0; i < description.segments.size(); ++i) {
    numbers[description.segments[i].label] = encoded.segment_numbers.at(i);
  }
  return numbers;
}

void Append(std::vector<Finding>& all, const std::vector<Finding>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

// SEG and SR call a segment by the same name: its own, else that of its first measurement. A
// finding of the version before, and one that the reader or a tool gave a UID, keep it.
void TrackSegments(const SubmissionForm& form, const std::vector<KnownFinding>& before,
                   UidSource& uids, seg::Description& description) {
  std::set<std::string> taken;
  for (seg::Segment& segment : description.segments) {
    if (!segment.tracking_uid.empty()) {
      taken.insert(segment.tracking_uid);
      continue;
    }
    const auto measured =
        std::ranges::find(form.measurements, segment.label, &Measurement::segment);
    const bool has_one = measured != form.measurements.end();
    if (segment.tracking_id.empty()) {
      segment.tracking_id = has_one ? measured->tracking_identifier : segment.name;
    }
    const KnownFinding* same = SameFinding(before, segment.tracking_id);
    const bool is_it = same != nullptr && taken.insert(same->uid).second;
    segment.tracking_uid = is_it ? same->uid : uids.New();
  }
}

// Who drew, and with what: the readers by the code that the lab knows, and this node (IHE AIR).
std::vector<seg::Contributor> Contributors(const Assignment& assignment,
                                           const std::string& device_uid) {
  seg::Contributor reader;
  reader.purpose = {"109103", "DCM", "Modifying Equipment"};
  reader.manufacturer = "Glossator";
  reader.model_name = "Reader's workbench";
  reader.description = "Segments drawn by the reader";
  if (assignment.computed) {
    for (const OtherRead& other : assignment.others) reader.operators.push_back(other.reader.id);
    reader.description = "Segments drawn by the readers, before the consensus";
  } else {
    reader.operators = {assignment.author.id};
  }
  seg::Contributor node;
  node.purpose = {"109102", "DCM", "Processing Equipment"};
  node.manufacturer = "Glossator";
  node.model_name = "Glossator";
  node.software_versions = std::string(dicom::kImplementationVersionName);
  node.device_uid = device_uid;
  node.description = "Segmentation written and verified";
  if (assignment.computed) {
    node.description = "Consensus computed: " + assignment.computed->algorithm.name;
  }
  return {reader, node};
}

void RequireSameVoxels(const std::string& file, const seg::Source& source,
                       const seg::LabelVolume& sent, const std::vector<uint16_t>& numbers) {
  const seg::Labels read_back = seg::Decode(seg::Read(file), source);
  const seg::LabelVolume got = read_back.view();
  bool same = got.voxels() == sent.voxels();
  for (size_t i = 0; same && i < sent.voxels(); ++i) same = got.At(i) == numbers[sent.At(i)];
  if (!same) throw Error(ErrorKind::kInternal, "the segmentation that was read back differs");
}

}  // namespace

void SortAs(const seg::Source& source, std::vector<dicom::DataSet>& heads) {
  std::map<std::string, size_t> place;
  for (const seg::SourceInstance& instance : source.instances) {
    place.emplace(instance.sop_instance_uid, place.size());
  }
  std::ranges::sort(heads, {}, [&](const dicom::DataSet& head) {
    return place[head.GetString(tags::SOPInstanceUID)];
  });
}

std::vector<dicom::DataSet> ResultBuilder::HeadsOf(const std::vector<CaseInstance>& instances) {
  std::vector<dicom::DataSet> heads;
  for (const CaseInstance& instance : instances) {
    const std::optional<std::string> file = archive_.Get(instance.sop_instance_uid);
    if (!file) {
      throw Error(ErrorKind::kInternal, "the archive lost instance " + instance.sop_instance_uid);
    }
    heads.push_back(dicom::ReadHead(*file).data_set);
  }
  return heads;
}

BuiltObject ResultBuilder::BuildSegmentation(
    const Assignment& assignment, const seg::Source& source, const seg::LabelVolume& labels,
    const seg::Description& description, const seg::Identity& identity,
    std::map<uint16_t, PlacedSegment>& places, std::vector<Finding>& findings) {
  seg::Options options;
  options.content_qualification = "RESEARCH";
  if (assignment.label_map) options.kind = seg::Kind::kLabelMap;
  BuiltObject built;
  seg::Encoded encoded;
  built.file =
      seg::Encode(source, labels, description, identity, options, uids_, clock_.Now(), &encoded);
  Append(findings, seg::Verify(built.file, &source, "SEG"));
  RequireSameVoxels(built.file, source, labels, NumberOfLabel(description, encoded));
  built.object = {
      .kind = "SEG",
      .sop_class_uid = dicom::ReadHead(built.file).data_set.GetString(tags::SOPClassUID),
      .sop_instance_uid = identity.sop_instance_uid,
      .series_instance_uid = identity.series_instance_uid,
      .size = static_cast<int64_t>(built.file.size()),
      .sha256 = ""};
  for (size_t i = 0; i < description.segments.size(); ++i) {
    places[description.segments[i].label] = {built.object.sop_class_uid, identity.sop_instance_uid,
                                             encoded.segment_numbers.at(i),
                                             encoded.tracking_uids.at(i)};
  }
  return built;
}

std::vector<BuiltObject> ResultBuilder::BuildSegmentations(
    const Assignment& assignment, const SubmissionForm& form, const Prepared& prepared,
    std::map<uint16_t, PlacedSegment>& places, std::vector<Finding>& findings) {
  const seg::LabelVolume labels = prepared.labels.view();
  seg::Description description = form.description;
  description.series_description = kSeriesDescription;
  if (!assignment.computed) description.content_creator = assignment.author.id;
  description.contributors = Contributors(assignment, device_uid_);
  TrackSegments(form, assignment.before, uids_, description);
  seg::Identity identity{.series_instance_uid = uids_.New(),
                         .sop_instance_uid = uids_.New(),
                         .series_number = kSeriesNumber,
                         .series_description = kSeriesDescription};
  const auto build = [&](const seg::LabelVolume& volume, const seg::Description& part) {
    return BuildSegmentation(assignment, prepared.source, volume, part, identity, places, findings);
  };
  std::vector<BuiltObject> built;
  if (assignment.split == seg::Split::kNone) return {build(labels, description)};
  const auto kind = assignment.label_map ? seg::Kind::kLabelMap : seg::Kind::kBinary;
  for (const auto& part : seg::SplitDescription({&labels, 1}, description, assignment.split)) {
    if (!built.empty()) identity.sop_instance_uid = uids_.New();
    identity.instance_number = static_cast<int>(built.size()) + 1;
    const seg::Part made = seg::PartOf({&labels, 1}, description, part, kind);
    built.push_back(build(made.layers.at(0).view(), part));
  }
  return built;
}

std::optional<seg::Source> ResultBuilder::SourceOf(const Assignment& assignment,
                                                   std::vector<Finding>& findings) {
  if (assignment.instances.empty()) {
    findings.push_back(Fault("series", "seriesInstanceUid", "no image series of this case"));
    return std::nullopt;
  }
  const auto heads = HeadsOf(assignment.instances);
  return OrFinding(findings, "source", "seriesInstanceUid", [&] { return seg::MakeSource(heads); });
}

std::optional<Prepared> ResultBuilder::Prepare(const Assignment& assignment,
                                               const SubmissionForm& form, std::string_view labels,
                                               std::vector<Finding>& findings) {
  if (assignment.instances.empty()) {
    findings.push_back(Fault("series", "seriesInstanceUid", "no image series of this case"));
    return std::nullopt;
  }
  std::vector<dicom::DataSet> heads = HeadsOf(assignment.instances);
  auto source =
      OrFinding(findings, "source", "seriesInstanceUid", [&] { return seg::MakeSource(heads); });
  if (!source) return std::nullopt;
  if (!SameShape(*source, form)) {
    findings.push_back(Fault("shape", "shape", "the series has " + ShapeText(*source)));
    return std::nullopt;
  }
  auto volume = OrFinding(findings, "labels-size", "labels", [&] {
    return seg::LabelsFromBytes(labels, form.shape[0], form.shape[1], form.shape[2], form.type);
  });
  if (!volume) return std::nullopt;
  Append(findings, seg::CheckLabels(*source, volume->view(), form.description));
  if (HasErrors(findings)) return std::nullopt;
  SortAs(*source, heads);
  return Prepared{std::move(*source), std::move(heads), std::move(*volume)};
}

Prepared ResultBuilder::Fit(const Assignment& assignment, seg::Labels labels) {
  std::vector<dicom::DataSet> heads = HeadsOf(assignment.instances);
  seg::Source source = seg::MakeSource(heads);
  SortAs(source, heads);
  return {std::move(source), std::move(heads), std::move(labels)};
}

std::vector<BuiltObject> ResultBuilder::Build(const Assignment& assignment,
                                              const SubmissionForm& form, const Prepared& prepared,
                                              std::vector<Finding>& findings) {
  std::map<uint16_t, PlacedSegment> places;
  auto built = BuildSegmentations(assignment, form, prepared, places, findings);
  auto report = BuildReport(assignment, form, prepared, built, places, findings);
  if (report) built.push_back(std::move(*report));
  if (HasErrors(findings)) built.clear();
  return built;
}

}  // namespace glossator::node
