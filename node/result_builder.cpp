// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/result_builder.h"

#include <optional>

#include "dicom/error.h"
#include "dicom/io.h"
#include "seg/decode.h"
#include "seg/verify.h"

namespace glossator::node {
namespace {

constexpr int kSegSeriesNumber = 1;

Finding Fault(const char* code, const char* path, const std::string& message) {
  return {"submission", kFindingError, code, path, "", message};
}

std::string ShapeText(const seg::Source& source) {
  return std::to_string(source.frames.size()) + " frames, " + std::to_string(source.rows) +
         " rows, " + std::to_string(source.columns) + " columns";
}

bool SameShape(const seg::Source& source, const SubmissionForm& form) {
  return form.shape[0] == source.frames.size() && form.shape[1] == source.rows &&
         form.shape[2] == source.columns;
}

// Where a fault of the sender's bytes becomes a finding.
template <class Work>
auto OrFinding(std::vector<Finding>& findings, const char* code, const char* path, Work work)
    -> std::optional<decltype(work())> {
  try {
    return work();
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kInternal || error.kind() == ErrorKind::kUnavailable) throw;
    findings.push_back(Fault(code, path, error.what()));
    return std::nullopt;
  }
}

void RequireVerified(const std::vector<Finding>& findings, const char* kind) {
  for (const Finding& finding : findings) {
    if (finding.severity == kFindingError) {
      throw Error(ErrorKind::kInternal, std::string("our own ") + kind + ": " + ToLine(finding));
    }
  }
}

// Segment number in the object for each label that was sent.
std::vector<uint16_t> NumberOfLabel(const SubmissionForm& form, const seg::Encoded& encoded) {
  std::vector<uint16_t> numbers(65536, 0);
  for (size_t i = 0; i < form.description.segments.size(); ++i) {
    numbers[form.description.segments[i].label] = encoded.segment_numbers.at(i);
  }
  return numbers;
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

seg::Source ResultBuilder::SourceOf(const Assignment& assignment) {
  seg::SourceBuilder builder;
  for (const CaseInstance& instance : assignment.instances) {
    const std::optional<std::string> file = archive_.Get(instance.sop_instance_uid);
    if (!file) {
      throw Error(ErrorKind::kInternal, "the archive lost instance " + instance.sop_instance_uid);
    }
    builder.Add(dicom::ReadHead(*file).data_set);
  }
  return builder.Build();
}

BuiltObject ResultBuilder::BuildSegmentation(const Assignment& assignment,
                                             const SubmissionForm& form, const Prepared& prepared,
                                             seg::Encoded& encoded) {
  const seg::LabelVolume labels = prepared.labels.view();
  seg::Description description = form.description;
  description.series_description = "Segmentation";
  description.content_creator = assignment.author.id;
  const seg::Identity identity{.series_instance_uid = uids_.New(),
                               .sop_instance_uid = uids_.New(),
                               .series_number = kSegSeriesNumber,
                               .series_description = "Segmentation"};
  seg::Options options;
  options.content_qualification = "RESEARCH";
  BuiltObject built;
  built.file = seg::Encode(prepared.source, labels, description, identity, options, uids_,
                           clock_.Now(), &encoded);
  RequireVerified(seg::Verify(built.file, &prepared.source), "segmentation");
  RequireSameVoxels(built.file, prepared.source, labels, NumberOfLabel(form, encoded));
  built.object = {.kind = "SEG",
                  .sop_class_uid = "1.2.840.10008.5.1.4.1.1.66.4",
                  .sop_instance_uid = identity.sop_instance_uid,
                  .series_instance_uid = identity.series_instance_uid,
                  .size = static_cast<int64_t>(built.file.size()),
                  .sha256 = ""};
  return built;
}

std::optional<Prepared> ResultBuilder::Prepare(const Assignment& assignment,
                                               const SubmissionForm& form, std::string_view labels,
                                               std::vector<Finding>& findings) {
  if (assignment.instances.empty()) {
    findings.push_back(Fault("series", "seriesInstanceUid", "no image series of this case"));
    return std::nullopt;
  }
  auto source =
      OrFinding(findings, "source", "seriesInstanceUid", [&] { return SourceOf(assignment); });
  if (!source) return std::nullopt;
  if (!SameShape(*source, form)) {
    findings.push_back(Fault("shape", "shape", "the series has " + ShapeText(*source)));
    return std::nullopt;
  }
  auto volume = OrFinding(findings, "labels-size", "labels", [&] {
    return seg::LabelsFromBytes(labels, form.shape[0], form.shape[1], form.shape[2], form.type);
  });
  if (!volume) return std::nullopt;
  const auto faults = seg::CheckLabels(*source, volume->view(), form.description);
  findings.insert(findings.end(), faults.begin(), faults.end());
  if (HasErrors(findings)) return std::nullopt;
  return Prepared{std::move(*source), std::move(*volume)};
}

std::vector<BuiltObject> ResultBuilder::Build(const Assignment& assignment,
                                              const SubmissionForm& form,
                                              const Prepared& prepared) {
  std::vector<BuiltObject> built;
  seg::Encoded encoded;
  built.push_back(BuildSegmentation(assignment, form, prepared, encoded));
  return built;
}

}  // namespace glossator::node
